// Coming in: every call by which a person proves who they are, by an unmodified supabase-js.

import assert from "node:assert/strict";
import { createClient } from "@supabase/supabase-js";
import { client, linkOf, mail, newcomer, password, refused, sessionGone, tell } from "./sign_in.mjs";
import { keys, must, url } from "./world.mjs";

await tell({
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
});
