// Upserts through every writable view of the tutoring lens, and writes with the service key: with
// nothing but supabase-js.

import assert from "node:assert/strict";
import { ids, must, service, signedIn } from "./world.mjs";

const [tara, alice] = [signedIn("tara"), signedIn("alice")];
const upsert = async (client, view, row, options) =>
  must(await client.from(view).upsert(row, options).select().single());

// Each is written twice: the first makes the row, the second changes what it gives and no more.
await upsert(tara, "user_profiles", { user_id: ids.tara, first_name: "Tara" });
await upsert(tara, "user_profiles", { user_id: ids.tara, last_name: "Thomsen" });
const { data: person } = await tara.from("user_profiles").select().eq("id", ids.tara).single();
assert.deepEqual([person.first_name, person.last_name], ["Tara", "Thomsen"]);

await upsert(tara, "expert_profiles", { user_profile_id: ids.tara, bio: "Slow pieces." });
const expert = await upsert(tara, "expert_profiles", {
  user_profile_id: ids.tara, hourly_rate_cents: 60000,
});
assert.deepEqual([expert.bio, expert.hourly_rate_cents], ["Slow pieces.", 60000]);

const id = crypto.randomUUID();
await upsert(tara, "sessions", {
  id, expert_id: ids.tara, title: "Piano", duration_minutes: 60, price_cents: 0, level: "BEGINNER",
});
const session = await upsert(tara, "sessions", { id, title: "Piano for all", level: null });
assert.deepEqual(
  [session.title, session.duration_minutes, session.level], ["Piano for all", 60, null],
);

const hours = { id: crypto.randomUUID(), expert_id: ids.tara, timezone: "Europe/Copenhagen" };
await upsert(tara, "availability_windows", {
  ...hours, day_of_week: 1, start_time: "10:00", end_time: "12:00",
});
const window = await upsert(tara, "availability_windows", {
  ...hours, day_of_week: 1, start_time: "10:00", end_time: "14:00",
});
assert.equal(window.end_time, "14:00:00");

const start = new Date(Date.now() + 40 * 86_400_000).toISOString();
const slot = await upsert(tara, "bookable_slots", { session_id: id, start_time: start });
const wider = await upsert(tara, "bookable_slots", { id: slot.id, max_bookings: 4 });
assert.deepEqual([wider.start_time, wider.max_bookings], [slot.start_time, 4]);

await upsert(alice, "learner_profiles", { user_profile_id: ids.alice, interests: ["chess"] });
const learner = await upsert(alice, "learner_profiles", {
  user_profile_id: ids.alice, learning_goals: ["speak"],
});
assert.deepEqual([learner.interests, learner.learning_goals], [["chess"], ["speak"]]);

const booking = await upsert(alice, "bookings", {
  learner_id: ids.alice, slot_id: slot.id, learner_notes: "hi",
});
assert.equal(booking.status, "confirmed");
const cancelled = await upsert(alice, "bookings", { id: booking.id, status: "cancelled" });
assert.deepEqual([cancelled.status, cancelled.learner_notes], ["cancelled", "hi"]);

// Duplicates that are to be ignored change nothing and are not given back.
const ignored = await tara
  .from("sessions")
  .upsert({ id, title: "Ignored" }, { ignoreDuplicates: true })
  .select();
assert.deepEqual(must(ignored), []);
// Without an upsert a duplicate is a conflict.
assert.equal((await tara.from("sessions").insert({ id, title: "Again" })).error.code, "23505");
// What is another's stays another's.
assert.equal((await alice.from("sessions").upsert({ id, title: "Mine" })).error.code, "42501");

// The office, with the service key: inserts and updates for somebody else.
const office = service();
const bob = crypto.randomUUID();
must(await office.from("user_profiles").insert({ user_id: bob, display_name: "Bob" }));
must(await office.from("expert_profiles").insert({ user_profile_id: bob }));
must(await office.from("learner_profiles").insert({ user_profile_id: bob }));
const made = must(
  await office
    .from("sessions")
    .insert({ expert_id: bob, title: "By the office", duration_minutes: 30, price_cents: 0 })
    .select()
    .single(),
);
must(await office.from("sessions").update({ title: "Renamed" }).eq("id", made.id));
must(
  await office.from("availability_windows").insert({
    expert_id: bob, day_of_week: 2, start_time: "09:00", end_time: "10:00", timezone: "UTC",
  }),
);
const booked = must(
  await office.from("bookings").insert({ learner_id: bob, slot_id: slot.id }).select().single(),
);
must(await office.from("bookings").update({ status: "cancelled" }).eq("id", booked.id));
for (const view of ["user_profiles", "expert_profiles", "learner_profiles"]) {
  assert.equal(must(await office.from(view).select().eq("id", bob)).length, 1, view);
}
console.log("told");
