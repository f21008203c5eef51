// Tara teaches and is paid; Alice books, pays, cancels and disputes: with supabase-js, and what a
// browser sends to Stripe.

import assert from "node:assert/strict";
import { newcomer, rows, run, tell } from "./sign_in.mjs";
import { anonymous, must } from "./world.mjs";

const house = process.env.HOUSE_URL;
const stripe = process.env.STRIPE_URL.replace(/\/$/, "");

// What a schedule or the queue would do by now.
const turn = async (task) => {
  const answer = await fetch(`${house}/turn`, { method: "POST", body: task });
  assert.equal(answer.status, 200, `${task}: ${await answer.clone().text()}`);
  return answer.json();
};
// What happens at Stripe without us; then every webhook has been delivered.
const atStripe = async (path, body = {}) => {
  const answer = await fetch(`${stripe}/_double/${path}`, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  });
  assert.ok(answer.ok, `${path}: ${await answer.clone().text()}`);
  const settled = await fetch(`${stripe}/_double/settle`, { method: "POST" });
  assert.ok(settled.ok);
  return answer.json().catch(() => null);
};
const objects = async (kind) => (await fetch(`${stripe}/_double/objects/${kind}`)).json();

const [tara, alice, bob, sam] = [
  await newcomer("tara@example.com"), await newcomer("alice@example.com"),
  await newcomer("bob@example.com"), await newcomer("sam@example.com"),
];
await run(`insert into core.person_role (person_id, role_id)
           select '${sam.user.id}', role_id from core.role where name = 'staff'`);

// A session of Tara's for 250.00 DKK, and a policy of three tiers.
must(await tara.supabase.rpc("become_expert", { p_display_name: "Tara" }));
const sessionId = must(await tara.supabase.rpc("create_session", {
  p_expert_user_id: tara.user.id, p_title: "Piano", p_description: "Slow pieces.",
  p_duration_minutes: 60, p_price_cents: 25000,
}));
must(await tara.supabase.rpc("set_availability", {
  p_windows: [0, 1, 2, 3, 4, 5, 6].map(
    (day) => ({ day_of_week: day, start_time: "10:00", end_time: "14:00" })),
}));
must(await tara.supabase.rpc("set_cancellation_policy", {
  p_name: "mine", p_offering_ids: [sessionId],
  p_tiers: [{ hours_before: 48, refund_percent: 100 }, { hours_before: 24, refund_percent: 50 }],
}));
must(await alice.supabase.rpc("become_learner", { p_display_name: "Alice" }));
must(await bob.supabase.rpc("become_learner", { p_display_name: "Bob" }));
const slots = must(await anonymous().from("slots").select("id").eq("session_id", sessionId)
  .gt("start_time", new Date(Date.now() + 3 * 86_400_000).toISOString())
  .order("start_time").limit(16));

let keys = 0;
const invoke = async ({ supabase }, name, body, headers = {}) => {
  const { data, error } = await supabase.functions.invoke(name, { body, headers });
  if (error) throw new Error(`${name}: ${await error.context.text()}`);
  return data;
};
const book = (who = alice, slot_id = slots.pop().id) =>
  invoke(who, "create-booking", { slot_id }, { "Idempotency-Key": `key ${++keys}` });
// What Stripe.js does with a client secret and a card.
const pay = async (booking, card = "pm_card_bypassPending") => {
  const intent = booking.client_secret.split("_secret_")[0];
  const answer = await fetch(`${stripe}/v1/payment_intents/${intent}/confirm`, {
    method: "POST",
    headers: { Authorization: `Bearer ${booking.publishable_key}` },
    body: new URLSearchParams({
      client_secret: booking.client_secret,
      payment_method: card,
      use_stripe_sdk: "true",
    }),
  });
  const said = await answer.json();
  await atStripe("settle");
  return said;
};
const paid = async () => {
  const booking = await book();
  assert.equal((await pay(booking)).status, "succeeded");
  return booking;
};
const statusOf = async ({ booking_id }) => must(await alice.supabase.from("booking_details")
  .select("status, payment_status").eq("id", booking_id).single());
