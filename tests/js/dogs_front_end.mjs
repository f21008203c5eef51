// The front end of a dog-training platform, written from its document alone by somebody who had not
// seen this project: owners and trainers, from sign-up to review. It needs no way around anything.

import assert from "node:assert/strict";
import { connect, pay, refused, signUp, turn } from "./front_end.mjs";
import { run, tell } from "./sign_in.mjs";
import { keys, must } from "./world.mjs";

await run("update core.marketplace set default_timezone = 'UTC'");
const visitor = connect("dogs");
const platform = connect("dogs", keys.secret);
const olga = await signUp("dogs", "Olga",
  { first_name: "Olga", last_name: "Ekdahl", phone: "+4511223344" });
const tage = await signUp("dogs", "Tage",
  { first_name: "Tage", last_name: "Rask", phone: "+4555667788" });
const sven = await signUp("dogs", "Sven", { first_name: "Sven", last_name: "Fremmed" });
const anna = await signUp("dogs", "Anna", { first_name: "Anna", last_name: "Admin" });

const row = async (query) => must(await query.select().single());
const bookingOf = async ({ app }, id) => must(await app.from("bookings").select(
  "*, dogs(name, breed), trainer_services(name), dog_trainers(users(first_name)), " +
  "dog_owners(users(first_name)), payments(*), reviews(*)").eq("id", id).single());
const utc = (days, hour) => {
  const day = new Date(Date.now() + days * 864e5);
  day.setUTCHours(hour, 0, 0, 0);
  return day;
};
let owner, trainer, puppy, visit, rex;
const book = async (service, start) => {
  const booking = await row(olga.app.from("bookings").insert({
    trainer_id: trainer.id, owner_id: owner.id, dog_id: rex.id, service_id: service.id,
    start_time: start.toISOString(),
    end_time: new Date(+start + service.duration_minutes * 60000).toISOString(),
    price_snapshot: service.price,
  }));
  assert.deepEqual([booking.status, booking.price_snapshot], ["pending", service.price]);
  return booking;
};
const took = ({ id }) => run(
  `update core.booking set starts_at = now() - interval '2 hours', ends_at = now() - interval '1 hour'
   where booking_id = '${id}'`);
const myRoles = async ({ app, id }) => must(
  await app.from("user_roles").select("roles(name)").eq("user_id", id)).map((r) => r.roles.name).sort();
const moved = {};

