// The dog-training platform as its document describes it, table by table and convention by
// convention, with nothing but supabase-js and `db: { schema: 'dogs' }`.

import assert from "node:assert/strict";
import { run, tell } from "./sign_in.mjs";
import { anonymous, ids, must, service, signedIn } from "./world.mjs";

const db = { schema: "dogs" };
const [tara, alice, bob, sam] =
  ["tara", "alice", "bob", "sam"].map((name) => signedIn(name, { db }));
const nobody = anonymous({ db });
const office = service({ db });

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const one = async (query) => must(await query.select().single());
const refusal = async (query) => {
  const { error } = await query;
  assert.ok(error, "it was not refused");
  return error.code;
};
// A local time of Copenhagen in winter or summer is near enough: hours here are the whole day.
const at = (days, hour, minute = 0) => {
  const day = new Date(Date.now() + days * 86_400_000);
  day.setUTCHours(hour, minute, 0, 0);
  return day.toISOString();
};
const same = (instant, other) =>
  assert.equal(new Date(instant).getTime(), new Date(other).getTime());
const has = (row, columns) => {
  for (const column of columns.split(" ")) assert.ok(column in row, `no column ${column}`);
};
const made = {};

// What the house would have done before anybody comes.
await run(`update core.marketplace set default_currency = 'EUR', default_timezone = 'UTC'`);
must(await office.rpc("grant_role", { p_person_id: ids.sam, p_role: "admin" }));

