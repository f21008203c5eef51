// The Avenrae sanctuary: a healer sets up, a client books, registers and buys, staff looks after it;
// every table of the document by its name, with nothing but supabase-js.

import assert from "node:assert/strict";
import { anonymous, ids, must, service, signedIn } from "./world.mjs";

const lens = { db: { schema: "avenrae" } };
const [tara, alice, eve, sam] = ["tara", "alice", "eve", "sam"].map((name) => signedIn(name, lens));
const [nobody, house] = [anonymous(lens), service(lens)];
const one = async (query) => must(await query.select().single());
const refused = async (query, code) => assert.equal((await query).error?.code, code);
const days = (n, hour = 10) => {
  const at = new Date(Date.now() + n * 86_400_000);
  at.setUTCHours(hour, 0, 0, 0);
  return at.toISOString();
};
must(await house.rpc("grant_role", { p_person_id: ids.sam, p_role: "admin" }));

// Users: names are written, the password is not, and an address is changed under /auth/v1.
await one(tara.from("users").upsert({ uuid: ids.tara, first_name: "Tara", last_name: "Thomsen" }));
const me = await one(alice.from("users").upsert({ uuid: ids.alice, first_name: "Alice" }));
assert.deepEqual([me.user_type, me.password_hash, typeof me.id], ["client", null, "number"]);
await refused(alice.from("users").update({ password_hash: "x" }).eq("id", me.id), "M0013");
await refused(alice.from("users").update({ user_type: "admin" }).eq("id", me.id), "M3301");

// Healer: profile, qualifications, services, rates and availability.
const healer = await one(tara.from("healers").insert({
  healer_type: "psychologist", hourly_rate: 60.5, currency: "DKK", bio: "Quiet hours.",
}));
assert.deepEqual([healer.hourly_rate, healer.availability_status], [60.5, "available"]);
assert.equal((await one(tara.from("healers").upsert({ id: healer.id, bio: "Loud." }))).bio, "Loud.");
await one(tara.from("healer_qualifications").insert({ qualification: "Diploma", institution: "KU" }));
const massage = await one(tara.from("services").insert({
  healer_id: healer.id, service_name: "Massage", duration_minutes: 60, price: 250,
  service_category: "body",
}));
assert.deepEqual([massage.healer_id, massage.price], [healer.id, 250]);
await one(tara.from("services").update({ price: 300.5 }).eq("id", massage.id));
await refused(eve.from("services").insert({ healer_id: healer.id, service_name: "x", price: 1 }), "42501");
await refused(tara.from("services").insert({ healer_id: 999999, service_name: "x" }), "M4021");
const windows = must(await tara.from("healer_availability").insert(
  [0, 1, 2, 3, 4, 5, 6].map((day) => ({
    day_of_week: day, start_time: "08:00", end_time: "18:00", timezone: "UTC",
  })),
).select());
assert.equal(windows.length, 7);
const holiday = await one(tara.from("blocked_dates").insert({
  blocked_date: days(5).slice(0, 10), reason: "holiday",
}));
assert.equal(holiday.healer_id, healer.id);
must(await tara.from("blocked_dates").delete().eq("id", holiday.id));

// The shop: a healer's crystals, and what the house sells itself.
const crystal = await one(tara.from("products").insert({
  product_name: "Amethyst", product_type: "crystal", price: 80, stock_quantity: 12, sku: "AM-1",
  product_category: "stones",
}));
assert.deepEqual([crystal.stock_quantity, crystal.healer_id], [12, healer.id]);
await one(tara.from("products").update({ stock_quantity: 10 }).eq("id", crystal.id));
const salt = await one(sam.from("products").insert({ product_name: "Salt", price: 40 }));
assert.equal(salt.healer_id, null);
assert.equal(must(await sam.rpc("adjust_stock", {
  p_product_id: salt.id, p_change: 3, p_reason: "delivery",
})), 3);
await refused(eve.from("products").update({ price: 1 }).eq("id", salt.id), "M3301");

