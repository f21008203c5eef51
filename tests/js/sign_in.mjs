// What the stories of signing in have in common.

import assert from "node:assert/strict";
import { createClient } from "@supabase/supabase-js";
import { keys, must, url } from "./world.mjs";

const window = process.env.WINDOW_URL;
export const password = "correct horse battery staple";
export const client = () => createClient(url, keys.publishable, { auth: { persistSession: false } });

// The window into the database that tests/it/auth.rs opens: to read mail, and to let time pass.
export const rows = async (sql) =>
  (await fetch(`${window}/rows`, { method: "POST", body: sql })).json();
export const run = async (sql) => {
  const answer = await fetch(`${window}/run`, { method: "POST", body: sql });
  assert.equal(answer.status, 200, await answer.text());
};
export const mail = async (to) => {
  const [newest] = await rows(
    `select o.payload from core.outbox as o
     where o.topic = 'auth.email' and o.payload ->> 'address' = '${to}'
     order by o.created_at desc, o.outbox_id desc limit 1`);
  return newest?.payload;
};
export const later = (sessionId) => run(
  `update identity.session set refreshed_at = refreshed_at - interval '11 seconds'
   where session_id = '${sessionId}'`);
export const refused = ({ error }, status, code) => {
  assert.ok(error, `expected ${code}`);
  assert.deepEqual([error.status, error.code], [status, code]);
};
// How auth-js tells that the session behind a token is gone.
export const sessionGone = ({ error }) => assert.equal(error?.name, "AuthSessionMissingError");
export const linkOf = ({ token_hash, redirect_to }, type) =>
  `${url}/auth/v1/verify?token=${token_hash}&type=${type}` +
  `&redirect_to=${encodeURIComponent(redirect_to)}`;

// Somebody who has signed up and confirmed.
export async function newcomer(email, data = {}) {
  const supabase = client();
  const { user, session } = must(
    await supabase.auth.signUp({ email, password, options: { data } }));
  assert.equal(session, null);
  const { code } = await mail(email);
  const confirmed = must(await supabase.auth.verifyOtp({ email, token: code, type: "email" }));
  assert.equal(confirmed.user.id, user.id);
  return { supabase, ...confirmed };
}

// Tell them one after the other; each is told, whatever became of the one before.
export async function tell(stories) {
  for (const [name, story] of Object.entries(stories)) {
    try {
      await story();
      console.log(`ok - ${name}`);
    } catch (error) {
      console.error(`not ok - ${name}\n`, error);
      process.exitCode = 1;
    }
  }
}
