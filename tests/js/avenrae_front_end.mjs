// The front end of Avenrae's own users, written from the document alone by somebody who has not seen
// the SQL: client, healer and admin, with an unmodified supabase-js. What it had to work around was
// mended; each place says what the document has.

import assert from "node:assert/strict";
import {
  connect, dayIn, must, pay, refused, run, signUp, step, until,
} from "./front_end.mjs";
import { run as inDatabase } from "./sign_in.mjs";
import { keys } from "./world.mjs";

const one = (query) => must(query.select().single());

// ---- accounts ----------------------------------------------------------------------------------
async function account(first_name, last_name) {
  const person = await signUp("avenrae", `${first_name} ${last_name}`, { first_name, last_name });
  person.user = await must(person.app.from("users").select("*").eq("email", person.email).single());
  assert.deepEqual([person.user.first_name, person.user.last_name], [first_name, last_name]);
  assert.deepEqual([person.user.is_verified, person.user.password_hash], [true, null]);
  return person;
}

async function becomeHealer(healer) {
  assert.equal(healer.user.user_type, "client");
  await refused(healer.app.from("healers").insert({
    user_id: healer.user.id, availability_status: "asleep",
  }), "M0019");
  healer.profile = await one(healer.app.from("healers").insert({
    user_id: healer.user.id, healer_type: "psychologist", hourly_rate: 600,
    availability_status: "available",
  }));
  assert.deepEqual([healer.profile.is_verified_healer, healer.profile.hourly_rate], [false, 600]);
  const me = await must(healer.app.from("users").select("user_type").eq("id", healer.user.id).single());
  assert.equal(me.user_type, "healer");
  // An edit form sends the whole row, as it was read.
  const edited = await one(healer.app.from("healers")
    .update({ ...healer.profile, hourly_rate: 650, bio: "Quiet.", specialties: ["Breath"] })
    .eq("id", healer.profile.id));
  assert.deepEqual([edited.hourly_rate, edited.bio], [650, "Quiet."]);
  await refused(healer.app.from("healers").update({ is_verified_healer: true })
    .eq("id", healer.profile.id), "M3301");
  await must(healer.app.from("healer_qualifications").insert({
    healer_id: healer.profile.id, qualification: "MSc",
  }));
}

async function clientProfile(client) {
  // The row is there since sign-up; who inserts it fills it in.
  client.profile = await one(client.app.from("clients").insert({ user_id: client.user.id }));
  const saved = await one(client.app.from("clients").update({
    ...client.profile, date_of_birth: "1990-05-01", gender: "female",
    emergency_contact_phone: "+4512345678",
  }).eq("id", client.profile.id));
  assert.equal(saved.date_of_birth, "1990-05-01");
  await refused(client.app.from("clients").update({ gender: "zzz" }).eq("id", client.profile.id), "M0019");
  const user = await one(client.app.from("users").update({ last_name: "Moonlight" })
    .eq("id", client.user.id));
  assert.equal(user.display_name, `${client.user.first_name} Moonlight`);
}

// ---- a healer's page ---------------------------------------------------------------------------
async function offer(healer) {
  const healer_id = healer.profile.id;
  const service = await one(healer.app.from("services").insert({
    healer_id, service_name: "Breath and mind", duration_minutes: 60, price: 600,
    service_category: "therapy",
  }));
  healer.service = await one(healer.app.from("services")
    .update({ ...service, price: 620, description: "An hour." }).eq("id", service.id));
  assert.equal(healer.service.price, 620);
  await must(healer.app.from("healer_availability").insert([0, 1, 2, 3, 4, 5, 6].map(
    (day_of_week) => ({ healer_id, day_of_week, start_time: "09:00", end_time: "17:00" }))));
  await must(healer.app.from("blocked_dates").insert({
    healer_id, blocked_date: dayIn(20), reason: "retreat",
  }));
  assert.deepEqual(
    await must(healer.app.from("blocked_dates").select("blocked_date, reason").eq("healer_id", healer_id)),
    [{ blocked_date: dayIn(20), reason: "retreat" }]);
  step("a healer offers a service, sets availability and blocks a date");
}

async function browse(visitor, healer) {
  const found = await must(visitor.from("healers")
    .select("id, healer_type, hourly_rate, rating, users(first_name, last_name)")
    .eq("healer_type", "psychologist").eq("availability_status", "available")
    .eq("is_verified_healer", true).order("rating", { ascending: false }));
  const mine = found.find((row) => row.id === healer.profile.id);
  assert.deepEqual([mine.users.first_name, mine.hourly_rate], [healer.user.first_name, 650]);
  const detail = await must(visitor.from("services")
    .select("*, healers(id, rating, users(first_name))").eq("id", healer.service.id).single());
  assert.deepEqual([detail.service_name, detail.price], ["Breath and mind", 620]);
  await refused(visitor.from("bookings").select("id"), "42501");
  step("a visitor finds available healers by specialization");
}