// Events and coupons.
const circle = await one(tara.from("events").insert({
  event_name: "Full moon circle", event_date: days(20), max_capacity: 5, price: 100,
  event_type: "circle",
}));
assert.deepEqual([circle.organizer_healer_id, circle.status], [healer.id, "upcoming"]);
await one(tara.from("events").update({ event_name: "New moon circle", max_capacity: 6 })
  .eq("id", circle.id));
const gift = await one(tara.from("coupons").insert({
  code: "GIFT", discount_type: "percentage", discount_value: 100, per_client_limit: 9,
}));
assert.deepEqual([gift.code, gift.discount_value, gift.used_count], ["GIFT", 100, 0]);

// Admin: a healer is verified. Client: everybody looks without signing in.
await refused(tara.from("healers").update({ is_verified_healer: true }).eq("id", healer.id), "M3301");
must(await sam.from("healers").update({ is_verified_healer: true }).eq("id", healer.id));
const found = must(await nobody.from("healers")
  .select("id, hourly_rate, rating, users(first_name, last_name), services(service_name, price)")
  .eq("healer_type", "psychologist").eq("availability_status", "available")
  .eq("is_verified_healer", true).order("rating", { ascending: false }));
assert.deepEqual(found, [{
  id: healer.id, hourly_rate: 60.5, rating: 0,
  users: { first_name: "Tara", last_name: "Thomsen" },
  services: [{ service_name: "Massage", price: 300.5 }],
}]);
assert.equal(must(await nobody.from("products").select("stock_quantity").eq("id", crystal.id)
  .single()).stock_quantity, 10);
assert.notEqual((await nobody.from("orders").select()).error, null);

// Client: profile, favourites, wishes.
const client = await one(alice.from("clients").insert({
  date_of_birth: "1990-02-03", gender: "female", emergency_contact_phone: "112",
}));
assert.deepEqual([client.user_id, client.date_of_birth], [me.id, "1990-02-03"]);
const favorite = await one(alice.from("favorite_healers").insert({ healer_id: healer.id }));
assert.deepEqual([favorite.client_id, favorite.healer_id], [client.id, healer.id]);
assert.equal(must(await alice.from("favorite_healers").select("healers(healer_type)").single())
  .healers.healer_type, "psychologist");
await one(alice.from("wishlist_items").insert({ product_id: salt.id }));
assert.equal(must(await alice.from("wishlist_items").select("products(product_name)").single())
  .products.product_name, "Salt");
assert.deepEqual(must(await alice.from("clients")
  .select("id, favorite_healers(healer_id, clients(id)), wishlist_items(product_id, clients(id))").single()), {
  id: client.id,
  favorite_healers: [{ healer_id: healer.id, clients: { id: client.id } }],
  wishlist_items: [{ product_id: salt.id, clients: { id: client.id } }],
});
assert.deepEqual(must(await eve.from("favorite_healers").select()), []);

// Client: books by writing a row.
const times = must(await nobody.rpc("available_times", { p_service_id: massage.id }));
assert.ok(times.length > 0);
const booking = await one(alice.from("bookings").insert({
  client_id: client.id, healer_id: healer.id, service_id: massage.id, booking_date: days(10),
  client_notes: "My back.",
}));
assert.deepEqual(
  [booking.status, booking.payment_status, booking.total_price, booking.client_id],
  ["pending", "unpaid", 300.5, client.id]);
await refused(eve.from("bookings").insert({
  client_id: client.id, service_id: massage.id, booking_date: days(11),
}), "M4021");
const history = must(await alice.from("bookings")
  .select("id, booking_date, status, services(service_name), healers(users(first_name))")
  .eq("client_id", client.id).order("booking_date", { ascending: false }));
assert.deepEqual(history.map((row) => [row.services.service_name, row.healers.users.first_name]),
  [["Massage", "Tara"]]);
const ahead = must(await tara.from("bookings").select("id, clients(users(first_name))")
  .eq("healer_id", healer.id).gt("booking_date", new Date().toISOString())
  .in("status", ["pending", "confirmed"]));
assert.deepEqual(ahead.map((row) => row.clients.users.first_name), ["Alice"]);
assert.deepEqual(must(await eve.from("bookings").select()), []);
must(await alice.from("bookings").update({ status: "cancelled" }).eq("id", booking.id));
assert.equal(must(await alice.from("bookings").select().eq("id", booking.id).single()).status,
  "cancelled");

