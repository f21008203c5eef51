// The API service of the trainers' front end, function by function as its document lists them,
// with nothing but supabase-js and `db: { schema: 'trainers' }`.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { anonymous, ids, must, service, signedIn } from "./world.mjs";

const db = { schema: "trainers" };
const [tara, alice, bob, sam] = ["tara", "alice", "bob", "sam"].map((name) => signedIn(name, { db }));
const nobody = anonymous({ db });
const house = service({ db });

// The front end's own shape: src/lib/api-service.ts.
const apiService = (supabase) => ({
  getAvailability: (trainerId) =>
    supabase.from("trainer_availability").select("*").eq("trainer_id", trainerId).maybeSingle(),
  setAvailability: (trainerId, slots) =>
    supabase.from("trainer_availability").insert({ trainer_id: trainerId, slots }).select().single(),
  updateAvailability: (trainerId, slots) =>
    supabase.from("trainer_availability").update({ slots }).eq("trainer_id", trainerId).select().single(),
  getTransactions: (userId, type) => {
    const query = supabase.from("transactions").select("*").eq("user_id", userId);
    return (type ? query.eq("type", type) : query).order("created_at", { ascending: false });
  },
  getPayoutRequests: (trainerId) =>
    supabase.from("payout_requests").select("*").eq("trainer_id", trainerId)
      .order("requested_at", { ascending: false }),
  requestPayout: (trainerId, amount) =>
    supabase.from("payout_requests").insert({ trainer_id: trainerId, amount, status: "pending" })
      .select().single(),
  reportIssue: (data) => supabase.from("reported_issues").insert(data).select().single(),
  getIssues: (filter = {}) => supabase.from("reported_issues").select("*").match(filter),
  updateIssueStatus: (issueId, status) =>
    supabase.from("reported_issues").update({ status }).eq("id", issueId).select().single(),
  getWalletBalance: (userId) =>
    supabase.from("user_wallets").select("*").eq("user_id", userId).single(),
  updateWalletBalance: (userId, amount) =>
    supabase.from("user_wallets").update({ balance: amount }).eq("user_id", userId),
  createPromotionRequest: (data) => supabase.from("promotion_requests").insert(data).select().single(),
  getPromotionRequests: (filter = {}) => supabase.from("promotion_requests").select("*").match(filter),
});
const [asTara, asAlice, asSam] = [tara, alice, sam].map(apiService);

must(await house.rpc("grant_role", { p_person_id: ids.sam, p_role: "staff" }));

// Trainer can set availability: the profile makes Tara a trainer, in the front end's interface.
const profile = must(
  await tara.from("user_profiles").upsert({
    user_id: ids.tara, user_type: "trainer", name: "Tara", bio: "Dogs and people",
    disciplines: ["agility", "obedience"], certifications: JSON.stringify(["CPDT-KA"]),
    hourly_rate: 450, hourly_rate_by_radius: [{ radius_km: 5, rate: 450 }, { radius_km: 20, rate: 600 }],
    service_radius: 20, location_lat: 55.676098, location_lng: 12.568337, location_label: "Copenhagen",
    profile_image: "https://example.org/tara.png", timezone: "Europe/Copenhagen",
  }, { onConflict: "user_id" }).select().single(),
);
assert.equal(profile.user_type, "trainer");
assert.deepEqual(profile.disciplines, ["agility", "obedience"]);
assert.deepEqual(profile.certifications, ["CPDT-KA"]);
assert.deepEqual(profile.hourly_rate_by_radius, [{ radius_km: 5, rate: 450 }, { radius_km: 20, rate: 600 }]);
assert.deepEqual([profile.hourly_rate, profile.service_radius], [450, 20]);
assert.deepEqual([profile.location_lat, profile.location_lng], [55.676098, 12.568337]);
const seen = must(await nobody.from("user_profiles").select("*").eq("user_id", ids.tara).single());
assert.deepEqual([seen.location_lat, seen.location_lng, seen.payout_details], [55.68, 12.57, null]);

const slots = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
  .map((day) => ({ day, startTime: "09:00", endTime: "12:00" }));
