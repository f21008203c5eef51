// The front end of trainer-profiles.md (its api-service.ts, and the screens of trainers and clients),
// written from the document alone by somebody who had not seen this project. It needs no way around
// anything.

import assert from "node:assert/strict";
import { connect, pay, refused, signUp } from "./front_end.mjs";
import { run, tell } from "./sign_in.mjs";
import { keys, must } from "./world.mjs";

await run("update core.marketplace set default_timezone = 'UTC', settlement_currencies = '{DKK}'");
const trainer = await signUp("trainers", "Tara", { name: "Tara Trainer", user_type: "trainer" });
const client = await signUp("trainers", "Clive", { name: "Clive Client", user_type: "client" });
const anon = { app: connect("trainers") };
const staff = { app: connect("trainers", keys.secret) };
const row = async (query) => must(await query.select().single());

const api = ({ app, id: me }) => ({
  saveProfile: (fields) => row(app.from("user_profiles").upsert({ user_id: me, ...fields }, { onConflict: "user_id" })),
  getProfile: async (id) => must(await app.from("user_profiles").select("*").eq("user_id", id).single()),
  listTrainers: async (discipline) => must(await app.from("user_profiles").select("*").eq("user_type", "trainer")
    .eq("is_approved", true).contains("disciplines", JSON.stringify([discipline]))),
  getAvailability: async (id) => must(await app.from("trainer_availability").select("*").eq("trainer_id", id).maybeSingle()),
  setAvailability: (id, slots) => row(app.from("trainer_availability").insert({ trainer_id: id, slots })),
  updateAvailability: (id, slots) => app.from("trainer_availability").update({ slots }).eq("trainer_id", id).select().single(),
  createService: (fields) => row(app.from("services").insert({ trainer_id: me, ...fields })),
  getTransactions: async (id, type) => {
    const query = app.from("transactions").select("*").eq("user_id", id);
    return must(await (type ? query.eq("type", type) : query).order("created_at"));
  },
  getPayoutRequests: async (id) => must(await app.from("payout_requests").select("*").eq("trainer_id", id)),
  requestPayout: (id, amount) => app.from("payout_requests").insert({ trainer_id: id, amount }).select().single(),
  reportIssue: (fields) => row(app.from("reported_issues").insert({ user_id: me, ...fields })),
  getIssues: async (filter = {}) => must(await app.from("reported_issues").select("*").match(filter)),
  updateIssueStatus: (id, status) => row(app.from("reported_issues").update({ status }).eq("id", id)),
  getWalletBalance: async (id) => must(await app.from("user_wallets").select("*").eq("user_id", id).single()),
  updateWalletBalance: (id, balance) => app.from("user_wallets").update({ balance }).eq("user_id", id).select(),
  createPromotionRequest: (fields) => row(app.from("promotion_requests").insert({ trainer_id: me, ...fields })),
  getPromotionRequests: async (filter = {}) => must(await app.from("promotion_requests").select("*").match(filter)),
  book: (fields) => row(app.from("bookings").insert(fields)),
  getBooking: async (id) => must(await app.from("bookings").select("*").eq("id", id).single()),
});
const [T, C, A, S] = [trainer, client, anon, staff].map(api);
const week = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
  .map((day) => ({ day, startTime: "08:00", endTime: "20:00" }));
let me, service, booking, free, promotion;

