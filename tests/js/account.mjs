// Being in: sessions, changes of an account, and the house that manages it.

import assert from "node:assert/strict";
import { createClient } from "@supabase/supabase-js";
import {
  client, later, linkOf, mail, newcomer, password, refused, rows, sessionGone, tell,
} from "./sign_in.mjs";
import { keys, must, url } from "./world.mjs";

await tell({
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
    // The answer may have been lost: the parent of the live token is answered with it, always.
    await later(session_id);
    const found = must(await client().auth.refreshSession({ refresh_token: old })).session;
    assert.equal(found.refresh_token, next.refresh_token);
    const third = must(
      await client().auth.refreshSession({ refresh_token: next.refresh_token })).session;
    await later(session_id);
    refused(await client().auth.refreshSession({ refresh_token: old }), 400,
      "refresh_token_already_used");
    refused(await client().auth.refreshSession({ refresh_token: third.refresh_token }), 400,
      "refresh_token_not_found");
    sessionGone(await client().auth.getUser(next.access_token));
    refused(await client().auth.refreshSession({ refresh_token: "made-up" }), 400,
      "refresh_token_not_found");
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

  async "a new address counts once both have confirmed it"() {
    const { supabase } = await newcomer("before@example.com");
    const { user } = must(await supabase.auth.updateUser({
      email: "after@example.com", data: { colour: "green" } }));
    assert.equal(user.email, "before@example.com");
    assert.equal(user.new_email, "after@example.com");
    assert.equal(user.user_metadata.colour, "green");
    const current = await mail("before@example.com");
    assert.equal(current.template, "email_change_current");
    must(await client().auth.resend({ type: "email_change", email: "after@example.com" }));
    const { token_hash } = await mail("after@example.com");
    const half = must(await client().auth.verifyOtp({ token_hash, type: "email_change" }));
    assert.equal(half.session, null);
    refused(await client().auth.verifyOtp({ token_hash, type: "email_change" }), 403,
      "otp_expired");
    assert.equal(must(await supabase.auth.getUser()).user.email, "before@example.com");
    const whole = must(await client().auth.verifyOtp({
      email: "before@example.com", token: current.code, type: "email_change" }));
    assert.equal(whole.user.email, "after@example.com");
    const own = must(await supabase.auth.getUser());
    assert.equal(own.user.email, "after@example.com");
    assert.equal(own.user.new_email, undefined);
    must(await client().auth.signInWithPassword({ email: "after@example.com", password }));
    refused(await client().auth.signInWithPassword({ email: "before@example.com", password }),
      400, "invalid_credentials");
  },

  async "links of a change that was given up confirm nothing"() {
    const { supabase } = await newcomer("first@example.com");
    must(await supabase.auth.updateUser({ email: "second@example.com" }));
    const stale = await mail("first@example.com");
    must(await supabase.auth.updateUser({ email: "third@example.com" }));
    refused(await client().auth.verifyOtp({
      token_hash: stale.token_hash, type: "email_change" }), 403, "otp_expired");
    const link = linkOf(await mail("third@example.com"), "email_change");
    const opened = await fetch(link, { redirect: "manual" });
    const target = new URL(opened.headers.get("location"));
    assert.match(new URLSearchParams(target.hash.slice(1)).get("message"), /other email/);
    assert.equal(must(await supabase.auth.getUser()).user.email, "first@example.com");
  },

  async "a guest becomes somebody, and stays the same person"() {
    const supabase = client();
    const { user } = must(
      await supabase.auth.signInAnonymously({ options: { data: { role: "expert" } } }));
    assert.equal(user.is_anonymous, true);
    assert.deepEqual(
      must(await supabase.from("expert_profiles").select("id").eq("id", user.id)), []);
    refused(await supabase.auth.updateUser({ password }), 422, "validation_failed");
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
});