const byKey = (list) => list.map(({ day, startTime, endTime }) => ({ day, startTime, endTime }));
assert.deepEqual(byKey(must(await asTara.setAvailability(ids.tara, slots)).slots), slots);
assert.deepEqual(byKey(must(await asTara.setAvailability(ids.tara, slots)).slots), slots, "twice is once");
assert.deepEqual(byKey(must(await asTara.updateAvailability(ids.tara, JSON.stringify(slots))).slots), slots);
assert.deepEqual(byKey(must(await apiService(nobody).getAvailability(ids.tara)).slots), slots);
assert.deepEqual(byKey(must(await alice.from("user_profiles").select("availability")
  .eq("user_id", ids.tara).single()).availability), slots);
assert.equal((await asAlice.updateAvailability(ids.tara, [])).status, 403);
assert.equal((await apiService(nobody).updateAvailability(ids.tara, [])).status, 401);

// A service, bookable at once in those hours, by the slot list of everybody.
const walk = must(
  await tara.from("services").insert({
    trainer_id: ids.tara, title: "First walk", description: "An hour outside", price: 199.5,
    currency: "DKK", duration_minutes: 60, is_active: true,
  }).select().single(),
);
assert.equal(walk.price, 199.5);
must(await alice.from("users").upsert({ id: ids.alice, name: "Alice", user_type: "client", phone: "+45 11" }));
must(await bob.from("users").upsert({ id: ids.bob, name: "Bob", user_type: "client" }));
const day = new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 10);
const at = (hour) => new Date(`${day}T${hour}:00:00Z`).toISOString();
const booking = must(
  await alice.from("bookings").insert({
    client_id: ids.alice, trainer_id: ids.tara, service_id: walk.id,
    start_time: at("09"), end_time: at("10"), notes: "A young dog",
  }).select().single(),
);
assert.deepEqual([booking.status, booking.total_price, booking.currency], ["pending", 199.5, "DKK"]);
assert.equal((await bob.from("bookings").insert({
  client_id: ids.bob, trainer_id: ids.tara, service_id: walk.id, start_time: at("09"), end_time: at("10"),
})).status, 409);
assert.deepEqual(must(await bob.from("bookings").select("*")), []);

// Every relation can be embedded.
const embedded = must(
  await tara.from("bookings").select(
    "id, client:users!client_id(name), trainer:users!trainer_id(name), service:services(title), " +
    "payments(status), reviews(rating), reported_issues(title)").eq("id", booking.id).single(),
);
assert.deepEqual(embedded, {
  id: booking.id, client: { name: "Alice" }, trainer: { name: "Tara" }, service: { title: "First walk" },
  payments: [{ status: "pending" }], reviews: [], reported_issues: [],
});
assert.equal(must(await nobody.from("services").select("title, trainer:user_profiles!trainer_id(name, rating)")
  .eq("id", walk.id).single()).trainer.name, "Tara");
assert.equal(must(await tara.from("trainer_availability").select("slots, users(name)")
  .eq("trainer_id", ids.tara).single()).users.name, "Tara");
assert.equal(must(await alice.from("user_wallets").select("balance, users(name)")
  .eq("user_id", ids.alice).single()).users.name, "Alice");
// A profile and its user embed each other by the plain names, whether or not it is a trainer's.
for (const [client, id, name] of [[tara, ids.tara, "Tara"], [alice, ids.alice, "Alice"]]) {
  assert.deepEqual(must(await client.from("user_profiles").select("user_id, users(id, name)").eq("id", id).single()),
    { user_id: id, users: { id, name } });
  assert.deepEqual(must(await client.from("users").select("id, user_profiles(user_id, name)").eq("id", id).single()),
    { id, user_profiles: { user_id: id, name } });
}