const wallet = async () => must(await tara.supabase.rpc("my_wallet").maybeSingle());
// The booking lies so far ahead, or back; it was made before the hour in which cancelling is free.
const move = ({ booking_id }, hours) => run(
  `update core.booking set confirmed_at = now() - interval '1 day', starts_at = now() + interval '${hours} hours',
     ends_at = now() + interval '${hours + 1} hours' where booking_id = '${booking_id}'`);
// It took place three weeks ago; its earnings clear, and all that is available is paid out.
const clear = async (booking) => {
  await move(booking, -500);
  await turn("clock");
};
// The books: every currency sums to zero, each wallet is what its statement says, and Stripe's
// own books say the same.
const audit = async () => {
  assert.deepEqual(await rows(`select tests.ledger_problems() as problem`), []);
  assert.deepEqual(
    await rows(`select sum(amount_minor)::int as sum from core.ledger_entry group by currency`),
    [{ sum: 0 }]);
  const statement = must(await tara.supabase.rpc("my_statement", { p_limit: 500 }));
  const now = (await wallet()) ?? {};
  for (const account of ["available", "clearing", "reserved", "held"]) {
    const entries = statement.filter((entry) => entry.account === account);
    const sum = entries.reduce((total, entry) => total + entry.amount_minor, 0);
    assert.equal(sum, now[`${account}_minor`] ?? 0, account);
    assert.equal(entries[0]?.balance_after_minor ?? 0, sum, `${account}'s running balance`);
  }
  assert.equal((await turn("reconcile")).findings, 0);
  assert.deepEqual(
    await rows(`select external_id from core.balance_transaction where agreed_at is null`), []);
};

