// Every auth call of the contract, by an unmodified supabase-js.

import assert from "node:assert/strict";
import { createClient } from "@supabase/supabase-js";
import { keys, must, url } from "./world.mjs";

const window = process.env.WINDOW_URL;
const password = "correct horse battery staple";
const client = () => createClient(url, keys.publishable, { auth: { persistSession: false } });

// The window into the database that tests/it/auth.rs opens: to read mail, and to let time pass.
const rows = async (sql) =>
  (await fetch(`${window}/rows`, { method: "POST", body: sql })).json();
const run = async (sql) => {
  const answer = await fetch(`${window}/run`, { method: "POST", body: sql });
  assert.equal(answer.status, 200, await answer.text());
};
const mail = async (to) => {
  const [newest] = await rows(
    `select o.payload from core.outbox as o
     where o.topic = 'auth.email' and o.payload ->> 'address' = '${to}'
     order by o.created_at desc, o.outbox_id desc limit 1`);
  return newest?.payload;
};
const later = (sessionId) => run(
  `update identity.session set refreshed_at = refreshed_at - interval '11 seconds'
   where session_id = '${sessionId}'`);
const refused = ({ error }, status, code) => {
  assert.ok(error, `expected ${code}`);
  assert.deepEqual([error.status, error.code], [status, code]);
};
// How auth-js tells that the session behind a token is gone.
const sessionGone = ({ error }) => assert.equal(error?.name, "AuthSessionMissingError");
const linkOf = ({ token_hash, redirect_to }, type) =>
  `${url}/auth/v1/verify?token=${token_hash}&type=${type}` +
  `&redirect_to=${encodeURIComponent(redirect_to)}`;

// Somebody who has signed up and confirmed.
async function newcomer(email, data = {}) {
  const supabase = client();
  const { user, session } = must(
    await supabase.auth.signUp({ email, password, options: { data } }));
  assert.equal(session, null);
  const { code } = await mail(email);
  const confirmed = must(await supabase.auth.verifyOtp({ email, token: code, type: "email" }));
  assert.equal(confirmed.user.id, user.id);
  return { supabase, ...confirmed };
}