// Wallet balance loads; transaction history records; payout requests work.
assert.equal(must(await asTara.getWalletBalance(ids.tara)).balance, 0);
assert.equal((await asAlice.getWalletBalance(ids.tara)).status, 406, "nobody reads another's wallet");
must(await house.rpc("grant_bonus", {
  p_person_id: ids.tara, p_amount_minor: 100000, p_currency: "DKK", p_reason: "Welcome", p_idempotency_key: "w1",
}));
const wallet = must(await asTara.getWalletBalance(ids.tara));
assert.deepEqual([wallet.balance, wallet.pending_balance, wallet.currency], [1000, 0, "DKK"]);
const user = must(await tara.from("users").select("balance, bonus_balance, currency").eq("id", ids.tara).single());
assert.deepEqual(user, { balance: 1000, bonus_balance: 1000, currency: "DKK" });
const [bonus] = must(await asTara.getTransactions(ids.tara));
assert.deepEqual([bonus.type, bonus.amount, bonus.balance_before, bonus.balance_after, bonus.status],
  ["bonus", 1000, 0, 1000, "completed"]);
assert.deepEqual(must(await asTara.getTransactions(ids.tara, "expense")), []);
assert.deepEqual(must(await asAlice.getTransactions(ids.tara)), []);
assert.equal(must(await tara.from("transactions").select("amount, users(name)").limit(1).single()).users.name, "Tara");

const refusal = await asTara.updateWalletBalance(ids.tara, 1_000_000);
assert.deepEqual([refusal.status, refusal.error.message], [403, "balance_is_counted"]);
assert.match(refusal.error.hint, /request_payout.*adjust_wallet/s);

const early = await asTara.requestPayout(ids.tara, 100);
assert.deepEqual([early.status, early.error.message], [409, "payout_account_not_ready"]);
must(await tara.from("user_profiles").update({ payout_details: { iban: "DK5000400440116243" } })
  .eq("user_id", ids.tara));
assert.deepEqual(must(await tara.from("user_profiles").select("payout_details").eq("user_id", ids.tara).single())
  .payout_details.method, "manual");
const payout = must(await asTara.requestPayout(ids.tara, 100));
assert.deepEqual([payout.amount, payout.status, payout.processed_at], [100, "pending", null]);
assert.equal((await asTara.requestPayout(ids.tara, 901)).error.message, "balance_too_small");
assert.equal((await asAlice.requestPayout(ids.tara, 100)).status, 404, "a client has no payouts");
assert.equal((await apiService(bob).requestPayout(ids.tara, 100)).status, 404);
assert.deepEqual(must(await asTara.getPayoutRequests(ids.tara)).map((row) => row.id), [payout.id]);
assert.deepEqual(must(await asAlice.getPayoutRequests(ids.tara)), []);
assert.equal(must(await tara.from("payouts").select("amount, users(name)").single()).users.name, "Tara");
assert.equal(must(await asTara.getWalletBalance(ids.tara)).pending_balance, 100);

// Promotion requests process, under both names.
const promotion = must(await asTara.createPromotionRequest({
  trainer_id: ids.tara, promotion_type: "featured_listing", duration_days: 14, cost: 250, features: ["top", "badge"],
}));
assert.deepEqual([promotion.status, promotion.cost, promotion.features], ["pending", 250, ["top", "badge"]]);
assert.equal((await tara.from("promotions").update({ status: "approved" }).eq("id", promotion.id)).status, 403);
must(await sam.from("promotions").update({ status: "approved" }).eq("id", promotion.id));
const [running] = must(await asTara.getPromotionRequests({ trainer_id: ids.tara }));
assert.deepEqual([running.status, running.approved_by], ["active", ids.sam]);
assert.equal(Math.round((new Date(running.expires_at) - new Date(running.started_at)) / 86_400_000), 14);
assert.equal(must(await asTara.getWalletBalance(ids.tara)).balance, 650);
assert.deepEqual(must(await asTara.getTransactions(ids.tara, "expense")).map((row) => row.amount), [250, 100]);
assert.deepEqual(must(await nobody.rpc("list_boosted_providers")).map((row) => row.provider_id), [ids.tara]);

// Issues can be reported, under both names; staff answers.
const issue = must(await asAlice.reportIssue({
  user_id: ids.alice, trainer_id: ids.tara, booking_reference: booking.id, complaint_type: "trainer_conduct",
  title: "Late", description: "An hour", attachments: ["https://example.org/1.png"],
}));
assert.deepEqual([issue.status, issue.priority, issue.booking_id, issue.complaint_type],
  ["open", "normal", booking.id, "trainer_conduct"]);