let lesson;
await tell({
  async "booked, paid, and both are told"() {
    lesson = await book();
    assert.deepEqual([lesson.amount, lesson.currency], [25000, "DKK"]);
    assert.equal((await statusOf(lesson)).status, "pending");
    assert.equal((await pay(lesson)).status, "succeeded");
    assert.equal((await statusOf(lesson)).status, "confirmed");
    const mails = (await turn("post")).filter((mail) => mail.calendar);
    assert.deepEqual(mails.map((mail) => mail.to).sort(), ["alice@example.com", "tara@example.com"]);
    assert.ok(mails.every((mail) => mail.text && mail.html && /METHOD:REQUEST/.test(mail.calendar)));
    assert.equal((await wallet()).clearing_minor, 21250);
    await audit();
  },

  async "held, cleared, and paid out once"() {
    await clear(lesson);
    assert.equal((await statusOf(lesson)).status, "completed");
    assert.equal((await wallet()).available_minor, 21250);
    assert.equal((await turn("pay")).planned, 0, "there is no account to pay to");

    const account = await invoke(tara, "payout-account", {});
    assert.ok(account.url, "a form to fill in");
    await atStripe(`accounts/${account.account_id}/onboard`);
    assert.equal((await turn("pay")).planned, 1);
    assert.equal((await turn("pay")).planned, 0, "nothing is left to pay");
    await atStripe("settle");
    const [transfer, ...others] = await objects("transfer");
    assert.deepEqual([transfer.amount, transfer.currency, others.length], [21250, "dkk", 0]);
    assert.equal(transfer.destination, account.account_id);
    assert.equal((await wallet()).available_minor, 0);
    await audit();
  },

  async "refunded after the payout: the transfer is taken back first"() {
    const asked = { booking_id: lesson.booking_id, amount: 10000 };
    await assert.rejects(invoke(alice, "refund-booking", asked), /staff_only/);
    await invoke(sam, "refund-booking", asked, { "Idempotency-Key": "r" });
    await invoke(sam, "refund-booking", asked, { "Idempotency-Key": "r" });
    await atStripe("settle");
    const [[transfer], refunds] = [await objects("transfer"), await objects("refund")];
    assert.deepEqual(refunds.map((refund) => [refund.amount, refund.status]), [[10000, "succeeded"]]);
    assert.equal(transfer.amount_reversed, 8500, "the provider's share of it");
    assert.equal((await wallet()).available_minor, 0, "and their wallet is even");
    await audit();
  },

  async "a declined card keeps the seat, and another one pays"() {
    const booking = await book();
    const said = await pay(booking, "pm_card_visa_chargeDeclined");
    assert.equal(said.error.code, "card_declined");
    assert.deepEqual(await statusOf(booking), { status: "pending", payment_status: "failed" });
    assert.equal((await pay(booking)).status, "succeeded");
    assert.equal((await statusOf(booking)).status, "confirmed");
    await audit();
  },

  async "3-D Secure is a step on the way"() {
    const booking = await book();
    const said = await pay(booking, "pm_card_authenticationRequired");
    assert.equal(said.status, "requires_action");
    assert.equal((await statusOf(booking)).status, "pending");
    const answer = await fetch(`${stripe}/_double/authenticate/${said.id}`, {
      method: "POST", body: new URLSearchParams({ outcome: "succeed" }),
    });
    assert.ok(answer.status < 400, await answer.text());
    await atStripe("settle");
    assert.equal((await statusOf(booking)).status, "confirmed");
    await audit();
  },

  async "a late payment takes the seat if it is free, and goes back if it is gone"() {
    for (const [gone, booking_status, payment_status] of [
      [false, "confirmed", "captured"], [true, "expired", "refunded"],
    ]) {
      const slot = slots.pop().id;
      const booking = await book(alice, slot);
      await run(`update core.booking set hold_expires_at = now() - interval '1 minute'
                 where booking_id = '${booking.booking_id}'`);
      await turn("clock");
      if (gone) assert.equal((await pay(await book(bob, slot))).status, "succeeded");
      // The intent is to be cancelled, and the payer is faster.
      assert.equal((await pay(booking)).status, "succeeded");
      await turn("sweep");
      await atStripe("settle");
      const [found] = await rows(
        `select b.status as booking, p.status as payment from core.booking as b
         join core.payment as p using (booking_id) where b.booking_id = '${booking.booking_id}'`);
      assert.deepEqual(found, { booking: booking_status, payment: payment_status });
      await audit();
    }
  },

  async "a booking made by the tutoring document's own rpc is paid afterwards"() {
    const [booked] = must(await alice.supabase.rpc("create_booking_with_payment",
      { p_learner_user_id: alice.user.id, p_slot_id: slots.pop().id }));
    const due = { booking_id: booked.booking_id };
    await assert.rejects(invoke(tara, "pay", due), /order_not_found/);
    const payable = await invoke(alice, "pay", due);
    assert.equal(payable.amount, booked.amount_cents);
    assert.equal((await pay(payable)).status, "succeeded");
    assert.deepEqual(await statusOf(due), { status: "confirmed", payment_status: "captured" });
    assert.equal((await invoke(alice, "pay", due)).client_secret, null, "nothing is left to pay");
    await audit();
  },

  async "each tier of the policy gives back what it says, and its provider all"() {
    for (const [who, hours, back] of [
      [alice, 49, 25000], [alice, 25, 12500], [alice, 23, 0], [tara, 1, 25000],
    ]) {
      const booking = await paid();
      await move(booking, hours);
      const asked = { booking_id: booking.booking_id };
      const { refund_minor } = await invoke(who, "cancel-booking", asked);
      assert.equal(refund_minor, back, `${hours} hours before`);
      await invoke(who, "cancel-booking", asked);
      await atStripe("settle");
      const [{ refunded }] = await rows(
        `select refunded_minor::int as refunded from core.payment
         where booking_id = '${booking.booking_id}'`);
      assert.equal(refunded, back);
      assert.equal((await statusOf(booking)).status, "cancelled");
      await audit();
    }
  },

  async "a dispute is held, lost, and taken back from who was paid"() {
    const booking = await paid();
    await clear(booking);
    await turn("pay");
    await atStripe("settle");
    const before = await wallet();
    const [{ external_id: payment_intent }] = await rows(
      `select external_id from core.payment where booking_id = '${booking.booking_id}'`);
    const dispute = await atStripe("disputes", { payment_intent, reason: "fraudulent" });
    assert.equal((await wallet()).held_minor, 21250, "held while the bank decides");
    await assert.rejects(
      invoke(sam, "refund-booking", { booking_id: booking.booking_id }), /payment_disputed/);
    await atStripe(`disputes/${dispute.id}/close`, { won: false });
    const after = await wallet();
    assert.equal(after.held_minor, 0);
    assert.equal(after.available_minor, before.available_minor - 21250, "the provider's share");
    await audit();

    await turn("pay");
    await atStripe("settle");
    assert.equal((await wallet()).available_minor, before.available_minor,
      "the transfer is reversed, and the wallet is even again");
    await audit();
  },
});