await tell({
  async "who signs up as a trainer is one"() {
    me = await T.getProfile(trainer.id);
    assert.deepEqual([me.name, me.user_type], ["Tara Trainer", "trainer"]);
    assert.equal((await C.getProfile(client.id)).user_type, "client");
    assert.deepEqual((await T.setAvailability(trainer.id, [])).slots, []);
  },
  async "TrainerProfileEditor: a profile is saved, part by part and whole"() {
    me = await T.saveProfile({
      user_type: "trainer", name: "Tara Trainer", disciplines: JSON.stringify(["Boxing", "Yoga"]),
      certifications: ["ACE"], hourly_rate: 1500, service_radius: 15, bio: "I box.",
      hourly_rate_by_radius: [{ radius_km: 5, rate: 1500 }, { radius_km: 15, rate: 2000 }],
      profile_image: "https://example.com/tara.png",
      location_lat: -1.286389, location_lng: 36.817223, location_label: "Nairobi",
    });
    assert.deepEqual([me.disciplines, me.hourly_rate, me.service_radius, me.is_approved],
      [["Boxing", "Yoga"], 1500, 15, false]);
    assert.equal((await T.saveProfile({ service_radius: 22 })).service_radius, 22);
    assert.equal((await T.saveProfile({ is_available: false })).is_available, false);
    me = await T.saveProfile({ ...me, bio: "I box, and I wait.", is_available: true });
    assert.deepEqual([me.bio, me.is_available, me.service_radius], ["I box, and I wait.", true, 15]);
    me = await row(trainer.app.from("user_profiles").update({ ...me, bio: "I box." }).eq("user_id", trainer.id));
    assert.equal(me.bio, "I box.");
    await refused(trainer.app.from("user_profiles").update({ is_approved: true }).eq("user_id", trainer.id), "M3301");
    assert.match((await refused(trainer.app.from("user_profiles").update({ ...me, rating: 5 })
      .eq("user_id", trainer.id), "M0018")).details, /^rating /);
    await refused(trainer.app.from("user_profiles").upsert({ user_id: trainer.id, currency: "KES" }), "M0304");
  },
  async "payout details are JSON, and saving them again is no change"() {
    const payout_details = { method: "mpesa", account_number: "254700001234", name: "Tara" };
    me = await T.saveProfile({ payout_details });
    assert.deepEqual(me.payout_details, { method: "mpesa", account_number: "•••• 1234", name: "Tara",
      last4: "1234", status: "active" });
    await T.saveProfile({ payout_details });
    await T.saveProfile(me);
    assert.deepEqual(must(await trainer.app.from("notifications").select("*").eq("type", "payout_account_changed")), []);
    assert.equal((await A.getProfile(trainer.id)).payout_details, null);
  },
  async "hours are one array; the wrong way round they are refused"() {
    must(await T.updateAvailability(trainer.id, week));
    assert.deepEqual((await A.getAvailability(trainer.id)).slots.map((s) => s.day), week.map((s) => s.day));
    await refused(T.updateAvailability(trainer.id, [{ day: "monday", startTime: "12:00", endTime: "09:00" }]), "M0117");
    assert.match((await refused(T.updateAvailability(trainer.id, [{ day: "monday", startTime: "12:00" }]), "M0106")).details,
      /^endTime of slot 1 /);
    assert.equal((await T.getProfile(trainer.id)).availability.length, 7);
  },
  async "services, and the client who looks for a trainer"() {
    service = await T.createService({ title: "Boxing 1:1", description: "Gloves on", price: 1400, duration_minutes: 60, category: "Boxing" });
    service = await row(trainer.app.from("services").update({ ...service, price: 1500 }).eq("id", service.id));
    assert.equal(service.price, 1500);
    must(await staff.app.from("user_profiles").update({ is_approved: true }).eq("user_id", trainer.id));
    assert.deepEqual((await A.listTrainers("Yoga")).map((t) => t.name), ["Tara Trainer"]);
    assert.deepEqual(must(await anon.app.from("user_profiles").select("name").neq("user_type", "trainer")), []);
  },
  async "the free times are listed, booked and paid"() {
    free = must(await client.app.rpc("list_free_slots", { p_provider_id: trainer.id }))
      .filter((s) => s.offering_id === service.id && new Date(s.starts_at) > Date.now() + 2 * 864e5);
    // From the first hour of a day on: late in the day there is no later hour to move to.
    const morning = free.findIndex((s, at) => at > 0 && new Date(s.starts_at) - new Date(free[at - 1].starts_at) > 4 * 36e5);
    free = free.slice(morning);
    assert.ok(morning > 0 && free.length > 4);
    booking = await C.book({ client_id: client.id, trainer_id: trainer.id, service_id: service.id,
      start_time: free[0].starts_at, total_price: 1500, notes: "first time" });
    assert.deepEqual([booking.status, booking.total_price], ["pending", 1500]);
    assert.equal((await pay(client, { booking_id: booking.id }, "4000 0000 0000 0002")).ok, false);
    assert.equal((await pay(client, { booking_id: booking.id })).ok, true);
    const paid = await T.getBooking(booking.id);
    assert.deepEqual([paid.status, paid.payment_status], ["confirmed", "completed"]);
    assert.match(must(await client.app.from("payment_methods").select("*"))[0].last4, /^\d{4}$/);
  },
  async "by the hour the distance makes the price, and the area is served"() {
    const hour = { trainer_id: trainer.id, start_time: free[2].starts_at, end_time: free[2].ends_at };
    await refused(client.app.from("bookings").insert(hour), "M9229");
    const live = (location_lat) => C.saveProfile({ location_lat, location_lng: 36.82, location_label: "Home" });
    await live(-2.5);
    await refused(client.app.from("bookings").insert({ trainer_id: trainer.id, service_id: service.id,
      start_time: free[2].starts_at }), "M9230");
    await live(-1.37);
    const far = await C.book(hour);
    assert.equal(far.total_price, 2000);
    assert.equal((await row(client.app.from("bookings").update({ status: "cancelled" }).eq("id", far.id))).status, "cancelled");
  },
  async "messages and notifications are read"() {
    await row(client.app.from("messages").insert({ receiver_id: trainer.id, content: "See you!" }));
    const [message] = must(await trainer.app.from("messages").select("*").eq("receiver_id", trainer.id));
    assert.ok((await row(trainer.app.from("messages").upsert({ ...message, is_read: true }))).is_read);
    assert.ok(must(await trainer.app.from("notifications").select("*").eq("type", "booking_confirmed")).length >= 1);
  },
  async "the wallet counts, and its history shows what clears and what a card has paid"() {
    const wallet = await T.getWalletBalance(trainer.id);
    assert.deepEqual([wallet.pending_balance, wallet.total_earned, wallet.balance], [1275, 1275, 0]);
    assert.ok(wallet.last_transaction_at);
    assert.deepEqual((await T.getTransactions(trainer.id, "income")).map((t) => [t.status, t.amount, t.balance_after]),
      [["pending", 1275, 1275]]);
    assert.deepEqual((await C.getTransactions(client.id, "expense")).map((t) => [t.status, t.amount]), [["completed", 1500]]);
    const named = must(await trainer.app.from("transactions").select("amount, users(name)").single());
    assert.equal(named.users.name, "Tara Trainer");
    assert.equal((await C.getWalletBalance(client.id)).total_spent, 1500);
    assert.match((await refused(T.updateWalletBalance(trainer.id, 5000), "M3401")).details, /counted|sum/);
    assert.deepEqual(await T.getPayoutRequests(trainer.id), []);
    await refused(T.requestPayout(trainer.id, 100), "M9401");
  },
  async "issues are reported and answered"() {
    const issue = await C.reportIssue({ trainer_id: trainer.id, booking_reference: booking.id,
      complaint_type: "booking_issue", title: "Late", description: "40 min", attachments: [] });
    assert.deepEqual([issue.status, issue.priority], ["open", "normal"]);
    assert.equal((await C.reportIssue({ complaint_type: "payment_issue", description: "no title" })).title, "Payment issue");
    assert.deepEqual(await T.getIssues(), []);
    assert.equal((await S.updateIssueStatus(issue.id, "resolved")).status, "resolved");
    assert.ok((await C.getIssues({ status: "resolved" }))[0].resolved_at);
  },
  async "an approved promotion is paid with a card, and runs"() {
    promotion = await T.createPromotionRequest({ promotion_type: "profile_boost", duration_days: 7,
      commission_rate: 10, cost: 500, features: ["top"] });
    assert.equal(promotion.status, "pending");
    must(await staff.app.from("promotion_requests").update({ status: "approved" }).eq("id", promotion.id));
    assert.equal((await T.getPromotionRequests({ status: "approved" })).length, 1);
    assert.match((await refused(trainer.app.from("promotion_requests").update({ status: "active" })
      .eq("id", promotion.id), "M0320")).hint, /pay_promotion/);
    const [{ order_id }] = must(await trainer.app.rpc("pay_promotion", { p_promotion_id: promotion.id, p_with: "card" }));
    assert.equal((await pay(trainer, { order_id })).ok, true);
    assert.equal((await T.getPromotionRequests({ status: "active" })).length, 1);
  },
  async "the session takes place, and is reviewed and answered"() {
    await run(`update core.booking set starts_at = now() - interval '2 hours', ends_at = now() - interval '1 hour'
               where booking_id = '${booking.id}'`);
    must(await trainer.app.from("bookings").update({ status: "completed" }).eq("id", booking.id));
    const review = await row(client.app.from("reviews").insert({ booking_id: booking.id, client_id: client.id,
      trainer_id: trainer.id, rating: 5, comment: "Top" }));
    must(await trainer.app.from("reviews").update({ ...review, reply: "Thanks" }).eq("id", review.id));
    const page = must(await anon.app.from("user_profiles")
      .select("name, rating, total_reviews, services(title), reviews!trainer_id(rating, reply)")
      .eq("user_id", trainer.id).single());
    assert.deepEqual([page.rating, page.total_reviews, page.reviews[0].reply], [5, 1, "Thanks"]);
  },
  async "a booking is moved, cancelled, and its refund is seen at once"() {
    const other = await C.book({ trainer_id: trainer.id, service_id: service.id, start_time: free[3].starts_at });
    await pay(client, { booking_id: other.id });
    const later = new Date(+new Date(free[3].starts_at) + 36e5);
    const moved = await row(client.app.from("bookings").update({ start_time: later.toISOString(),
      end_time: new Date(+later + 36e5).toISOString() }).eq("id", other.id));
    assert.equal(+new Date(moved.start_time), +later);
    must(await client.app.from("bookings").update({ status: "cancelled", cancellation_reason: "ill" }).eq("id", other.id));
    assert.equal((await C.getBooking(other.id)).payment_status, "refunded");
    assert.equal((await C.getTransactions(client.id, "refund"))[0].amount, 1500);
  },
});