assert.deepEqual(must(await asTara.getIssues()), [], "the trainer does not see it");
assert.equal(must(await alice.from("issues").select("title, user:users!user_id(name)").single()).user.name, "Alice");
assert.equal((await asAlice.updateIssueStatus(issue.id, "resolved")).status, 403);
assert.notEqual(must(await asSam.updateIssueStatus(issue.id, "resolved")).resolved_at, null);
assert.equal(must(await asSam.getIssues({ status: "resolved" })).length, 1);

// Messages, referrals, categories, notifications.
const hello = must(await alice.from("messages").insert({
  sender_id: ids.alice, receiver_id: ids.tara, content: "Call me: +45 12 34 56 78",
}).select("*, sender:users!sender_id(name), receiver:users!receiver_id(name)").single());
assert.deepEqual([hello.content, hello.sender.name, hello.receiver.name], ["Call me: [hidden]", "Alice", "Tara"]);
must(await tara.from("messages").update({ is_read: true }).eq("id", hello.id));
assert.equal(must(await alice.from("messages").select("is_read").single()).is_read, true);
assert.deepEqual(must(await bob.from("messages").select("*")), []);
const code = must(await tara.rpc("my_referral_code"));
assert.equal(must(await bob.from("referrals").upsert({ referral_code: code }).select().single()).status, "pending");
must(await bob.from("referrals").upsert({ referral_code: code }));
assert.equal((await bob.from("referrals").insert({ referral_code: code })).status, 409);
const dogs = must(await sam.from("categories").upsert({ name: "Dogs" }).select().single());
must(await tara.from("service_categories").insert({ service_id: walk.id, category_id: dogs.id }));
assert.deepEqual(must(await nobody.from("categories").select("name, services!service_categories(title)").single()),
  { name: "Dogs", services: [{ title: "First walk" }] });
assert.ok(Array.isArray(must(await alice.from("notifications").select("*"))));

// Upsert on every writable view: the same row again changes nothing and refuses nothing.
const again = async (client, view, row, onConflict = "id") => {
  must(await client.from(view).upsert(row, { onConflict }).select());
  must(await client.from(view).upsert(row, { onConflict, ignoreDuplicates: true }).select());
};
await again(tara, "trainer_availability", { trainer_id: ids.tara, slots }, "trainer_id");
await again(tara, "user_profiles", { id: ids.tara, name: "Tara" });
await again(alice, "users", { id: ids.alice, name: "Alice" });
await again(tara, "services", { id: walk.id, trainer_id: ids.tara, title: "First walk" });
await again(sam, "categories", { id: dogs.id, name: "Dogs" });
await again(alice, "bookings", { id: booking.id, notes: "A young dog" });
await again(alice, "messages", { id: hello.id, sender_id: ids.alice });
await again(sam, "reported_issues", { id: issue.id, title: "Late" });
await again(alice, "issues", { id: issue.id, title: "Late" });
await again(tara, "promotion_requests", { id: promotion.id, promotion_type: "featured_listing", duration_days: 14 });
await again(tara, "promotions", { id: promotion.id, promotion_type: "featured_listing", duration_days: 14 });

// Ids and times that a front end makes itself, as its tables have them: VARCHAR(36) and TIMESTAMP.
const own = () => ({ id: crypto.randomUUID(), created_at: new Date(0).toISOString() });
const second = { ...own(), client_id: ids.bob, trainer_id: ids.tara, service_id: walk.id,
  start_time: at("10"), end_time: at("11") };