// ---- bookings ----------------------------------------------------------------------------------
async function book(client, healer, other, breather) {
  const times = await must(client.app.rpc("available_times", {
    p_service_id: healer.service.id, p_from: dayIn(5), p_until: dayIn(7),
  }));
  const row = (booking_date) => ({
    client_id: client.profile.id, healer_id: healer.profile.id, service_id: healer.service.id,
    booking_date,
  });
  const bookings = client.app.from("bookings");
  await refused(bookings.insert({ ...row(times[0].start_at), total_price: 1 }), "M0211");
  await refused(bookings.insert({ ...row(times[0].start_at), service_id: undefined }), "23502");
  await refused(bookings.insert({ ...row(times[0].start_at), healer_id: breather.profile.id }), "M4101");
  const booking = await one(bookings.insert({
    ...row(times[0].start_at), status: "pending", payment_status: "unpaid", total_price: 620,
  }));
  assert.deepEqual([booking.status, booking.payment_status, booking.total_price],
    ["pending", "unpaid", 620]);
  const declined = await pay(client, { booking_id: booking.uuid }, "4000 0000 0000 0002");
  assert.deepEqual([declined.ok, declined.amount], [false, 62000]);
  assert.ok((await pay(client, { booking_id: booking.uuid })).ok);
  const read = () => must(bookings.select("*").eq("id", booking.id).single());
  const paid = await until("the payment", async () => {
    const seen = await read();
    return seen.payment_status === "paid" && seen;
  });
  assert.equal(paid.status, "confirmed");
  await refused(other.app.from("bookings").insert({
    ...row(times[0].start_at), client_id: other.profile.id,
  }), "M9201");
  await refused(bookings.insert(row(`${dayIn(20)}T10:00:00Z`)), "M9233");
  await refused(bookings.update({ status: "gone" }).eq("id", booking.id), "M0019");
  assert.deepEqual(await must(other.app.from("bookings").select("id").eq("id", booking.id)), []);

  const history = await must(bookings
    .select("id, booking_date, status, services(service_name), healers(users(first_name, last_name))")
    .eq("client_id", client.profile.id).order("booking_date", { ascending: false }));
  assert.deepEqual([history[0].services.service_name, history[0].healers.users.first_name],
    ["Breath and mind", healer.user.first_name]);
  const upcoming = await must(healer.app.from("bookings")
    .select("id, booking_date, services(service_name), clients(users(first_name, last_name))")
    .eq("healer_id", healer.profile.id).gt("booking_date", new Date().toISOString())
    .in("status", ["pending", "confirmed"]).order("booking_date"));
  assert.equal(upcoming.find((seen) => seen.id === booking.id).clients.users.last_name, "Moonlight");
  await must(healer.app.from("bookings").update({ healer_notes: "First visit" }).eq("id", booking.id));
  step("a client books and pays, the healer sees it");

  const moved = await one(bookings.update({ ...(await read()), booking_date: times[2].start_at,
    booking_end_date: times[2].end_at }).eq("id", booking.id));
  assert.equal(new Date(moved.booking_date).getTime(), new Date(times[2].start_at).getTime());
  await refused(healer.app.from("bookings").update({ booking_date: times[3].start_at })
    .eq("id", booking.id), "M3203");
  const gone = await one(bookings.update({ status: "cancelled", cancellation_reason: "Ill" })
    .eq("id", booking.id));
  assert.equal(gone.status, "cancelled");
  await until("the refund", async () => (await read()).payment_status === "refunded");
  step("a client moves a booking, and calls it off");
}