await tell({
  async "users: what the form of the sign-up asked for is there"() {
    const me = must(await olga.app.from("users").select("*").eq("id", olga.id).single());
    assert.deepEqual([me.email, me.first_name, me.last_name, me.phone, me.status, me.password],
      [olga.email, "Olga", "Ekdahl", "+4511223344", "active", null]);
  },
  async "roles: each word is there once, and people take their own"() {
    const roles = must(await visitor.from("roles").select("*"));
    assert.deepEqual(roles.map((r) => r.name).sort(), ["admin", "owner", "trainer"]);
    const role = (name) => roles.find((r) => r.name === name).id;
    must(await olga.app.from("user_roles").insert({ user_id: olga.id, role_id: role("owner") }));
    await refused(olga.app.from("user_roles").insert({ user_id: olga.id, role_id: role("admin") }), "M3301");
    must(await platform.from("user_roles").insert({ user_id: anna.id, role_id: role("admin") }));
    owner = await row(olga.app.from("dog_owners").insert({ user_id: olga.id }));
    must(await tage.app.from("user_roles").insert({ user_id: tage.id, role_id: role("trainer") }));
    trainer = await row(tage.app.from("dog_trainers").insert(
      { user_id: tage.id, years_of_experience: 7, bio: "Calm dogs, calm people" }));
    assert.deepEqual([trainer.bio, trainer.is_verified, trainer.total_reviews],
      ["Calm dogs, calm people", false, 0]);
    assert.deepEqual(await myRoles(tage), ["owner", "trainer"]);
  },
  async "profiles: a form saves the row that it has loaded"() {
    trainer = await row(tage.app.from("dog_trainers").update({ ...trainer, bio: "Calm!" }).eq("id", trainer.id));
    assert.equal(trainer.bio, "Calm!");
    const { details } = await refused(tage.app.from("dog_trainers")
      .update({ ...trainer, total_reviews: 9 }).eq("id", trainer.id), "M0018");
    assert.match(details, /^total_reviews /);
    const me = must(await olga.app.from("users").select("*").eq("id", olga.id).single());
    assert.equal((await row(olga.app.from("users").update({ ...me, phone: "+45 1" }).eq("id", me.id))).phone, "+45 1");
  },
  async "users: what is changed elsewhere says where"() {
    const address = await refused(olga.app.from("users").update({ email: "x@y.example" }).eq("id", olga.id), "0A000");
    assert.match(address.hint, /auth\.updateUser/);
    const secret = await refused(olga.app.from("users").update({ password: "abc" }).eq("id", olga.id), "0A000");
    assert.match(secret.details, /password/i);
  },
  async "the trainer's page"() {
    await row(tage.app.from("locations").insert({ user_id: tage.id, address: "Hundevej 2", city: "Roskilde",
      state: "Sjælland", zip_code: "4000", latitude: 55.64, longitude: 12.08 }));
    const service = (fields) => row(tage.app.from("trainer_services")
      .insert({ trainer_id: trainer.id, is_active: true, ...fields }));
    puppy = await service({ name: "Puppy class", description: "Sit and stay", duration_minutes: 60, price: 400.5 });
    visit = await service({ name: "Home visit", duration_minutes: 60, price: 300, booking_mode: "request" });
    puppy = await row(tage.app.from("trainer_services").upsert({ ...puppy, description: "Sit" }));
    assert.deepEqual([puppy.price, puppy.description], [400.5, "Sit"]);
    const cert = await row(tage.app.from("trainer_certifications")
      .insert({ trainer_id: trainer.id, name: "CPDT", issued_by: "CCPDT", issued_at: "2020-05-01" }));
    assert.equal((await row(tage.app.from("trainer_certifications")
      .update({ ...cert, name: "CPDT-KA" }).eq("id", cert.id))).name, "CPDT-KA");
    await refused(tage.app.from("trainer_availability").insert(
      { trainer_id: trainer.id, day_of_week: 1, start_time: "12:00", end_time: "10:00" }), "M0117");
    must(await tage.app.from("trainer_availability").insert([0, 1, 2, 3, 4, 5, 6].map(
      (day_of_week) => ({ trainer_id: trainer.id, day_of_week, start_time: "08:00", end_time: "18:00" }))));
  },
  async "a visitor finds trainers of dogs, and reads no secrets"() {
    must(await connect("tutoring").from("sessions").select("id"));
    const found = must(await visitor.from("dog_trainers")
      .select("id, users!inner(first_name, locations!inner(city))").eq("users.locations.city", "Roskilde"));
    assert.deepEqual(found.map((f) => f.id), [trainer.id]);
    const detail = must(await visitor.from("dog_trainers").select("*, users(last_name, email, locations(*)), " +
      "trainer_services(*), trainer_certifications(*), trainer_availability(*), reviews(*)")
      .eq("id", trainer.id).single());
    assert.deepEqual([detail.users.last_name, detail.users.email, detail.users.locations[0].address],
      ["Rask", null, null]);
    assert.equal(detail.trainer_availability.length, 7);
    assert.ok(must(await visitor.rpc("list_free_slots", { p_provider_id: trainer.id })).length > 2);
  },
  async "dogs: a dog is saved as it was loaded, and only its owner's"() {
    rex = await row(olga.app.from("dogs").insert(
      { owner_id: owner.id, name: "Rex", breed: "Boxer", age: 3, size: "large", notes: "Pulls" }));
    rex = await row(olga.app.from("dogs").update({ ...rex, age: 4 }).eq("id", rex.id));
    rex = await row(olga.app.from("dogs").upsert({ ...rex, notes: "Pulls a little" }));
    assert.deepEqual([rex.age, rex.notes], [4, "Pulls a little"]);
    await row(olga.app.from("dog_photos").insert({ dog_id: rex.id, photo_url: "https://img.example/rex.jpg" }));
    assert.deepEqual(must(await sven.app.from("dogs").select("*")), []);
    await refused(sven.app.from("dog_photos").insert({ dog_id: rex.id, photo_url: "https://x.example/a" }), "42501");
  },
  async "a booking is paid, after a card that was declined"() {
    moved.first = await book(puppy, utc(3, 9));
    assert.equal((await pay(olga, { booking_id: moved.first.id }, "4000 0000 0000 0002")).ok, false);
    assert.equal((await pay(olga, { booking_id: moved.first.id })).ok, true);
    const paid = await bookingOf(olga, moved.first.id);
    assert.deepEqual([paid.status, paid.payments.at(-1).status, paid.payments.at(-1).amount], ["accepted", "paid", 400.5]);
    const seen = await bookingOf(tage, moved.first.id);
    assert.deepEqual([seen.dogs.name, seen.dog_owners.users.first_name], ["Rex", "Olga"]);
    assert.deepEqual(must(await sven.app.from("bookings").select("id").eq("id", moved.first.id)), []);
    await refused(olga.app.from("reviews").insert(
      { booking_id: moved.first.id, trainer_id: trainer.id, owner_id: owner.id, rating: 5 }), "M9502");
  },
  async "dogs: one that is booked cannot be deleted"() {
    await refused(olga.app.from("dogs").delete().eq("id", rex.id), "M9007");
  },
  async "a request waits for the trainer; writing accepted takes the money"() {
    const asked = await book(visit, utc(4, 9));
    await refused(tage.app.from("bookings").update({ status: "accepted" }).eq("id", asked.id), "M9213");
    await pay(olga, { booking_id: asked.id });
    assert.equal((await bookingOf(olga, asked.id)).core_status, "requested");
    assert.equal(must(await tage.app.from("notifications").select("*").eq("type", "booking_requested")).length, 1);
    assert.equal((await row(tage.app.from("bookings").update({ status: "accepted" }).eq("id", asked.id))).status, "accepted");
    await turn("sweep");
    assert.equal((await bookingOf(olga, asked.id)).payments[0].status, "paid");
  },
  async "a request that is declined does not read as a card that was refused"() {
    const asked = await book(visit, utc(4, 12));
    await pay(olga, { booking_id: asked.id });
    must(await tage.app.from("bookings").update({ status: "cancelled", cancellation_reason: "Away" }).eq("id", asked.id));
    assert.equal((await bookingOf(olga, asked.id)).payments[0].status, "refunded");
  },
  async "a booking is moved, and cancelled with a refund"() {
    const booking = await book(puppy, utc(5, 9));
    await pay(olga, { booking_id: booking.id });
    const later = await row(olga.app.from("bookings").update(
      { start_time: utc(5, 10).toISOString(), end_time: utc(5, 11).toISOString() }).eq("id", booking.id));
    assert.equal(+new Date(later.start_time), +utc(5, 10));
    await refused(olga.app.from("bookings").update({ cancellation_reason: "x" }).eq("id", booking.id), "22023");
    const cancelled = await row(olga.app.from("bookings")
      .update({ ...later, status: "cancelled", cancellation_reason: "Rex is ill" }).eq("id", booking.id));
    assert.deepEqual([cancelled.status, cancelled.cancellation_reason], ["cancelled", "Rex is ill"]);
    assert.equal((await bookingOf(olga, booking.id)).payments[0].status, "refunded");
  },
  async "a booking that is not paid is called off"() {
    const booking = await book(puppy, utc(6, 9));
    assert.equal((await row(olga.app.from("bookings").update({ status: "cancelled" }).eq("id", booking.id))).status, "cancelled");
  },
  async "notifications are read"() {
    const notes = must(await olga.app.from("notifications").select("*").order("created_at"));
    assert.ok(notes.length >= 3 && notes.every((n) => n.user_id === olga.id && n.message));
    assert.ok((await row(olga.app.from("notifications").update({ ...notes[0], is_read: true }).eq("id", notes[0].id))).is_read);
  },
  async "completed, and reviewed once"() {
    await took(moved.first);
    must(await tage.app.from("bookings").update({ status: "completed" }).eq("id", moved.first.id));
    const review = { booking_id: moved.first.id, trainer_id: trainer.id, owner_id: owner.id };
    assert.ok((await olga.app.from("reviews").insert({ ...review, rating: 6 })).error);
    assert.equal((await row(olga.app.from("reviews").insert({ ...review, rating: 5, comment: "Rex listens" }))).rating, 5);
    await refused(olga.app.from("reviews").insert({ ...review, rating: 4 }), "23505");
    const rated = must(await visitor.from("dog_trainers").select("*, reviews(*)").eq("id", trainer.id).single());
    assert.deepEqual([rated.average_rating, rated.total_reviews, rated.reviews[0].comment], [5, 1, "Rex listens"]);
  },
  async "an administrator verifies, suspends, and reads what was done"() {
    assert.ok((await row(anna.app.from("dog_trainers").update({ is_verified: true }).eq("id", trainer.id))).is_verified);
    assert.equal((await row(anna.app.from("users").update({ status: "suspended" }).eq("id", sven.id))).status, "suspended");
    const done = must(await anna.app.from("audit_logs").select("action").eq("entity_id", moved.first.id));
    assert.deepEqual(done.map((d) => d.action).sort(), ["accept", "complete", "create"]);
    assert.ok(must(await olga.app.from("audit_logs").select("*")).length >= 5);
    assert.deepEqual(must(await sven.app.from("audit_logs").select("*")), []);
  },
  async "a user leaves"() {
    for (const { id } of must(await olga.app.from("bookings").select("id").eq("status", "accepted"))) {
      must(await olga.app.from("bookings").update({ status: "cancelled" }).eq("id", id));
    }
    must(await olga.app.from("dogs").delete().eq("id", rex.id));
    must(await anna.app.from("users").update({ status: "active" }).eq("id", sven.id));
    assert.equal((await row(sven.app.from("users").update({ status: "deleted" }).eq("id", sven.id))).status, "deleted");
  },
});