const made = must(await bob.from("bookings").insert(second).select().single());
assert.equal(must(await bob.from("bookings").insert(second).select().single()).id, made.id, "a retry is one booking");
const report = { ...own(), user_id: ids.bob, title: "Question", complaint_type: "payment_issue" };
const kept = must(await bob.from("issues").insert(report).select().single());
assert.equal(kept.id, report.id);
assert.notEqual(new Date(kept.created_at).getTime(), 0, "the server's clock decides");
must(await tara.from("trainer_availability").insert({ ...own(), trainer_id: ids.tara, slots, updated_at: at("09") }));
must(await tara.from("payout_requests").insert({ ...own(), trainer_id: ids.tara, amount: 10, requested_at: at("09") }));
must(await tara.from("promotions").insert({ ...own(), trainer_id: ids.tara, promotion_type: "profile_boost",
  duration_days: 3, cost: 10 }));
must(await bob.from("messages").insert({ ...own(), sender_id: ids.bob, receiver_id: ids.tara, content: "Hi" }));
must(await tara.from("services").insert({ ...own(), trainer_id: ids.tara, title: "Talk", price: 0, duration_minutes: 30 }));

// The document's validation check list, line by line.
const checkList = {
  "All 6 tables created successfully": async () => {
    for (const table of ["trainer_availability", "transactions", "payout_requests", "reported_issues",
      "user_wallets", "promotion_requests"]) must(await tara.from(table).select("id").limit(1));
  },
  "Foreign keys properly configured": async () => {
    for (const [table, key] of [["trainer_availability", "trainer_id"], ["transactions", "user_id"],
      ["payout_requests", "trainer_id"], ["reported_issues", "user_id"], ["promotion_requests", "trainer_id"]]) {
      must(await tara.from(table).select(`id, users!${key}(name)`).limit(1));
    }
    must(await tara.from("user_wallets").select("id, users(name)"));
  },
  // A client sees no plans: tests/sql/lenses/trainers.sql does, for each of these calls.
  "Indexes created for performance": async () => {
    const plans = readFileSync(new URL("../sql/lenses/trainers.sql", import.meta.url), "utf8");
    for (const call of ["getAvailability", "getTransactions", "getPayoutRequests", "getWalletBalance",
      "getIssues", "getPromotionRequests"]) assert.match(plans, new RegExp(`\\('${call}', `), call);
  },
  "No constraint violations": async () => assert.equal(
    (await tara.from("reviews").insert({ booking_id: made.id, rating: 9 })).status, 400),
  "Trainer can set availability (trainer_availability)": async () =>
    assert.deepEqual(byKey(must(await asTara.setAvailability(ids.tara, slots)).slots), slots),
  "Payout requests work (payout_requests)": async () =>
    assert.ok(must(await asTara.getPayoutRequests(ids.tara)).length > 1),
  "Wallet balance loads correctly (user_wallets)": async () =>
    assert.equal(typeof must(await asTara.getWalletBalance(ids.tara)).balance, "number"),
  "Issues can be reported (reported_issues)": async () =>
    assert.equal(must(await asAlice.getIssues({ user_id: ids.alice })).length, 1),
  "Promotion requests process (promotion_requests)": async () =>
    assert.ok(must(await asTara.getPromotionRequests({ status: "active" })).length > 0),
  "Transaction history records (transactions)": async () =>
    assert.ok(must(await asTara.getTransactions(ids.tara)).length > 2),
  "Step 3: every existing user has a wallet": async () =>
    assert.equal(must(await house.from("user_wallets").select("user_id").eq("user_id", ids.sam)).length, 1),
};
for (const [line, check] of Object.entries(checkList)) {
  await check().catch((error) => { throw new Error(`${line}: ${error.message}`); });
}

// A word that is none is refused with what is wrong, and a varchar id that is no uuid is a 400.
assert.equal((await tara.from("bookings").update({ status: "accepted" }).eq("id", booking.id)).status, 400);
assert.equal((await tara.from("bookings").select("*").eq("id", "wallet_1")).status, 400);
assert.equal((await nobody.from("platform_secrets").select("*")).status, 404, "secrets are not served");
assert.equal((await nobody.from("password_reset_tokens").select("*")).status, 404, "neither are tokens");
must(await alice.from("bookings").update({ status: "cancelled", cancellation_reason: "Rain" }).eq("id", booking.id));
assert.equal(must(await alice.from("bookings").select("status, cancelled_by").single()).cancelled_by, "client");
console.log("told");
