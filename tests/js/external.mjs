// Signing in by another provider, through an issuer of the story's own.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createClient } from "@supabase/supabase-js";
import { idToken, next, otherKey, publicJwk, start } from "./issuer.mjs";
import { client, mail, newcomer, password, refused, rows, tell } from "./sign_in.mjs";
import { keys, must, url } from "./world.mjs";

const { at } = await start(Number(process.env.ISSUER_PORT));
const site = "http://localhost:3000/in";
const anna = { sub: "anna", email: "anna@example.com", email_verified: true, name: "Anna A" };
const flow = (flowType) =>
  createClient(url, keys.publishable, { auth: { persistSession: false, flowType } });

// As a browser goes: to the house, to the issuer, back to the house, and on to the site.
async function travel(address) {
  const visited = [];
  let here = address;
  while (!here.startsWith(site) && !here.startsWith("http://127.0.0.1:3000")) {
    visited.push(here);
    const answer = await fetch(here, { redirect: "manual" });
    assert.ok([302, 303].includes(answer.status), `${here} ${answer.status}`);
    here = answer.headers.get("location");
  }
  return { arrived: new URL(here), visited };
}
async function leave(supabase, provider = "issuer", options = {}) {
  return must(await supabase.auth.signInWithOAuth({
    provider, options: { redirectTo: site, skipBrowserRedirect: true, ...options } })).url;
}
async function enter(person, provider) {
  next.person = person;
  const { arrived, visited } = await travel(await leave(client(), provider));
  return { words: new URLSearchParams(arrived.hash.slice(1)), arrived, visited };
}
const userOf = async (words) =>
  must(await client().auth.getUser(words.get("access_token"))).user;
const now = () => Math.floor(Date.now() / 1000);
const claims = (more) => ({
  iss: at, aud: "ours", iat: now(), exp: now() + 300, ...anna, ...more });
const byToken = (token, more = {}) =>
  client().auth.signInWithIdToken({ provider: "issuer", token, ...more });

