// What every front end does beside its own pages: people sign up with the code from their mail and
// sign in again, and pay with a card on the page of Stripe. In a story the mail is read through
// tests/it/auth.rs; with `convene serve`, from its mailbox.

import assert from "node:assert/strict";
import { createClient } from "@supabase/supabase-js";
import { mail } from "./sign_in.mjs";
import { keys, url } from "./world.mjs";

const stripe = process.env.STRIPE_URL?.replace(/\/$/, "");
const password = "quartz-lantern-9-meadow";
// Several runs may meet in one marketplace.
export const run = Date.now().toString(36);

export const connect = (schema, key = keys.publishable) => createClient(url, key, {
  db: { schema }, auth: { persistSession: false, autoRefreshToken: false },
});
// The data of an answer, or what the user would be told.
export const must = async (query) => {
  const { data, error } = await query;
  if (error) throw new Error(`${error.code} ${error.message}: ${error.details} ${error.hint ?? ""}`);
  return data;
};
// The error that has to come.
export const refused = async (query, code) => {
  const { data, error } = await query;
  assert.ok(error, `expected ${code}, got ${JSON.stringify(data)}`);
  assert.equal(error.code, code, JSON.stringify(error));
  return error;
};
// What a reader sees in the end: money and mail come a moment later.
export const until = async (what, read) => {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const seen = await read();
    if (seen) return seen;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`waited in vain for ${what}`);
};
export const step = (name) => console.log(`ok - ${name}`);
// The day in so many days, as a date field has it.
export const dayIn = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

// Once it is sent, the mail is in the mailbox alone.
const codeIn = async (email) => {
  const waiting = await mail(email);
  if (waiting?.code) return waiting.code;
  const mailbox = await (await fetch(`${url}/_mailbox/page`)).text();
  return mailbox.split("<details>").find((letter) => letter.split("</summary>")[0].includes(email))
    ?.match(/\b\d{6}\b/)?.[0];
};

// Somebody who has signed up, confirmed, and signed in again.
export async function signUp(schema, name, data = {}) {
  const app = connect(schema);
  const email = `${name.split(" ")[0].toLowerCase()}-${run}@${schema}.example`;
  const { user } = await must(app.auth.signUp({ email, password, options: { data } }));
  const token = await until(`the mail to ${email}`, () => codeIn(email));
  await must(app.auth.verifyOtp({ email, token, type: "signup" }));
  await app.auth.signOut();
  await must(app.auth.signInWithPassword({ email, password }));
  return { app, email, id: user.id };
}

// Pay for {"booking_id"} or {"order_id"} with a card; says whether Stripe took it.
export async function pay({ app }, what, card = "4242 4242 4242 4242") {
  const { data, error } = await app.functions.invoke("pay", { body: what });
  assert.equal(error, null, await error?.context?.text?.());
  const page = `${stripe}/_double/pay/${data.client_secret.split("_secret_")[0]}`;
  const shown = await fetch(`${page}?client_secret=${data.client_secret}`);
  assert.match(await shown.text(), /Test checkout/);
  const answer = await fetch(page, {
    method: "POST", body: new URLSearchParams({ client_secret: data.client_secret, number: card }),
  });
  await fetch(`${stripe}/_double/settle`, { method: "POST" });
  return { ...data, ok: answer.ok, text: await answer.text() };
}

// What a schedule would do by now, where a story turns its own clock (tests/it/money.rs).
export async function turn(task) {
  const answer = await fetch(`${process.env.HOUSE_URL}/turn`, { method: "POST", body: task });
  assert.equal(answer.status, 200, `${task}: ${await answer.clone().text()}`);
  await fetch(`${stripe}/_double/settle`, { method: "POST" });
  return answer.json();
}