const stories = {
  async "sign up, confirm, sign in"() {
    const supabase = client();
    const email = "Tara@Example.com";
    const { user } = must(await supabase.auth.signUp({
      email, password, options: { data: { role: "expert", full_name: "Tara Teacher" } } }));
    assert.equal(user.email, "tara@example.com");
    assert.equal(user.identities.length, 1);
    assert.equal(user.email_confirmed_at, undefined);
    refused(await supabase.auth.signInWithPassword({ email, password }), 400,
      "email_not_confirmed");
    const { code, template } = await mail("tara@example.com");
    assert.equal(template, "confirmation");
    refused(await supabase.auth.verifyOtp({ email, token: "x", type: "email" }), 403,
      "otp_expired");
    const { session } = must(
      await supabase.auth.verifyOtp({ email, token: code, type: "signup" }));
    assert.equal(session.user.user_metadata.full_name, "Tara Teacher");
    assert.deepEqual(session.user.app_metadata, { provider: "email", providers: ["email"] });
    refused(await supabase.auth.verifyOtp({ email, token: code, type: "signup" }), 403,
      "otp_expired");
    const again = must(await supabase.auth.signInWithPassword({ email, password }));
    assert.equal(again.user.id, user.id);
    assert.equal(again.session.token_type, "bearer");
    assert.equal(again.session.expires_in, 3600);
    const own = must(await supabase.auth.getUser());
    assert.equal(own.user.id, user.id);
    // Verified here, with the key the house publishes.
    const { claims, header } = must(await supabase.auth.getClaims());
    assert.equal(header.alg, "ES256");
    assert.ok(header.kid);
    assert.equal(claims.sub, user.id);
    assert.deepEqual([claims.role, claims.aud, claims.aal], ["authenticated", "authenticated",
      "aal1"]);
    assert.equal(claims.session_id.length, 36);
    assert.equal(claims.amr[0].method, "password");
  },

  async "an address that is taken looks like one that is not"() {
    await newcomer("known@example.com");
    const { user, session } = must(
      await client().auth.signUp({ email: "known@example.com", password }));
    assert.equal(session, null);
    assert.deepEqual(user.identities, []);
    assert.equal((await mail("known@example.com")).template, "already_registered");
    const answers = [];
    for (const email of ["known@example.com", "unknown@example.com"]) {
      const wrong = await client().auth.signInWithPassword({ email, password: "no such one" });
      refused(wrong, 400, "invalid_credentials");
      const recovery = must(await client().auth.resetPasswordForEmail(email));
      answers.push(JSON.stringify([wrong.error.message, recovery]));
    }
    assert.equal(answers[0], answers[1]);
  },

  async "weak passwords are refused, with reasons"() {
    const tried = async (weak) =>
      (await client().auth.signUp({ email: "weak@example.com", password: weak })).error;
    const short = await tried("aB3$x9!kL0");
    assert.equal(short.code, "weak_password");
    assert.deepEqual(short.reasons, ["length"]);
    assert.deepEqual((await tried("password1234")).reasons, ["pwned"]);
    assert.equal((await tried("weak@example.com")).code, "weak_password");
    refused({ error: await tried("x".repeat(129)) }, 400, "validation_failed");
    refused(await client().auth.signUp({ email: "no address", password }), 400,
      "validation_failed");
  },

  async "refreshing, one after the other"() {
    const { supabase, session } = await newcomer("refresh@example.com");
    const next = must(await supabase.auth.refreshSession()).session;
    assert.notEqual(next.refresh_token, session.refresh_token);
    assert.equal(next.user.id, session.user.id);
    const third = must(await supabase.auth.refreshSession()).session;
    assert.notEqual(third.refresh_token, next.refresh_token);
  },

  async "fifty refreshes at once leave one live successor"() {
    const { session } = await newcomer("fifty@example.com");
    const answers = await Promise.all(Array.from({ length: 50 }, () =>
      client().auth.refreshSession({ refresh_token: session.refresh_token })));
    const tokens = new Set(answers.map((answer) => must(answer).session.refresh_token));
    assert.equal(tokens.size, 1);
    const [successor] = tokens;
    assert.notEqual(successor, session.refresh_token);
    must(await client().auth.refreshSession({ refresh_token: successor }));
  },

  async "a refresh token used again ends the session"() {
    const { session } = await newcomer("reuse@example.com");
    const old = session.refresh_token;
    const next = must(await client().auth.refreshSession({ refresh_token: old })).session;
    // Within ten seconds it is another tab.
    must(await client().auth.refreshSession({ refresh_token: old }));
    const { session_id } = JSON.parse(atob(next.access_token.split(".")[1]));
    await later(session_id);
    refused(await client().auth.refreshSession({ refresh_token: old }), 400,
      "refresh_token_already_used");
    refused(await client().auth.refreshSession({ refresh_token: next.refresh_token }), 400,
      "refresh_token_not_found");
    sessionGone(await client().auth.getUser(next.access_token));
    refused(await client().auth.refreshSession({ refresh_token: "made-up" }), 400,
      "refresh_token_not_found");
  },

  async "recover, and set a new password"() {
    const email = "forgetful@example.com";
    const { supabase: elsewhere } = await newcomer(email);
    must(await client().auth.resetPasswordForEmail(email));
    const { token_hash, template } = await mail(email);
    assert.equal(template, "recovery");
    const supabase = client();
    must(await supabase.auth.verifyOtp({ token_hash, type: "recovery" }));
    refused(await client().auth.verifyOtp({ token_hash, type: "recovery" }), 403, "otp_expired");
    refused(await supabase.auth.updateUser({ password }), 422, "same_password");
    refused(await supabase.auth.updateUser({ password: "short" }), 422, "weak_password");
    must(await supabase.auth.updateUser({ password: "another long enough sentence" }));
    assert.equal((await mail(email)).template, "password_changed");
    refused(await client().auth.signInWithPassword({ email, password }), 400,
      "invalid_credentials");
    must(await client().auth.signInWithPassword({
      email, password: "another long enough sentence" }));
    // Whoever was in with the old password is out.
    sessionGone(await elsewhere.auth.getUser());
    must(await supabase.auth.getUser());
  },

  async "sign in with a code"() {
    const email = "code@example.com";
    must(await client().auth.signInWithOtp({ email, options: { data: { name: "Cody" } } }));
    const { code } = await mail(email);
    assert.match(code, /^\d{6}$/);
    const first = must(await client().auth.verifyOtp({ email, token: code, type: "email" }));
    assert.equal(first.user.user_metadata.name, "Cody");
    must(await client().auth.signInWithOtp({ email }));
    const again = await mail(email);
    assert.equal(again.template, "magic_link");
    const wrong = again.code === "000000" ? "000001" : "000000";
    for (let guess = 0; guess < 5; guess += 1) {
      refused(await client().auth.verifyOtp({ email, token: wrong, type: "email" }), 403,
        "otp_expired");
    }
    // Five guesses were enough: now only the link is good.
    refused(await client().auth.verifyOtp({ email, token: again.code, type: "email" }), 403,
      "otp_expired");
    const { token_hash } = again;
    const last = must(await client().auth.verifyOtp({ token_hash, type: "magiclink" }));
    assert.equal(last.user.id, first.user.id);
    must(await client().auth.signInWithOtp({
      email: "stranger@example.com", options: { shouldCreateUser: false } }));
    assert.equal(await mail("stranger@example.com"), undefined);
  },

  async "a link leads to the site with tokens"() {
    const email = "link@example.com";
    must(await client().auth.signUp({
      email, password, options: { emailRedirectTo: "http://localhost:3000/welcome" } }));
    const link = linkOf(await mail(email), "signup");
    const opened = await fetch(link, { redirect: "manual" });
    assert.equal(opened.status, 303);
    const target = new URL(opened.headers.get("location"));
    assert.equal(target.origin + target.pathname, "http://localhost:3000/welcome");
    const tokens = new URLSearchParams(target.hash.slice(1));
    assert.deepEqual([tokens.get("token_type"), tokens.get("type")], ["bearer", "signup"]);
    must(await client().auth.setSession({
      access_token: tokens.get("access_token"), refresh_token: tokens.get("refresh_token") }));
    const again = await fetch(link, { redirect: "manual" });
    const refusal = new URL(again.headers.get("location"));
    assert.equal(refusal.searchParams.get("error_code"), "otp_expired");
    assert.equal(new URLSearchParams(refusal.hash.slice(1)).get("error"), "access_denied");
    // Nobody is led elsewhere.
    must(await client().auth.resetPasswordForEmail(email, {
      redirectTo: "https://evil.example/" }));
    assert.equal((await mail(email)).redirect_to, "http://127.0.0.1:3000");
  },

  async "PKCE: the code is good for its asker only"() {
    const email = "pkce@example.com";
    await newcomer(email);
    const asker = createClient(url, keys.publishable, {
      auth: { persistSession: false, flowType: "pkce" } });
    const ask = async () => {
      must(await asker.auth.resetPasswordForEmail(email, {
        redirectTo: "http://localhost:3000/reset" }));
      const opened = await fetch(linkOf(await mail(email), "recovery"), { redirect: "manual" });
      return new URL(opened.headers.get("location")).searchParams.get("code");
    };
    const stolen = await ask();
    const thief = await fetch(`${url}/auth/v1/token?grant_type=pkce`, {
      method: "POST",
      headers: { apikey: keys.publishable, "content-type": "application/json" },
      body: JSON.stringify({ auth_code: stolen, code_verifier: "x".repeat(43) }) });
    assert.equal(thief.status, 400);
    const { session } = must(await asker.auth.exchangeCodeForSession(await ask()));
    assert.equal(session.user.email, email);
  },

  async "sign out here, everywhere, elsewhere"() {
    const email = "out@example.com";
    const { supabase: first } = await newcomer(email);
    const enter = async () => {
      const supabase = client();
      must(await supabase.auth.signInWithPassword({ email, password }));
      return supabase;
    };
    const token = async (supabase) => must(await supabase.auth.getSession()).session.access_token;
    const gone = "AuthSessionMissingError";
    const [second, third] = [await enter(), await enter()];
    const tokens = [await token(first), await token(second), await token(third)];
    const alive = async () => Promise.all(
      tokens.map(async (jwt) => (await client().auth.getUser(jwt)).error?.name ?? "in"));
    assert.deepEqual(await alive(), ["in", "in", "in"]);
    must({ data: true, ...(await first.auth.signOut({ scope: "local" })) });
    assert.deepEqual(await alive(), [gone, "in", "in"]);
    must({ data: true, ...(await second.auth.signOut({ scope: "others" })) });
    assert.deepEqual(await alive(), [gone, "in", gone]);
    await enter();
    must({ data: true, ...(await second.auth.signOut()) });
    assert.deepEqual(await alive(), Array(3).fill(gone));
    const [{ count }] = await rows(
      `select count(*)::int from identity.session as s join identity.account as a
       using (account_id) where a.email = '${email}'`);
    assert.equal(count, 0);
  },

  async "a new address counts once it is confirmed"() {
    await newcomer("taken@example.com");
    const { supabase } = await newcomer("before@example.com");
    refused(await supabase.auth.updateUser({ email: "taken@example.com" }), 422, "email_exists");
    const { user } = must(await supabase.auth.updateUser({
      email: "after@example.com", data: { colour: "green" } }));
    assert.equal(user.email, "before@example.com");
    assert.equal(user.new_email, "after@example.com");
    assert.equal(user.user_metadata.colour, "green");
    assert.equal((await mail("before@example.com")).template, "email_changing");
    must(await client().auth.resend({ type: "email_change", email: "after@example.com" }));
    const { token_hash } = await mail("after@example.com");
    must(await client().auth.verifyOtp({ token_hash, type: "email_change" }));
    const own = must(await supabase.auth.getUser());
    assert.equal(own.user.email, "after@example.com");
    assert.equal(own.user.new_email, undefined);
    must(await client().auth.signInWithPassword({ email: "after@example.com", password }));
  },

  async "a guest becomes somebody, and stays the same person"() {
    const supabase = client();
    const { user } = must(await supabase.auth.signInAnonymously());
    assert.equal(user.is_anonymous, true);
    refused(await supabase.auth.updateUser({ password }), 400, "validation_failed");
    must(await supabase.auth.updateUser({ email: "guest@example.com" }));
    const { code } = await mail("guest@example.com");
    const linked = must(await supabase.auth.verifyOtp({
      email: "guest@example.com", token: code, type: "email_change" }));
    assert.equal(linked.user.id, user.id);
    assert.equal(linked.user.is_anonymous, false);
    must(await supabase.auth.updateUser({ password }));
    const again = must(
      await client().auth.signInWithPassword({ email: "guest@example.com", password }));
    assert.equal(again.user.id, user.id);
  },

  async "a nonce allows one change of password"() {
    const email = "nonce@example.com";
    const { supabase } = await newcomer(email);
    must(await supabase.auth.reauthenticate());
    const { code: nonce } = await mail(email);
    const change = (given, fresh) => supabase.auth.updateUser({ password: fresh, nonce: given });
    refused(await change("nothing", "another long enough sentence"), 422,
      "reauthentication_not_valid");
    must(await change(nonce, "another long enough sentence"));
    refused(await change(nonce, "one more sentence of length"), 422,
      "reauthentication_not_valid");
  },

  async "the house manages accounts"() {
    const house = createClient(url, keys.secret, { auth: { persistSession: false } });
    const admin = house.auth.admin;
    const email = "made@example.com";
    const { user } = must(await admin.createUser({
      email, password, email_confirm: true, user_metadata: { name: "Made" },
      app_metadata: { plan: "gold" } }));
    assert.equal(user.app_metadata.plan, "gold");
    refused(await admin.createUser({ email, password }), 422, "email_exists");
    const supabase = client();
    must(await supabase.auth.signInWithPassword({ email, password }));
    assert.equal(must(await admin.getUserById(user.id)).user.email, email);
    const page = must(await admin.listUsers({ page: 1, perPage: 2 }));
    assert.equal(page.users.length, 2);
    assert.ok(page.total > 2);
    must(await admin.updateUserById(user.id, { ban_duration: "24h" }));
    refused(await client().auth.signInWithPassword({ email, password }), 400, "user_banned");
    sessionGone(await supabase.auth.getUser());
    must(await admin.updateUserById(user.id, { ban_duration: "none" }));
    must(await supabase.auth.signInWithPassword({ email, password }));
    // What PHP and Node have hashed is good here, once; then it is argon2id.
    const bcrypt = "$2y$10$LErEZc8mCGrrQ0Y8HDjNzOL.F8kXg0AYDe9FpSH5FTfYSVP2ruYwC";
    must(await admin.createUser({
      email: "old@example.com", password_hash: bcrypt, email_confirm: true }));
    refused(await admin.createUser({ email: "md5@example.com", password_hash: "$1$abc$def" }),
      400, "validation_failed");
    must(await admin.deleteUser(user.id));
    refused(await supabase.auth.getUser(), 403, "user_not_found");
    refused(await client().auth.signInWithPassword({ email, password }), 400,
      "invalid_credentials");
    const someone = (await newcomer("plain@example.com")).session.access_token;
    for (const key of [keys.publishable, keys.anon, someone]) {
      const other = createClient(url, key, { auth: { persistSession: false } });
      refused(await other.auth.admin.listUsers(), 403, "not_admin");
    }
    const invited = must(await admin.inviteUserByEmail("invited@example.com")).user;
    const { token_hash } = await mail("invited@example.com");
    const taken = must(await client().auth.verifyOtp({ token_hash, type: "invite" }));
    assert.equal(taken.user.id, invited.id);
  },

  async "both dialects of errors"() {
    const ask = (headers) => fetch(`${url}/auth/v1/user`, {
      headers: { apikey: keys.publishable, ...headers } });
    const old = await ask({});
    assert.equal(old.status, 401);
    assert.deepEqual(await old.json(), {
      code: 401, error_code: "no_authorization",
      msg: "This endpoint requires a valid Bearer token" });
    const current = await ask({ "x-supabase-api-version": "2024-01-01" });
    assert.equal(current.headers.get("x-sb-error-code"), "no_authorization");
    assert.equal(current.headers.get("x-supabase-api-version"), "2024-01-01");
    assert.deepEqual(await current.json(), {
      code: "no_authorization", message: "This endpoint requires a valid Bearer token" });
    assert.equal((await fetch(`${url}/auth/v1/settings`)).status, 401);
    const settings = await fetch(`${url}/auth/v1/settings`, {
      headers: { apikey: keys.publishable } });
    assert.equal((await settings.json()).external.email, true);
    assert.equal((await fetch(`${url}/auth/v1/health`)).status, 200);
    const jwks = await fetch(`${url}/auth/v1/.well-known/jwks.json`);
    assert.equal(jwks.headers.get("cache-control"), "public, max-age=600");
    const { keys: published } = await jwks.json();
    assert.ok(published.length >= 1);
    for (const key of published) assert.equal(key.d, undefined);
    const preflight = await fetch(`${url}/auth/v1/token`, {
      method: "OPTIONS",
      headers: {
        origin: "https://app.example", "access-control-request-method": "POST",
        "access-control-request-headers":
          "apikey,authorization,content-type,x-client-info,x-supabase-api-version" } });
    assert.equal(preflight.headers.get("access-control-allow-origin"), "*");
    assert.match(preflight.headers.get("access-control-allow-headers"), /x-supabase-api-version/);
    const cross = await ask({ origin: "https://app.example" });
    assert.match(cross.headers.get("access-control-expose-headers"), /x-total-count/i);
  },

  async "a copy of my data, and being forgotten"() {
    const { supabase, user } = await newcomer("leaver@example.com", { full_name: "Lea Leaver" });
    const copy = must(await supabase.schema("api").rpc("export_my_data"));
    assert.equal(copy.account.email, "leaver@example.com");
    assert.equal(copy.person.display_name, "Lea Leaver");
    assert.ok(!JSON.stringify(copy).includes("argon2"));
    const stranger = client().schema("api");
    assert.equal((await stranger.rpc("export_my_data")).status, 401);
    assert.equal((await stranger.rpc("erase_me")).status, 401);
    const { error } = await supabase.schema("api").rpc("erase_me");
    assert.equal(error, null);
    refused(await supabase.auth.getUser(), 403, "user_not_found");
    const left = await rows(
      `select p.status, p.display_name, pp.person_id as private
       from core.person as p left join core.person_private as pp using (person_id)
       where p.person_id = '${user.id}'`);
    assert.deepEqual(left, [{ status: "deleted", display_name: "", private: null }]);
    // The address is free again, for somebody new.
    const { user: next } = await newcomer("leaver@example.com");
    assert.notEqual(next.id, user.id);
  },
};

for (const [name, story] of Object.entries(stories)) {
  try {
    await story();
    console.log(`ok - ${name}`);
  } catch (error) {
    console.error(`not ok - ${name}\n`, error);
    process.exitCode = 1;
  }
}