// ---- a session that has taken place --------------------------------------------------------------
async function session(client, breather) {
  const service = await one(breather.app.from("services").insert({
    healer_id: breather.profile.id, service_name: "One breath", duration_minutes: 30, price: 0,
  }));
  await must(breather.app.from("healer_availability").insert([0, 1, 2, 3, 4, 5, 6].map(
    (day_of_week) => ({
      healer_id: breather.profile.id, day_of_week, start_time: "00:00", end_time: "24:00",
    }))));
  const words = { client_id: client.profile.id, healer_id: breather.profile.id, rating: 5,
    comment: "A good breath." };
  await refused(client.app.from("reviews").insert(words), "M4203");
  // The time by the healer's clock, as a DATETIME has it.
  const booking = await one(client.app.from("bookings").insert({
    client_id: client.profile.id, healer_id: breather.profile.id, service_id: service.id,
    booking_date_local: `${dayIn(2)} 14:00:00`,
  }));
  assert.equal(booking.booking_date_local, `${dayIn(2)}T14:00:00`);
  assert.deepEqual([booking.status, booking.payment_status], ["confirmed", "paid"]);
  assert.deepEqual(await must(client.app.from("transactions").select("status").eq("amount", 0)),
    [{ status: "completed" }]);
  await refused(breather.app.from("bookings").update({ status: "completed" }).eq("id", booking.id),
    "M9217");
  await inDatabase(`update core.booking set starts_at = now() - interval '2 hours',
    ends_at = now() - interval '1 hour' where booking_id = '${booking.uuid}'`);
  const done = await one(breather.app.from("bookings").update({ status: "completed" })
    .eq("id", booking.id));
  assert.equal(done.status, "completed");

  const review = await one(client.app.from("reviews").insert(words));
  assert.equal(review.rating, 5);
  const answered = await one(breather.app.from("reviews").update({ healer_response: "Come back." })
    .eq("id", review.id));
  assert.equal(answered.healer_response, "Come back.");
  const visitor = connect("avenrae");
  const seen = await must(visitor.from("reviews").select("rating, comment, healer_response, client_name")
    .eq("healer_id", breather.profile.id));
  assert.deepEqual(seen, [{
    rating: 5, comment: "A good breath.", healer_response: "Come back.",
    client_name: `${client.user.first_name} Moonlight`,
  }]);
  await refused(client.app.from("reviews").update({ comment: "Edited" }).eq("id", review.id), "M0018");
  const rated = await must(client.app.from("bookings").select("client_rating").eq("id", booking.id)
    .single());
  assert.equal(rated.client_rating, 5);
  await must(admin.from("reviews").update({ status: "hidden" }).eq("id", review.id));
  assert.deepEqual(
    await must(visitor.from("reviews").select("id").eq("healer_id", breather.profile.id)), []);
  await must(admin.from("reviews").update({ status: "published" }).eq("id", review.id));
  assert.deepEqual(
    await must(visitor.from("healers").select("rating, total_reviews").eq("id", breather.profile.id).single()),
    { rating: 5, total_reviews: 1 });
  assert.equal((await must(visitor.from("top_rated_services").select("*").eq("id", service.id)))[0].avg_rating, 5);
  step("a session is completed, reviewed and answered");
}

async function offline(client, breather) {
  await must(breather.app.from("healers").update({ availability_status: "offline" })
    .eq("id", breather.profile.id));
  const [service] = await must(breather.app.from("services").select("id")
    .eq("healer_id", breather.profile.id));
  await refused(client.app.from("bookings").insert({
    service_id: service.id, booking_date: `${dayIn(3)}T10:00:00Z`,
  }), "M9206");
  await must(breather.app.from("healers").update({ availability_status: "available" })
    .eq("id", breather.profile.id));
  step("a healer who is offline is not booked");
}

