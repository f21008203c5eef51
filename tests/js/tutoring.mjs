// Three people sign up; one offers, one books, a stranger sees nothing: with nothing but
// supabase-js.

import assert from "node:assert/strict";
import { newcomer } from "./sign_in.mjs";
import { anonymous, must } from "./world.mjs";

const ids = {};
const signUp = async (name) => {
  const { supabase, user } = await newcomer(`${name}@example.com`);
  ids[name] = user.id;
  return supabase;
};
const [tara, alice, bob] = [await signUp("tara"), await signUp("alice"), await signUp("bob")];

// Tara becomes an expert and offers a session at her own hours.
must(await tara.rpc("become_expert", { p_display_name: "Tara", p_timezone: "Europe/Copenhagen" }));
const sessionId = must(
  await tara.rpc("create_session", {
    p_expert_user_id: ids.tara,
    p_title: "Piano for the patient",
    p_description: "Slow pieces, played well.",
    p_duration_minutes: 60,
    p_price_cents: 25000,
  }),
);
const everyDay = [0, 1, 2, 3, 4, 5, 6];
must(
  await tara.rpc("set_availability", {
    p_windows: everyDay.map((day) => ({ day_of_week: day, start_time: "10:00", end_time: "14:00" })),
  }),
);

// Nobody needs to sign in to look.
const slots = must(
  await anonymous()
    .from("slots")
    .select("id, session_id, start_time, end_time")
    .eq("session_id", sessionId)
    .gt("start_time", new Date(Date.now() + 3 * 86_400_000).toISOString())
    .order("start_time")
    .limit(2),
);
assert.equal(slots.length, 2);
const hour = new Intl.DateTimeFormat("en-GB", {
  timeZone: "Europe/Copenhagen", hour: "numeric", hourCycle: "h23",
});
assert.ok(slots.every((slot) => [10, 11, 12, 13].includes(Number(hour.format(new Date(slot.start_time))))));

// Alice becomes a learner, finds the slot and books it.
must(await alice.rpc("become_learner", { p_display_name: "Alice" }));
const booking = must(
  await alice
    .rpc("create_booking_with_payment", { p_learner_user_id: ids.alice, p_slot_id: slots[0].id })
    .single(),
);
assert.equal(booking.amount_cents, 25000);
assert.equal(booking.currency, "DKK");
assert.equal(booking.expert_id, ids.tara);
assert.equal(booking.session_id, sessionId);

// Both sides see it; a stranger does not, and nobody does without a sign-in.
const details = (client) =>
  client.from("booking_details").select("*").eq("id", booking.booking_id);
assert.equal(must(await details(alice).single()).session_title, "Piano for the patient");
assert.equal(must(await details(tara)).length, 1);
must(await bob.rpc("become_learner", { p_display_name: "Bob" }));
assert.deepEqual(must(await details(bob)), []);
assert.notEqual((await details(anonymous())).error, null);

// The seat is gone: Bob is told so, in a word that a program can switch on.
const refused = await bob.rpc("create_booking_with_payment", {
  p_learner_user_id: ids.bob,
  p_slot_id: slots[0].id,
});
assert.equal(refused.status, 409);
assert.equal(refused.error.message, "slot_full");

// Nor can he book as Alice.
const impostor = await bob.rpc("create_booking_with_payment", {
  p_learner_user_id: ids.alice,
  p_slot_id: slots[1].id,
});
assert.equal(impostor.status, 403);

// The other slot is still his.
must(
  await bob
    .rpc("create_booking_with_payment", { p_learner_user_id: ids.bob, p_slot_id: slots[1].id })
    .single(),
);
console.log("told");