// Client: a session, two seats and three crystals, in one order, with a coupon that pays it all.
const order = must(await alice.rpc("place_order", {
  p_items: [
    { service_id: massage.id, booking_date: days(12) }, { event_id: circle.id, quantity: 2 },
    { product_id: crystal.id, quantity: 3 },
  ],
  p_coupon_code: "gift", p_idempotency_key: "one",
}));
assert.deepEqual([order.status, order.amount_minor, order.lines.length], ["paid", 0, 3]);
const bought = must(await alice.from("orders")
  .select("id, order_number, total_amount, status, payment_status, order_items(item_type, quantity)")
  .eq("uuid", order.order_id).single());
assert.deepEqual([bought.order_number, bought.total_amount, bought.status, bought.payment_status],
  [order.number, 0, "processing", "paid"]);
assert.deepEqual(bought.order_items.map((item) => [item.item_type, item.quantity]).sort(),
  [["booking", 1], ["booking", 2], ["product", 3]]);
assert.equal(must(await nobody.from("products").select().eq("id", crystal.id).single())
  .stock_quantity, 7);
assert.equal((await alice.rpc("place_order", {
  p_items: [{ product_id: crystal.id, quantity: 8 }],
})).status, 409);

// Healer: sends the goods. The client is told in words.
const item = must(await tara.from("order_items").select().eq("item_type", "product").single());
must(await tara.from("order_items").update({ status: "shipped" }).eq("id", item.id));
assert.equal(must(await alice.from("orders").select().eq("id", bought.id).single()).status, "shipped");
await refused(alice.from("order_items").update({ status: "delivered" }).eq("id", item.id), "M4309");
must(await sam.from("orders").update({ status: "delivered" }).eq("id", bought.id));
assert.equal(must(await alice.from("orders").select().eq("id", bought.id).single()).status, "delivered");
const told = must(await alice.from("notifications").select("id, title, message, is_read"));
assert.ok(told.length > 0 && told.every((row) => row.title.length > 0));
must(await alice.from("notifications").update({ is_read: true }).eq("id", told[0].id));

// The tickets at the door: each once.
const registration = must(await alice.from("event_registrations").select("*, events(event_name)")
  .single());
assert.deepEqual(
  [registration.seats, registration.status, registration.ticket_codes.length,
   registration.events.event_name],
  [2, "registered", 2, "New moon circle"]);
const [code] = registration.ticket_codes;
assert.equal((await alice.rpc("check_in", { p_code: code })).status, 403);
assert.equal(must(await tara.rpc("check_in", { p_code: code })).seat, 1);
assert.equal((await tara.rpc("check_in", { p_code: code })).error.message, "ticket_used");
assert.deepEqual(must(await tara.from("tickets").select("status").order("seat")),
  [{ status: "used" }, { status: "valid" }]);
const eves = await one(eve.from("clients").insert({ uuid: ids.eve }));
const seat = await one(eve.from("event_registrations").insert({ event_id: circle.id, seats: 4 }));
assert.deepEqual([seat.client_id, seat.status, seat.payment_status], [eves.id, "pending", "unpaid"]);
must(await eve.from("event_registrations").update({ status: "cancelled" }).eq("id", seat.id));

// Moved, and called off.
must(await tara.from("events").update({ event_date: days(21) }).eq("id", circle.id));
must(await tara.rpc("call_off_event", { p_event_id: circle.id, p_reason: "storm" }));
assert.equal(must(await alice.from("event_registrations").select().single()).status, "cancelled");

// People write to each other, and to support.
const talk = await one(alice.from("conversations").insert({ user2_id: healer.user_id }));
const message = await one(alice.from("messages").insert({
  receiver_id: healer.user_id, message: "Thank you.",
}));
assert.deepEqual([message.conversation_id, message.sender_id, message.is_read], [talk.id, me.id, false]);
must(await tara.from("messages").update({ is_read: true }).eq("id", message.id));
assert.equal(must(await alice.from("messages").select().single()).is_read, true);
assert.deepEqual(must(await eve.from("messages").select()), []);
const ticket = await one(alice.from("support_tickets").insert({
  subject: "Where is it?", description: "The parcel.", category: "order", priority: "normal",
}));
assert.deepEqual([ticket.status, ticket.user_id], ["open", me.id]);
await refused(alice.from("support_tickets").update({ status: "resolved" }).eq("id", ticket.id), "M3301");
must(await sam.from("support_tickets").update({ status: "resolved", resolution: "Here." })
  .eq("id", ticket.id));
