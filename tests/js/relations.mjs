// Every relation that the documents of the five systems name embeds, from both ends: with nothing
// but supabase-js. A lens has a line for each foreign key of its document: the side with the key,
// what it refers to, and the column, where a front end has to name it because there are two.

import assert from "node:assert/strict";
import { service } from "./world.mjs";

const documents = {
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
    ["user_roles", "users"],
    ["user_roles", "roles"],
    ["users", "roles"],
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
    ["reviews", "dog_owners"],
    ["reviews", "users"],
    ["payments", "bookings"],
    ["payouts", "dog_trainers"],
    ["notifications", "users"],
    ["audit_logs", "users"],
  ],
  trainers: [
    ["trainer_availability", "users"],
    ["transactions", "users"],
    ["payout_requests", "users"],
    ["reported_issues", "users", "user_id"],
    ["issues", "users", "user_id"],
    ["user_wallets", "users"],
    ["promotion_requests", "users", "trainer_id"],
    ["promotions", "users", "trainer_id"],
    // The tables that the document has found defined, by the columns its front end uses.
    ["user_profiles", "users"],
    ["user_profiles", "users", "user_id"],
    ["bookings", "users", "client_id"],
    ["bookings", "users", "trainer_id"],
    ["bookings", "services"],
    ["bookings", "user_profiles", "trainer_id"],
    ["services", "users"],
    ["services", "user_profiles"],
    ["services", "categories"],
    ["reviews", "users", "client_id"],
    ["reviews", "users", "trainer_id"],
    ["reviews", "bookings"],
    ["payment_methods", "users"],
    ["payments", "users", "user_id"],
    ["payments", "users", "trainer_id"],
    ["payments", "bookings"],
    ["payouts", "users"],
    ["messages", "users", "sender_id"],
    ["messages", "users", "receiver_id"],
    ["notifications", "users"],
    ["referrals", "users", "referrer_id"],
    ["referrals", "users", "referred_id"],
  ],
  avenrae: [
    ["healers", "users"],
    ["clients", "users"],
    ["services", "healers"],
    ["bookings", "clients"],
    ["bookings", "healers"],
    ["bookings", "services"],
    ["orders", "clients"],
    ["order_items", "orders"],
    ["order_items", "products"],
    ["events", "healers"],
    ["event_registrations", "events"],
    ["event_registrations", "clients"],
    ["reviews", "healers"],
    ["messages", "conversations"],
    ["messages", "users", "sender_uuid"],
    ["messages", "users", "receiver_uuid"],
    ["conversations", "users", "user1_uuid"],
    ["conversations", "users", "user2_uuid"],
    ["support_tickets", "users", "user_uuid"],
    ["notifications", "users"],
    ["favorite_healers", "clients"],
    ["favorite_healers", "healers"],
    ["wishlist_items", "clients"],
    ["wishlist_items", "products"],
    ["healer_availability", "healers"],
    ["healer_qualifications", "healers"],
    ["blocked_dates", "healers"],
    ["audit_logs", "users"],
  ],
  fitness: [
    ["Auth", "User"],
    ["Profile", "User"],
    ["Course", "User"],
    ["Chapter", "Course"],
    ["Lesson", "Chapter"],
    ["Attachment", "Lesson"],
    ["CategoryOnCourse", "Course"],
    ["CategoryOnCourse", "Category"],
    ["CourseEnrollment", "User"],
    ["CourseEnrollment", "Course"],
    ["ChapterProgress", "Chapter"],
    ["ChapterProgress", "CourseEnrollment"],
    ["LessonProgress", "Lesson"],
    ["LessonProgress", "CourseEnrollment"],
    ["Payment", "User"],
    ["Post", "User"],
    ["Comment", "Post"],
    ["Comment", "User"],
    ["Message", "User", "senderId"],
    ["Message", "User", "receiverId"],
  ],
};

const office = service();
const failed = [];
for (const [lens, relations] of Object.entries(documents)) {
  for (const [one, other, column] of relations) {
    for (const [from, to] of [[one, other], [other, one]]) {
      const embedded = column ? `${to}!${column}` : to;
      const { error } = await office.schema(lens).from(from).select(`${embedded}(*)`).limit(1);
      if (error) failed.push(`${lens}.${from} does not embed ${embedded}: ${error.message}`);
    }
  }
}
assert.deepEqual(failed, []);
console.log("told");