await tell({
  "users: a user has an address, names and a number": async () => {
    const user = await one(tara.from("users").upsert({
      id: ids.tara, first_name: "Tara", last_name: "Thomsen", phone: "+45 11 11 11 11",
    }));
    has(user, "id email password first_name last_name phone status created_at updated_at");
    assert.deepEqual(
      [user.first_name, user.last_name, user.phone, user.status, user.password],
      ["Tara", "Thomsen", "+45 11 11 11 11", "active", null]);
    await one(alice.from("users").upsert({ id: ids.alice, first_name: "Alice", last_name: "Ahl", phone: "+45 22" }));
    const changed = await one(alice.from("users").update({ phone: "+45 23" }).eq("id", ids.alice));
    assert.deepEqual([changed.first_name, changed.phone], ["Alice", "+45 23"]);
  },
  "users: a password is auth's, and never read": async () => {
    assert.equal(
      await refusal(alice.from("users").update({ password: "x" }).eq("id", ids.alice)), "0A000");
    const { data } = await office.from("users").select("password").not("password", "is", null);
    assert.deepEqual(data, []);
  },
  "users: nobody writes another's row, nor a status": async () => {
    assert.deepEqual(
      must(await bob.from("users").update({ first_name: "X" }).eq("id", ids.tara).select()), []);
    assert.equal(
      await refusal(bob.from("users").update({ status: "suspended" }).eq("id", ids.bob)), "M3301");
  },
  "roles: owner, trainer, admin": async () => {
    const roles = must(await nobody.from("roles").select("id, name"));
    assert.deepEqual([...new Set(roles.map((role) => role.name))].sort(), ["admin", "owner", "trainer"]);
    made.role = Object.fromEntries(roles.map((role) => [role.name, role.id]));
  },
  "user_roles: a user has several roles, each once": async () => {
    for (const name of ["trainer", "owner"]) {
      must(await tara.from("user_roles").insert({ user_id: ids.tara, role_id: made.role[name] }));
    }
    must(await alice.from("user_roles").insert({ user_id: ids.alice, role_id: made.role.owner }));
    const again = { user_id: ids.alice, role_id: made.role.owner };
    must(await alice.from("user_roles").insert(again));
    must(await alice.from("user_roles").upsert(again));
    const hers = must(await alice.from("user_roles").select().eq("role_id", made.role.owner));
    assert.equal(hers.length, 1);
    const mine = must(await tara.from("user_roles").select("user_id, role:roles(name)"));
    assert.deepEqual(mine.map((row) => row.role.name).sort(), ["owner", "trainer"]);
  },
  "user_roles: nobody makes themselves an administrator": async () => {
    const error = await tara.from("user_roles").insert({ user_id: ids.tara, role_id: made.role.admin });
    assert.equal(error.status, 403);
  },
  "users and roles: many to many through user_roles": async () => {
    const user = must(await tara.from("users").select("first_name, roles(name)").eq("id", ids.tara).single());
    assert.deepEqual(user.roles.map((role) => role.name).sort(), ["owner", "trainer"]);
  },
  "dog_trainers: a profile, of which the rating is counted": async () => {
    const profile = await one(tara.from("dog_trainers").upsert({
      user_id: ids.tara, years_of_experience: 7, bio: "Calm.", hourly_rate: 59.95,
    }));
    has(profile, "id user_id years_of_experience bio is_verified average_rating total_reviews created_at updated_at");
    assert.deepEqual(
      [profile.years_of_experience, profile.bio, profile.is_verified, profile.average_rating, profile.total_reviews],
      [7, "Calm.", false, null, 0]);
    assert.equal(
      await refusal(tara.from("dog_trainers").update({ is_verified: true }).eq("user_id", ids.tara)), "M3301");
    must(await sam.rpc("verify_provider", { p_provider_id: ids.tara, p_verification: "verified" }));
    const seen = must(await nobody.from("dog_trainers").select("is_verified, users(first_name)").eq("id", ids.tara).single());
    assert.deepEqual(seen, { is_verified: true, users: { first_name: "Tara" } });
  },
  "dog_owners: a user is an owner, and may be a trainer too": async () => {
    const owner = await one(bob.from("dog_owners").insert({ user_id: ids.bob }));
    has(owner, "id user_id created_at updated_at");
    assert.match(owner.id, uuid);
    const both = must(await tara.from("users").select("dog_trainers(id), dog_owners(id)").eq("id", ids.tara).single());
    assert.ok(both.dog_trainers && both.dog_owners);
  },
  "locations: where a user lives, read back as given": async () => {
    const place = await one(alice.from("locations").insert({
      user_id: ids.alice, address: "Ryesgade 1", city: "Aarhus", state: "Midtjylland",
      zip_code: "8000", latitude: 56.152895, longitude: 10.203457,
    }));
    has(place, "id user_id address city state zip_code latitude longitude");
    assert.deepEqual([place.latitude, place.longitude], [56.152895, 10.203457]);
    const moved = await one(alice.from("locations").upsert({ id: place.id, city: "Aarhus C" }));
    assert.deepEqual([moved.city, moved.address], ["Aarhus C", "Ryesgade 1"]);
    must(await tara.from("locations").insert({
      user_id: ids.tara, address: "Vestergade 2", city: "Aarhus", latitude: 56.1571, longitude: 10.2012,
    }));
    const mine = must(await alice.from("users").select("locations(city)").eq("id", ids.alice).single());
    assert.deepEqual(mine.locations, [{ city: "Aarhus C" }]);
  },
  "locations: strangers see a trainer's town, rounded, and no owner": async () => {
    const seen = must(await nobody.from("locations").select("city, address, zip_code, latitude, longitude"));
    assert.deepEqual(seen, [{ city: "Aarhus", address: null, zip_code: null, latitude: 56.16, longitude: 10.2 }]);
  },
  "trainer_services: floats that are exact to the cent": async () => {
    const service = await one(tara.from("trainer_services").insert({
      trainer_id: ids.tara, name: "Puppy class", description: "For the small.", duration_minutes: 45, price: 19.99,
    }));
    has(service, "id trainer_id name description duration_minutes price is_active created_at updated_at");
    assert.deepEqual([service.price, service.is_active], [19.99, true]);
    made.puppy = service.id;
    for (const price of [0, 0.5, 1.1, 33.33, 4.35, 1234.56, 9999.99]) {
      const changed = await one(tara.from("trainer_services").update({ price }).eq("id", made.puppy));
      assert.equal(changed.price, price);
    }
    assert.equal(
      await refusal(tara.from("trainer_services").update({ price: 0.1 + 0.2 }).eq("id", made.puppy)), "M0015");
    const again = await one(tara.from("trainer_services").upsert({ id: made.puppy, name: "Puppies", price: 0 }));
    assert.deepEqual([again.name, again.duration_minutes, again.price], ["Puppies", 45, 0]);
    assert.equal(
      await refusal(bob.from("trainer_services").update({ price: 1 }).eq("id", made.puppy)), "42501");
  },
  "trainer_certifications: what a trainer has learned": async () => {
    const row = await one(tara.from("trainer_certifications").insert({
      trainer_id: ids.tara, name: "CPDT-KA", issued_by: "CCPDT", issued_at: "2019-05-01",
    }));
    has(row, "id trainer_id name issued_by issued_at created_at updated_at");
    assert.equal(row.issued_at, "2019-05-01");
    const changed = await one(tara.from("trainer_certifications").upsert({ id: row.id, name: "CPDT-KSA" }));
    assert.deepEqual([changed.name, changed.issued_by], ["CPDT-KSA", "CCPDT"]);
  },
  "trainer_availability: weekly hours that are free slots at once": async () => {
    const week = [0, 1, 2, 3, 4, 5, 6].map((day) => ({
      trainer_id: ids.tara, day_of_week: day, start_time: "06:00", end_time: "20:00",
    }));
    const rows = must(await tara.from("trainer_availability").insert(week).select());
    has(rows[0], "id trainer_id day_of_week start_time end_time created_at updated_at");
    assert.equal(rows.length, 7);
    const [first] = rows;
    const changed = await one(tara.from("trainer_availability").upsert({ ...first, end_time: "21:00", created_at: undefined, updated_at: undefined }));
    assert.equal(changed.end_time, "21:00:00");
    const slots = must(await nobody.rpc("list_free_slots", { p_offering_id: made.puppy }));
    assert.ok(slots.length > 0);
    // One store: another system's hours are these.
    const windows = must(await tara.schema("tutoring").from("availability_windows").select("id").eq("expert_id", ids.tara));
    assert.deepEqual(windows.map((row) => row.id).sort(), rows.map((row) => row.id).sort());
  },
  "dog_trainers: services, certifications and availability embed": async () => {
    const trainer = must(await nobody.from("dog_trainers")
      .select("bio, trainer_services(name, price), trainer_certifications(name), trainer_availability(day_of_week), reviews(rating)")
      .eq("id", ids.tara).single());
    assert.deepEqual(
      [trainer.trainer_services, trainer.trainer_certifications, trainer.trainer_availability.length, trainer.reviews],
      [[{ name: "Puppies", price: 0 }], [{ name: "CPDT-KSA" }], 7, []]);
  },
  "dogs: an owner's, with photos": async () => {
    const dog = await one(alice.from("dogs").insert({
      owner_id: ids.alice, name: "Rex", breed: "Collie", age: 3, size: "large", notes: "bites bikes",
    }));
    has(dog, "id owner_id name breed age size notes created_at updated_at");
    made.rex = dog.id;
    const older = await one(alice.from("dogs").upsert({ id: dog.id, name: "Rex", age: 4 }));
    assert.deepEqual([older.age, older.breed], [4, "Collie"]);
    const photo = await one(alice.from("dog_photos").insert({ dog_id: dog.id, photo_url: "https://example.org/rex.jpg" }));
    has(photo, "id dog_id photo_url created_at");
    await one(alice.from("dog_photos").upsert({ id: photo.id, photo_url: "https://example.org/r.jpg" }));
    const owner = must(await alice.from("dog_owners").select("dogs(name, dog_photos(photo_url))").eq("id", ids.alice).single());
    assert.deepEqual(owner.dogs, [{ name: "Rex", dog_photos: [{ photo_url: "https://example.org/r.jpg" }] }]);
    assert.deepEqual(must(await tara.from("dogs").select()), []);
    assert.equal(await refusal(bob.from("dog_photos").insert({ dog_id: dog.id, photo_url: "https://x.org" })), "42501");
  },
  "bookings: a time is booked, at the price of the server": async () => {
    const booking = await one(alice.from("bookings").insert({
      trainer_id: ids.tara, owner_id: ids.alice, dog_id: made.rex, service_id: made.puppy,
      start_time: at(9, 9, 10), end_time: at(9, 9, 55),
    }));
    has(booking, "id trainer_id owner_id dog_id service_id start_time end_time price_snapshot status cancellation_reason created_at");
    // What costs nothing is accepted at once.
    assert.deepEqual([booking.price_snapshot, booking.status, booking.core_status], [0, "accepted", "confirmed"]);
    same(booking.end_time, at(9, 9, 55));
    made.booking = booking.id;
    assert.equal(await refusal(bob.from("bookings").insert({
      trainer_id: ids.tara, owner_id: ids.bob, service_id: made.puppy, start_time: at(9, 9, 10),
    })), "M9201");
    assert.equal(await refusal(bob.from("bookings").insert({
      trainer_id: ids.tara, owner_id: ids.alice, service_id: made.puppy, start_time: at(10, 9),
    })), "42501");
    assert.equal(await refusal(bob.from("bookings").insert({
      trainer_id: ids.tara, owner_id: ids.bob, service_id: made.puppy, start_time: at(10, 9), price_snapshot: 5,
    })), "M0211");
  },
  "bookings: a dog is in one place at a time": async () => {
    must(await bob.from("user_roles").insert({ user_id: ids.bob, role_id: made.role.trainer }));
    must(await bob.from("trainer_availability").insert([0, 1, 2, 3, 4, 5, 6].map((day) => ({
      trainer_id: ids.bob, day_of_week: day, start_time: "06:00", end_time: "20:00",
    }))));
    const walk = await one(bob.from("trainer_services").insert({ trainer_id: ids.bob, name: "Walk", duration_minutes: 30, price: 0 }));
    const code = await refusal(alice.from("bookings").insert({
      trainer_id: ids.bob, owner_id: ids.alice, dog_id: made.rex, service_id: walk.id, start_time: at(9, 9, 20),
    }));
    assert.ok(["M9208", "M9227"].includes(code), code);
  },
  "search: services by words, tags, distance and a free day, page by page": async () => {
    must(await tara.from("trainer_services").update({ tags: ["puppy", "group"] }).eq("id", made.puppy));
    const found = async (asked) => must(await nobody.rpc("search_offerings", asked));
    const titles = async (asked) => (await found(asked)).map((row) => row.title).sort();
    assert.deepEqual(await titles({}), ["Puppies", "Walk"]);
    assert.deepEqual(await titles({ p_text: "pup" }), ["Puppies"]);
    assert.deepEqual(await titles({ p_text: "walk" }), ["Walk"]);
    assert.deepEqual(await titles({ p_tags: ["group", "puppy"] }), ["Puppies"]);
    assert.deepEqual(await titles({ p_tags: ["puppy", "agility"] }), []);
    const near = { p_latitude: 56.15, p_longitude: 10.2, p_radius_m: 5000, p_sort: "distance" };
    const [closest, ...others] = await found(near);
    assert.deepEqual([closest.title, others], ["Puppies", []]);
    assert.ok(closest.distance_m > 500 && closest.distance_m < 2000, closest.distance_m);
    assert.deepEqual(await titles({ ...near, p_latitude: 57 }), []);
    must(await tara.rpc("block_time", { p_starts_at: at(15, 0), p_ends_at: at(17, 0) }));
    assert.deepEqual(await titles({ p_free_on: at(15, 12).slice(0, 10) }), ["Walk"]);
    assert.deepEqual(await titles({ p_free_on: at(18, 12).slice(0, 10) }), ["Puppies", "Walk"]);
    const [first] = await found({ p_limit: 1 });
    const [second] = await found({ p_limit: 1, p_after: first.page });
    assert.deepEqual([first.title, second.title].sort(), ["Puppies", "Walk"]);
    assert.deepEqual(await found({ p_limit: 1, p_after: second.page }), []);
    assert.equal(await refusal(nobody.rpc("search_offerings", { p_sort: "distance" })), "M0116");
  },
  "search: trainers by words, rate, distance and a free day, page by page": async () => {
    const found = async (asked) => must(await nobody.rpc("search_providers", asked));
    const who = async (asked) => (await found(asked)).map((row) => row.provider_id).sort();
    const both = [ids.tara, ids.bob].sort();
    assert.deepEqual(await who({}), both);
    assert.deepEqual(await who({ p_text: "calm" }), [ids.tara]);
    assert.deepEqual(await who({ p_max_rate_minor: 6000, p_min_rate_minor: 5000 }), [ids.tara]);
    const [closest, ...others] = await found({ p_latitude: 56.15, p_longitude: 10.2, p_sort: "distance" });
    assert.deepEqual([closest.provider_id, closest.city, others], [ids.tara, "Aarhus", []]);
    assert.deepEqual(await who({ p_latitude: 57.5, p_longitude: 10.2 }), []);
    assert.deepEqual(await who({ p_free_on: at(15, 12).slice(0, 10) }), [ids.bob]);
    const [first] = await found({ p_limit: 1 });
    const [second] = await found({ p_limit: 1, p_after: first.page });
    assert.deepEqual([first.provider_id, second.provider_id].sort(), both);
    assert.deepEqual(await found({ p_limit: 1, p_after: second.page }), []);
  },
  "bookings: everything about one embeds": async () => {
    const booking = must(await alice.from("bookings")
      .select("id, dog_trainers(users(first_name)), dog_owners(users(first_name)), dogs(name), trainer_services(name), payments(status, provider), reviews(rating)")
      .eq("id", made.booking).single());
    assert.deepEqual(booking, {
      id: made.booking,
      dog_trainers: { users: { first_name: "Tara" } }, dog_owners: { users: { first_name: "Alice" } },
      dogs: { name: "Rex" }, trainer_services: { name: "Puppies" },
      payments: [{ status: "paid", provider: "none" }], reviews: [],
    });
  },
  "bookings: a live one tells its trainer where to go, whom to call, which dog": async () => {
    const [place] = must(await tara.from("locations").select("address, latitude").eq("user_id", ids.alice));
    assert.deepEqual(place, { address: "Ryesgade 1", latitude: 56.152895 });
    const owner = must(await tara.from("users").select("first_name, phone, email").eq("id", ids.alice).single());
    assert.deepEqual([owner.first_name, owner.phone, owner.email], ["Alice", "+45 23", null]);
    const dog = must(await tara.from("dogs").select("name, notes, dog_photos(photo_url)").single());
    assert.deepEqual([dog.name, dog.notes, dog.dog_photos.length], ["Rex", "bites bikes", 1]);
    assert.deepEqual(must(await bob.from("locations").select().eq("user_id", ids.alice)), []);
  },
  "bookings: another time moves it": async () => {
    const moved = await one(alice.from("bookings")
      .update({ start_time: at(9, 14, 5), end_time: at(9, 14, 50) }).eq("id", made.booking));
    same(moved.start_time, at(9, 14, 5));
  },
  "bookings: without a service the hour has a price": async () => {
    const hour = await one(bob.from("bookings").insert({
      trainer_id: ids.tara, owner_id: ids.bob, start_time: at(10, 9), end_time: at(10, 10, 30),
    }));
    assert.deepEqual([hour.service_id, hour.price_snapshot, hour.status], [null, 89.93, "pending"]);
    const [payment] = must(await bob.from("payments").select().eq("booking_id", hour.id));
    has(payment, "id booking_id amount currency provider status created_at");
    assert.deepEqual(
      [payment.amount, payment.currency, payment.provider, payment.status], [89.93, "EUR", "stripe", "pending"]);
    const gone = await one(bob.from("bookings")
      .update({ status: "cancelled", cancellation_reason: "the flu" }).eq("id", hour.id));
    assert.deepEqual([gone.status, gone.cancellation_reason], ["cancelled", "the flu"]);
  },
  "bookings: writing accepted confirms a request": async () => {
    await one(tara.from("trainer_services").update({ booking_mode: "request", price: 20 }).eq("id", made.puppy));
    const asked = await one(bob.from("bookings").insert({
      trainer_id: ids.tara, owner_id: ids.bob, service_id: made.puppy, start_time: at(11, 9), price_snapshot: 20,
    }));
    assert.equal(asked.status, "pending");
    // The card is authorised, as checkout would have it.
    await run(`update core.payment set authorized_minor = amount_minor, external_id = 'pi_asked' where booking_id = '${asked.id}';
               update core.booking set status = 'requested', accept_by = starts_at
                 where booking_id = '${asked.id}'`);
    assert.notEqual((await bob.from("bookings").update({ status: "accepted" }).eq("id", asked.id)).error, null);
    const accepted = await one(tara.from("bookings").update({ status: "accepted" }).eq("id", asked.id));
    assert.equal(accepted.status, "accepted");
    assert.equal(await refusal(tara.from("bookings").update({ status: "no_show" }).eq("id", asked.id)), "22P02");
  },
  "reviews: one for each completed booking": async () => {
    const review = { booking_id: made.booking, trainer_id: ids.tara, owner_id: ids.alice, rating: 5, comment: "Calm at last." };
    assert.equal(await refusal(alice.from("reviews").insert(review)), "M9502");
    await run(`update core.booking set starts_at = now() - interval '2 hours', ends_at = now() - interval '1 hour'
               where booking_id = '${made.booking}'`);
    const over = await one(tara.from("bookings").update({ status: "completed" }).eq("id", made.booking));
    assert.equal(over.status, "completed");
    const row = await one(alice.from("reviews").insert(review));
    has(row, "id booking_id trainer_id owner_id rating comment created_at");
    assert.deepEqual([row.rating, row.trainer_id, row.owner_id], [5, ids.tara, ids.alice]);
    assert.equal(await refusal(alice.from("reviews").insert(review)), "23505");
    assert.equal(await refusal(alice.from("reviews").insert({ booking_id: made.booking, rating: 6 })), "23505");
    const trainer = must(await nobody.from("dog_trainers").select("average_rating, total_reviews, reviews(comment)").eq("id", ids.tara).single());
    assert.deepEqual(trainer, { average_rating: 5, total_reviews: 1, reviews: [{ comment: "Calm at last." }] });
    const told = must(await tara.from("reviews").select("rating, bookings(id), dog_owners(id), users(first_name)").single());
    assert.deepEqual(told.dog_owners, { id: ids.alice });
    assert.equal(told.users.first_name, "Alice");
  },
  "payments: read by the two sides, written by nobody": async () => {
    assert.ok(must(await sam.from("payments").select("status")).length > 0);
    assert.deepEqual(must(await tara.from("payments").select("amount").eq("booking_id", made.booking)), [{ amount: 0 }]);
    assert.notEqual((await alice.from("payments").insert({ booking_id: made.booking, amount: 1 })).error, null);
    assert.notEqual((await alice.from("payments").update({ status: "refunded" }).eq("booking_id", made.booking)).error, null);
  },
  "payouts: asked for by a trainer, pending until they are processed": async () => {
    assert.equal(await refusal(tara.from("payouts").insert({ trainer_id: ids.tara, amount: 10 })), "M9402");
    await run(`insert into core.payout_account (payout_account_id, provider_id, rail, external_id)
               values ('${ids.tara}', '${ids.tara}', 'stripe_connect', 'acct_x');
               insert into core.payout (payout_id, provider_id, payout_account_id, origin, amount_minor, currency, status, processed_at)
               values (gen_random_uuid(), '${ids.tara}', '${ids.tara}', 'schedule', 1234, 'EUR', 'paid', now()),
                      (gen_random_uuid(), '${ids.tara}', '${ids.tara}', 'schedule', 99, 'EUR', 'requested', null)`);
    const rows = must(await tara.from("payouts").select().order("amount"));
    has(rows[0], "id trainer_id amount status processed_at");
    assert.deepEqual(rows.map((row) => [row.amount, row.status, row.processed_at !== null]),
      [[0.99, "pending", false], [12.34, "processed", true]]);
    assert.deepEqual(must(await alice.from("payouts").select()), []);
    must(await tara.from("dog_trainers").select("payouts(amount)").eq("id", ids.tara).single());
  },
  "notifications: told, and marked as read": async () => {
    const rows = must(await alice.from("notifications").select().eq("is_read", false));
    has(rows[0], "id user_id type message is_read created_at");
    const read = await one(alice.from("notifications").update({ is_read: true }).eq("id", rows[0].id));
    assert.equal(read.is_read, true);
    assert.deepEqual(must(await bob.from("notifications").select().eq("user_id", ids.alice)), []);
    const me = must(await alice.from("users").select("notifications(message)").eq("id", ids.alice).single());
    assert.ok(me.notifications.length > 0);
  },
  "audit_logs: what was done, for staff": async () => {
    const rows = must(await sam.from("audit_logs").select("*, actor(first_name)").eq("actor_user_id", ids.sam));
    has(rows[0], "id actor_user_id action entity entity_id created_at");
    assert.equal(rows[0].action, "verify");
    const user = must(await sam.from("users").select("audit_logs(action)").eq("id", ids.sam).single());
    assert.ok(user.audit_logs.length > 0);
    assert.deepEqual(must(await tara.from("audit_logs").select().neq("entity", "booking")), []);
  },
  "conventions: soft states instead of hard deletes": async () => {
    must(await alice.from("dogs").delete().eq("id", made.rex));
    assert.deepEqual(must(await alice.from("dogs").select()), []);
    assert.equal(must(await alice.from("bookings").select("dog_id").eq("id", made.booking).single()).dog_id, made.rex);
    assert.equal(await refusal(tara.from("trainer_services").delete().eq("id", made.puppy)), "M9106");
    const down = await one(tara.from("trainer_services").update({ is_active: false }).eq("id", made.puppy));
    assert.equal(down.is_active, false);
    assert.notEqual((await alice.from("bookings").delete().eq("id", made.booking)).error, null);
    must(await sam.from("users").update({ first_name: "Sam", last_name: "S" }).eq("id", ids.sam));
  },
  "conventions: keys are uuids, and rows have their times": async () => {
    for (const table of ["users", "dog_trainers", "dog_owners", "locations", "trainer_services",
      "trainer_certifications", "trainer_availability", "bookings", "reviews", "payments",
      "notifications", "audit_logs", "payouts", "roles"]) {
      const [row] = must(await office.from(table).select().limit(1));
      assert.match(row.id, uuid, table);
      if ("created_at" in row) assert.ok(!Number.isNaN(Date.parse(row.created_at)), table);
    }
  },
  "the office writes for anybody, with the service key": async () => {
    const nora = crypto.randomUUID();
    must(await office.from("users").insert({ id: nora, first_name: "Nora", last_name: "Nord" }));
    must(await office.from("dog_trainers").insert({ user_id: nora }));
    must(await office.from("dog_owners").insert({ user_id: nora }));
    must(await office.from("locations").insert({ user_id: nora, city: "Odense" }));
    must(await office.from("dogs").insert({ owner_id: nora, name: "Bello" }));
    must(await office.from("trainer_services").insert({ trainer_id: nora, name: "Help", duration_minutes: 30, price: 5 }));
    must(await office.from("trainer_certifications").insert({ trainer_id: nora, name: "A" }));
    must(await office.from("trainer_availability").insert({ trainer_id: nora, day_of_week: 1, start_time: "09:00", end_time: "10:00" }));
    must(await office.from("users").delete().eq("id", nora));
    assert.equal(must(await office.from("users").select("status").eq("id", nora).single()).status, "deleted");
  },
});
console.log("told");