assert.equal(must(await alice.from("support_tickets").select().single()).resolution, "Here.");

// Reviews are of what has taken place.
await refused(alice.from("reviews").insert({ healer_id: healer.id, rating: 5 }), "M4203");

// Admin: logs, reports as JSON and as CSV, settings, people.
assert.ok(must(await sam.from("audit_logs").select("id, action")).length > 0);
assert.deepEqual(must(await alice.from("audit_logs").select()), []);
const logged = must(await sam.from("audit_logs").select("user_id, users(id, audit_logs(user_id))")
  .not("user_id", "is", null));
assert.ok(logged.length > 0 && logged.every(({ user_id, users }) =>
  users.id === user_id && users.audit_logs.every((log) => log.user_id === user_id)));
must(await sam.from("system_logs").select());
await refused(alice.from("system_logs").select(), "M3301");
for (const report of ["healer_revenue", "top_rated_services", "event_attendance", "monthly_revenue"]) {
  const rows = must(await sam.from(report).select());
  const { data: csv, error } = await sam.from(report).select().csv();
  assert.equal(error, null);
  assert.equal(csv.trimEnd().split("\n").length, rows.length === 0 ? 1 : rows.length + 1, report);
}
assert.equal(must(await sam.from("healer_revenue").select().single()).total_bookings, 0);
assert.deepEqual(must(await alice.from("transactions").select("transaction_type")).map(
  (row) => row.transaction_type).sort(), ["payment", "payment"]);
must(await sam.rpc("set_marketplace", { p_settings: { name: "Avenrae" } }));
must(await sam.from("users").update({ status: "suspended" }).eq("uuid", ids.eve));
assert.equal((await eve.from("wishlist_items").insert({ product_id: salt.id })).status, 403);
must(await sam.from("users").update({ status: "active" }).eq("uuid", ids.eve));
must(await eve.from("wishlist_items").insert({ product_id: salt.id }));

// Account and preferences, earnings, and every column of the document by its name.
must(await alice.rpc("set_notification_preference", {
  p_type: "booking_reminder", p_wants_email: false,
}));
must(await tara.rpc("my_wallet"));
must(await tara.rpc("my_sales"));
const columns = {
  users: "id, email, password_hash, first_name, last_name, user_type, is_verified, created_at",
  healers: "id, user_id, healer_type, hourly_rate, rating, is_verified_healer, availability_status",
  clients: "id, user_id, date_of_birth, gender, emergency_contact_phone",
  services: "id, healer_id, service_name, duration_minutes, price, service_category",
  bookings: "id, client_id, healer_id, service_id, booking_date, status, payment_status, " +
    "total_price, client_rating",
  products: "id, product_name, product_type, price, stock_quantity, sku, product_category, is_active",
  orders: "id, client_id, order_number, total_amount, status, payment_status, order_date",
  events: "id, event_name, event_date, max_capacity, price, organizer_healer_id",
  event_registrations: "id, event_id", reviews: "id, healer_id, rating",
  order_items: "id, order_id, product_id, quantity", transactions: "id, amount", coupons: "id, code",
  conversations: "id", messages: "id, conversation_id", support_tickets: "id, user_id, status",
  notifications: "id, title, message", favorite_healers: "id, client_id, healer_id",
  wishlist_items: "id, client_id, product_id", healer_availability: "id, healer_id, day_of_week",
  blocked_dates: "id, healer_id, blocked_date", audit_logs: "id, action", system_logs: "id, message",
};
assert.equal(Object.keys(columns).length, 23);
for (const [table, names] of Object.entries(columns)) must(await sam.from(table).select(names));
assert.equal(must(await nobody.rpc("date_format", {
  p_at: "2026-03-05T07:08:09Z", p_format: "%Y-%m",
})), "2026-03");
console.log("told");