await tell({
  async "a newcomer comes by a provider, and comes again"() {
    const { words, visited } = await enter(anna);
    const user = await userOf(words);
    assert.equal(user.email, "anna@example.com");
    assert.deepEqual(user.app_metadata, { provider: "issuer", providers: ["issuer"] });
    assert.equal(user.user_metadata.full_name, "Anna A");
    assert.equal(user.identities[0].identity_data.sub, "anna");
    assert.ok(user.email_confirmed_at);
    const { claims } = must(await client().auth.getClaims(words.get("access_token")));
    assert.equal(claims.amr[0].method, "oauth");
    // What was asked: a code, under PKCE, with a state and a nonce.
    const asked = new URL(visited[1]).searchParams;
    assert.deepEqual(["response_type", "client_id", "code_challenge_method"].map(
      (name) => asked.get(name)), ["code", "ours", "S256"]);
    assert.ok(asked.get("state").length > 40 && asked.get("nonce").length > 40);
    assert.equal(next.form.code_verifier.length, 64);
    const again = await userOf((await enter({ ...anna, name: "Anna B" })).words);
    assert.equal(again.id, user.id);
    assert.equal(again.identities[0].identity_data.full_name, "Anna B");
    const [{ people }] = await rows(
      `select count(*)::int as people from core.person where person_id = '${user.id}'`);
    assert.equal(people, 1);
  },

  async "a way back is good once, and for nobody else's code"() {
    next.person = anna;
    const { visited } = await travel(await leave(client()));
    const callback = visited[2];
    const twice = await fetch(callback, { redirect: "manual" });
    assert.match(twice.headers.get("location"), /^http:\/\/127.0.0.1:3000\?.*error_code=bad_oauth_state/);
    const made = await fetch(`${url}/auth/v1/callback?code=x&state=made-up`, { redirect: "manual" });
    assert.match(made.headers.get("location"), /error_code=bad_oauth_state/);
    assert.equal((await fetch(callback, { method: "HEAD" })).status, 405);
    // A code that was stolen from one way goes nowhere on another: verifier and nonce differ.
    const first = await fetch(await leave(client()), { redirect: "manual" });
    const second = await fetch(await leave(client()), { redirect: "manual" });
    const back = async (there) => new URL(
      (await fetch(there.headers.get("location"), { redirect: "manual" })).headers.get("location"));
    const [one, two] = [await back(first), await back(second)];
    one.searchParams.set("code", two.searchParams.get("code"));
    const mixed = await fetch(one, { redirect: "manual" });
    assert.match(mixed.headers.get("location"), /error_code=bad_oauth_callback/);
    // Who says no is told so on the site.
    const third = new URL((await fetch(await leave(client()), { redirect: "manual" }))
      .headers.get("location"));
    const no = await fetch(`${url}/auth/v1/callback?error=access_denied&state=` +
      third.searchParams.get("state"), { redirect: "manual" });
    assert.ok(no.headers.get("location").startsWith(`${site}?error=access_denied`));
  },

  async "what the issuer did not say of us, lately, lets nobody in"() {
    next.person = { ...anna, sub: "bent", email: "bent@example.com" };
    for (const bend of [
      (c) => ({ ...c, nonce: "another" }), (c) => ({ ...c, nonce: undefined }),
      (c) => ({ ...c, aud: "other" }), (c) => ({ ...c, iss: "https://evil.example" }),
      (c) => ({ ...c, exp: now() - 100 }), (c) => ({ ...c, sub: "" }),
    ]) {
      next.bend = bend;
      const { arrived } = await travel(await leave(client()));
      assert.equal(arrived.searchParams.get("error_code"), "bad_oauth_callback", String(bend));
    }
    next.bend = (c) => c;
    const [{ made }] = await rows(
      "select count(*)::int as made from identity.account where email = 'bent@example.com'");
    assert.equal(made, 0);
  },

  async "nobody is led elsewhere"() {
    next.person = anna;
    const address = await leave(client(), "issuer", { redirectTo: "https://evil.example/" });
    const { arrived } = await travel(address);
    assert.equal(arrived.origin, "http://127.0.0.1:3000");
    // What callers add to the address reaches no issuer, but for hints.
    const bent = new URL(await leave(client(), "issuer", { queryParams: {
      redirect_uri: "https://evil.example/", client_id: "evil", state: "mine", prompt: "login" } }));
    const there = new URL((await fetch(bent, { redirect: "manual" })).headers.get("location"));
    assert.deepEqual(["redirect_uri", "client_id", "prompt"].map((n) => there.searchParams.get(n)),
      [`${url}/auth/v1/callback`, "ours", "login"]);
    assert.notEqual(there.searchParams.get("state"), "mine");
  },

  async "with PKCE the site gets a code, for its asker"() {
    next.person = anna;
    const asker = flow("pkce");
    const { arrived } = await travel(await leave(asker));
    assert.equal(arrived.hash, "");
    const code = arrived.searchParams.get("code");
    const { session } = must(await asker.auth.exchangeCodeForSession(code));
    assert.equal(session.user.email, "anna@example.com");
    const again = await fetch(`${url}/auth/v1/token?grant_type=pkce`, {
      method: "POST",
      headers: { apikey: keys.publishable, "content-type": "application/json" },
      body: JSON.stringify({ auth_code: code, code_verifier: "x".repeat(43) }) });
    assert.equal((await again.json()).error_code, "flow_state_not_found");
  },

  async "an address merges accounts only if both sides have proved it"() {
    const { user } = await newcomer("merge@example.com");
    const person = { sub: "m1", email: "Merge@example.com", name: "M" };
    for (const email_verified of [false, undefined, "false", null]) {
      const { arrived } = await enter({ ...person, email_verified });
      assert.equal(arrived.searchParams.get("error_code"), "provider_email_needs_verification");
    }
    // Nor does it tell whether there is an account.
    const { arrived } = await enter({ sub: "m2", email: "nobody@example.com" });
    assert.equal(arrived.searchParams.get("error_code"), "provider_email_needs_verification");
    const merged = await userOf((await enter({ ...person, email_verified: true })).words);
    assert.equal(merged.id, user.id);
    assert.deepEqual(merged.app_metadata.providers, ["email", "issuer"]);
    must(await client().auth.signInWithPassword({ email: "merge@example.com", password }));

    // Somebody waited with a password under an address that was never theirs.
    must(await client().auth.signUp({ email: "waiting@example.com", password }));
    const { words } = await enter({ sub: "w", email: "waiting@example.com", email_verified: true });
    assert.equal((await userOf(words)).email, "waiting@example.com");
    refused(await client().auth.signInWithPassword({ email: "waiting@example.com", password }),
      400, "invalid_credentials");
  },

  async "an ID token, with its nonce"() {
    const nonce = "a nonce of the app's own";
    const hashed = createHash("sha256").update(nonce).digest("hex");
    const person = { sub: "app", email: "app@example.com" };
    const token = idToken(claims({ ...person, nonce: hashed }));
    const { user, session } = must(await byToken(token, { nonce }));
    assert.equal(user.email, "app@example.com");
    assert.ok(session.refresh_token);
    refused(await byToken(token, { nonce: "another" }), 400, "validation_failed");
    refused(await byToken(token), 400, "validation_failed");
    must(await byToken(token, { nonce }));
    // Without one whoever saw it could send it again.
    const bare = idToken(claims(person));
    must(await byToken(bare));
    refused(await byToken(bare), 400, "validation_failed");
    const hash = createHash("sha256").update("the right one").digest().subarray(0, 16);
    const bound = idToken(claims({ ...person, at_hash: hash.toString("base64url"), jti: "1" }));
    refused(await byToken(bound, { access_token: "another" }), 400, "validation_failed");
    must(await byToken(bound, { access_token: "the right one" }));
  },

  async "an ID token that is not one"() {
    const good = claims({ sub: "forged", email: "forged@example.com" });
    for (const [what, token] of Object.entries({
      "another key": idToken(good, { key: otherKey }),
      "an unknown key": idToken(good, { key: otherKey, kid: "other" }),
      "the public key as a secret": idToken(good, { key: JSON.stringify(publicJwk), alg: "HS256" }),
      "for another": idToken({ ...good, aud: "other" }),
      "of another": idToken({ ...good, iss: "https://accounts.google.com" }),
      "expired": idToken({ ...good, exp: now() - 60 }),
      "no end": idToken({ ...good, exp: undefined }),
      "unsigned": `${idToken(good).split(".").slice(0, 2).join(".")}.`,
      "nonsense": "nonsense",
    })) {
      const answer = await byToken(token);
      assert.equal(answer.error?.status, 400, what);
    }
    refused(await client().auth.signInWithIdToken({ provider: "unheard_of", token: "x" }), 400,
      "validation_failed");
    const apple = await client().auth.signInWithIdToken({ provider: "apple", token: "x" });
    refused(apple, 400, "provider_disabled");
    assert.equal(apple.error.message,
      'Provider (issuer "https://appleid.apple.com") is not enabled');
  },

  async "linking and unlinking"() {
    const { supabase, user } = await newcomer("linker@example.com");
    next.person = { sub: "linked", email: "elsewhere@example.com", email_verified: true };
    const link = async (who) => {
      const { data, error } = await who.auth.linkIdentity({
        provider: "issuer", options: { redirectTo: site } });
      assert.equal(error, null);
      return travel(data.url);
    };
    const { arrived } = await link(supabase);
    assert.ok(new URLSearchParams(arrived.hash.slice(1)).get("access_token"));
    assert.equal((await mail("linker@example.com")).template, "identity_linked");
    const { identities } = must(await supabase.auth.getUserIdentities());
    assert.deepEqual(identities.map(({ provider }) => provider), ["email", "issuer"]);
    const { words } = await enter(next.person);
    assert.equal((await userOf(words)).id, user.id, "and lets in from now on");
    // One identity has one account.
    const { supabase: other } = await newcomer("jealous@example.com");
    const { arrived: no } = await link(other);
    assert.equal(no.searchParams.get("error_code"), "identity_already_exists");
    const [, linked] = identities;
    refused(await other.auth.unlinkIdentity(linked), 422, "single_identity_not_deletable");
    must(await supabase.auth.unlinkIdentity(linked));
    assert.equal((await mail("linker@example.com")).template, "identity_unlinked");
    refused(await supabase.auth.unlinkIdentity(identities[0]), 422,
      "single_identity_not_deletable");
    // By a token, and by nobody who is not signed in.
    const token = idToken(claims({ sub: "by-token", email: "by@example.com" }));
    const done = must(await supabase.auth.linkIdentity({ provider: "issuer", token }));
    assert.equal(done.user.id, user.id);
    assert.equal(done.user.identities.length, 2);
    const stranger = await fetch(`${url}/auth/v1/user/identities/authorize?provider=issuer`, {
      headers: { apikey: keys.publishable } });
    assert.equal(stranger.status, 401);
  },

  async "a guest becomes somebody by a provider"() {
    const supabase = client();
    const { user } = must(await supabase.auth.signInAnonymously());
    next.person = { sub: "guest", email: "was-guest@example.com", email_verified: true };
    const { data } = await supabase.auth.linkIdentity({
      provider: "issuer", options: { redirectTo: site } });
    await travel(data.url);
    const { user: somebody } = must(await supabase.auth.getUser());
    assert.deepEqual([somebody.id, somebody.is_anonymous, somebody.email],
      [user.id, false, "was-guest@example.com"]);
  },

  async "GitHub, which gives no ID tokens"() {
    const person = {
      user: { id: 42, login: "octo", name: null, avatar_url: "https://g.example/42" },
      emails: [{ email: "second@example.com", primary: false, verified: true },
        { email: "octo@example.com", primary: true, verified: true }] };
    const { words } = await enter(person, "github");
    const user = await userOf(words);
    assert.deepEqual([user.email, user.user_metadata.user_name, user.identities[0].id],
      ["octo@example.com", "octo", "42"]);
    person.user.id = 43;
    person.emails = [{ email: "fake@example.com", primary: true, verified: false }];
    const { arrived } = await enter(person, "github");
    assert.equal(arrived.searchParams.get("error_code"), "provider_email_needs_verification");
  },

  async "what is offered is said, and what is not is refused"() {
    const settings = await (await fetch(`${url}/auth/v1/settings`, {
      headers: { apikey: keys.publishable } })).json();
    assert.deepEqual([settings.external.issuer, settings.external.github, settings.external.google],
      [true, true, false]);
    const refusal = await fetch(await leave(client(), "google"), { redirect: "manual" });
    assert.equal((await refusal.json()).error_code, "validation_failed");
  },
});