// ---- shop --------------------------------------------------------------------------------------
async function shop(client, healer) {
  const sku = `RQ-${run}`;
  const visitor = connect("avenrae");
  const product = await one(healer.app.from("products").insert({
    product_name: "Rose quartz", product_type: "crystal", price: 90, stock_quantity: 5, sku,
    product_category: "stones",
  }));
  const stock = async () => (await must(visitor.from("products").select("stock_quantity")
    .eq("id", product.id).single())).stock_quantity;
  assert.equal(await stock(), 5);
  await refused(healer.app.from("products").insert({
    product_name: "Again", product_type: "crystal", price: 1, stock_quantity: 1, sku,
  }), "23505");
  await refused(healer.app.from("products").update({ product_type: "zzz" }).eq("id", product.id), "M0019");
  await must(client.app.from("wishlist_items").insert({
    client_id: client.profile.id, product_id: product.id,
  }));
  const wishes = await must(client.app.from("wishlist_items").select("products(product_name)"));
  assert.equal(wishes[0].products.product_name, "Rose quartz");
  await must(client.app.from("wishlist_items").delete().eq("product_id", product.id));

  // What is typed as stock is what can be ordered, whatever unpaid orders keep.
  const unpaid = await must(client.app.rpc("place_order", { p_items: [{ product_id: product.id, quantity: 2 }] }));
  assert.equal(await stock(), 3);
  const set = async (stock_quantity) =>
    (await one(healer.app.from("products").update({ stock_quantity }).eq("sku", sku))).stock_quantity;
  assert.deepEqual([await set(9), await set(0), await set(3)], [9, 0, 3]);
  await refused(healer.app.from("products").update({ stock_quantity: -3 }).eq("sku", sku), "M9107");

  const code = `SUN${run}`.toUpperCase();
  await must(healer.app.from("coupons").insert({ code, discount_type: "percentage", discount_value: 10 }));
  const placed = await must(client.app.rpc("place_order", {
    p_items: [{ product_id: product.id, quantity: 2 }], p_coupon_code: code,
  }));
  assert.equal(placed.amount, 162);
  assert.ok((await pay(client, { order_id: placed.uuid })).ok);
  const read = () => must(client.app.from("orders")
    .select("*, order_items(item_name, quantity, unit_price)").eq("id", placed.id).single());
  const order = await until("the paid order", async () => {
    const seen = await read();
    return seen.payment_status === "paid" && seen;
  });
  assert.deepEqual([order.order_number, order.total_amount, order.discount_amount, order.order_items[0].item_name],
    [placed.order_number, 162, 18, "Rose quartz"]);
  const [sold] = await must(healer.app.from("order_items").select("*").eq("order_id", order.id));
  await must(healer.app.from("order_items").update({ status: "shipped" }).eq("id", sold.id));
  assert.equal((await read()).status, "shipped");
  await refused(client.app.rpc("place_order", { p_items: [{ product_id: product.id, quantity: 100 }] }), "M9308");

  // An order that nobody has paid is called off, and its pieces are there again.
  const before = await stock();
  const off = await one(client.app.from("orders").update({ status: "cancelled" }).eq("id", unpaid.id));
  assert.deepEqual([off.status, off.payment_status], ["cancelled", "unpaid"]);
  assert.equal(await stock(), before + 2);
  step("a client buys a product with a coupon, the healer ships it");
  return product;
}

async function refund(client, product) {
  const placed = await must(client.app.rpc("place_order", { p_items: [{ product_id: product.id, quantity: 1 }] }));
  assert.ok((await pay(client, { order_id: placed.uuid })).ok);
  const read = () => must(client.app.from("orders").select("payment_status, order_items(uuid, payment_status)")
    .eq("id", placed.id).single());
  const paid = await until("the paid order", async () => {
    const seen = await read();
    return seen.payment_status === "paid" && seen;
  });
  const moved = (app, transaction_type) => must(app.from("transactions").select("uuid, amount, description")
    .eq("order_id", placed.id).eq("transaction_type", transaction_type).single());
  const payment = await moved(admin, "payment");
  const asked = {
    p_payment_id: payment.uuid, p_reason: "It came broken.", p_idempotency_key: `broken-${run}`,
    p_lines: [{ order_line_id: paid.order_items[0].uuid }],
  };
  await refused(client.app.rpc("refund_payment", asked), "M3301");
  const [first] = await must(admin.rpc("refund_payment", asked));
  const [again] = await must(admin.rpc("refund_payment", asked));
  assert.deepEqual([again.refund_id, first.amount_minor], [first.refund_id, payment.amount * 100]);
  assert.equal((await read()).order_items[0].payment_status, "refunded");
  const back = await moved(client.app, "refund");
  assert.deepEqual([back.uuid, back.amount, back.description],
    [first.refund_id, -payment.amount, "It came broken."]);
  step("an admin processes a refund, once");
}

// ---- events ------------------------------------------------------------------------------------
async function events(client, other, healer) {
  const event = await one(healer.app.from("events").insert({
    event_name: "Moon circle", event_date: `${dayIn(14)}T17:00:00Z`, max_capacity: 2, price: 100,
    organizer_healer_id: healer.profile.id,
  }));
  const list = await must(connect("avenrae").from("events").select("id, event_name, price")
    .gte("event_date", new Date().toISOString()).order("event_date"));
  assert.ok(list.some((row) => row.id === event.id));
  const registration = await one(client.app.from("event_registrations").insert({
    event_id: event.id, client_id: client.profile.id,
  }));
  assert.ok((await pay(client, { order_id: registration.order_uuid })).ok);
  const paid = await until("the paid registration", async () => {
    const seen = await must(client.app.from("event_registrations").select("*, events(event_name)")
      .eq("id", registration.id).single());
    return seen.payment_status === "paid" && seen;
  });
  assert.deepEqual([paid.status, paid.ticket_codes.length], ["registered", 1]);
  await must(other.app.from("event_registrations").insert({
    event_id: event.id, client_id: other.profile.id,
  }));
  const [attendance] = await must(healer.app.from("event_attendance").select("*").eq("id", event.id));
  assert.equal(attendance.max_capacity, 2);
  step("a client registers for an event");
}

