// Every relation that the documents of the five systems name embeds, from both ends: with nothing
// but supabase-js. A lens adds its own line by line: the side with the key, and what it refers to.

import assert from "node:assert/strict";
import { service } from "./world.mjs";

const relations = {
  tutoring: [
    ["expert_profiles", "user_profiles"],
    ["learner_profiles", "user_profiles"],
    ["sessions", "expert_profiles"],
    ["availability_windows", "expert_profiles"],
    ["bookable_slots", "sessions"],
    ["bookable_slots", "availability_windows"],
    ["bookings", "learner_profiles"],
    ["bookings", "expert_profiles"],
    ["bookings", "sessions"],
    ["bookings", "bookable_slots"],
    // The old names, and what a slot's expert is for.
    ["slots", "sessions"],
    ["bookable_slots", "expert_sessions"],
    ["bookable_slots", "expert_profiles"],
  ],
  dogs: [
    ["dog_trainers", "users"],
    ["dog_owners", "users"],
    ["locations", "users"],
    ["trainer_services", "dog_trainers"],
    ["trainer_certifications", "dog_trainers"],
    ["trainer_availability", "dog_trainers"],
    ["dogs", "dog_owners"],
    ["dog_photos", "dogs"],
    ["bookings", "dog_trainers"],
    ["bookings", "dog_owners"],
    ["bookings", "dogs"],
    ["bookings", "trainer_services"],
    ["reviews", "bookings"],
    ["reviews", "dog_trainers"],
    ["reviews", "users"],
    ["payments", "bookings"],
    ["payouts", "dog_trainers"],
    ["notifications", "users"],
    ["users", "roles"],
  ],
};

const office = service();
const failed = [];
for (const [lens, pairs] of Object.entries(relations)) {
  for (const [one, other] of [...pairs, ...pairs.map(([one, other]) => [other, one])]) {
    const { error } = await office.schema(lens).from(one).select(`id, ${other}(id)`).limit(1);
    if (error) failed.push(`${lens}.${one} does not embed ${other}: ${error.message}`);
  }
}
assert.deepEqual(failed, []);
console.log("told");