// ---- talk --------------------------------------------------------------------------------------
async function talk(client, healer) {
  const conversation = await one(client.app.from("conversations").insert({
    user1_id: client.user.id, user2_id: healer.user.id,
  }));
  const message = await one(client.app.from("messages").insert({
    conversation_id: conversation.id, sender_id: client.user.id, receiver_id: healer.user.id,
    message: "Hello",
  }));
  const [seen] = await must(healer.app.from("messages").select("*").eq("conversation_id", conversation.id));
  assert.deepEqual([seen.id, seen.message, seen.is_read], [message.id, "Hello", false]);
  const read = await one(healer.app.from("messages").update({ ...seen, is_read: true }).eq("id", seen.id));
  assert.ok(read.is_read);
  await must(client.app.from("favorite_healers").insert({
    client_id: client.profile.id, healer_id: healer.profile.id,
  }));
  const favorites = await must(client.app.from("favorite_healers").select("healers(users(first_name))")
    .eq("client_id", client.profile.id));
  assert.equal(favorites[0].healers.users.first_name, healer.user.first_name);
  await must(client.app.from("favorite_healers").delete().eq("healer_id", healer.profile.id));
  step("client and healer write to each other, the healer is a favorite");
}

async function support(client) {
  const write = { user_id: client.user.id, subject: "Help", description: "Where is my receipt?" };
  const ticket = await one(client.app.from("support_tickets").insert(write));
  assert.equal(ticket.status, "open");
  await must(admin.from("support_tickets").update({ status: "resolved", resolution: "Sent again" })
    .eq("id", ticket.id));
  assert.deepEqual(
    await must(client.app.from("support_tickets").select("status, resolution").eq("id", ticket.id).single()),
    { status: "resolved", resolution: "Sent again" });
  const found = await one(client.app.from("support_tickets").insert(write));
  const closed = await one(client.app.from("support_tickets").update({ ...found, status: "closed" })
    .eq("id", found.id));
  assert.equal(closed.status, "closed");
  step("support handles a ticket, and a client closes their own");
}

async function overview(client, healer) {
  const notes = await must(client.app.from("notifications").select("*").eq("is_read", false));
  assert.ok(notes.some((note) => note.type === "booking_confirmed"));
  await must(client.app.from("notifications").update({ is_read: true }).eq("id", notes[0].id));
  const money = await must(client.app.from("transactions").select("*"));
  assert.ok(money.some((row) => row.transaction_type === "payment" && row.status === "completed"));
  const revenue = await must(healer.app.from("healer_revenue").select("id, total_bookings"));
  assert.deepEqual(revenue, [{ id: healer.profile.id, total_bookings: 1 }]);
  assert.deepEqual(await must(client.app.from("healer_revenue").select("id")), []);
  assert.ok((await must(admin.from("healer_revenue").select("id"))).length > 1);
  assert.ok(Array.isArray(await must(admin.from("monthly_revenue").select("*"))));
  assert.equal((await must(admin.from("audit_logs").select("id").limit(1))).length, 1);
  assert.deepEqual(await must(client.app.from("audit_logs").select("id")), []);
  step("notifications, transactions, reports");
}

const boss = await account("Ada", "Aster");
// The first admin: by the secret key, as a server would; from then on a login like any other.
const made = await one(connect("avenrae", keys.secret).from("users").update({ user_type: "admin" })
  .eq("id", boss.user.id));
assert.equal(made.user_type, "admin");
const admin = boss.app;
const [healer, breather] = [await account("Sol", "Hale"), await account("Rune", "Aske")];
const [client, other] = [await account("Luna", "Moon"), await account("Vega", "Stern")];
await becomeHealer(healer);
await becomeHealer(breather);
step("healers have a profile and qualifications");
await clientProfile(client);
await clientProfile(other);
step("a client manages account and preferences");
await offer(healer);
const verified = await one(admin.from("healers").update({ is_verified_healer: true })
  .eq("id", healer.profile.id));
assert.equal(verified.is_verified_healer, true);
await browse(connect("avenrae"), healer);
await book(client, healer, other, breather);
await session(client, breather);
await offline(client, breather);
await refund(client, await shop(client, healer));
await events(client, other, healer);
await talk(client, healer);
await support(client);
await overview(client, breather);
