// What GoTrue's clients expect beyond the usual way in: answers to odd questions, links that
// survive scanners, and a house that tells nobody whose an address is.

import assert from "node:assert/strict";
import { createClient } from "@supabase/supabase-js";
import { client, linkOf, mail, newcomer, password, refused, rows, tell } from "./sign_in.mjs";
import { keys, must, url } from "./world.mjs";

const house = createClient(url, keys.secret, { auth: { persistSession: false } });
const admin = house.auth.admin;
const asHouse = { apikey: keys.secret, authorization: `Bearer ${keys.service}` };

await tell({
  async "listUsers without arguments"() {
    await newcomer("listed@example.com");
    const page = must(await admin.listUsers());
    assert.equal(page.users.length, 1);
    for (const query of ["page=-1", "per_page=x", "page=1&page=2"]) {
      const answer = await fetch(`${url}/auth/v1/admin/users?${query}`, { headers: asHouse });
      assert.equal(answer.status, 400, query);
      assert.equal((await answer.json()).error_code, "validation_failed", query);
    }
    const nobody = await fetch(`${url}/auth/v1/admin/users/not-a-uuid`, { headers: asHouse });
    assert.deepEqual([nobody.status, (await nobody.json()).error_code],
      [404, "validation_failed"]);
  },

  async "looking at a mailed link does not use it"() {
    const email = "scanned@example.com";
    const supabase = client();
    must(await supabase.auth.signUp({ email, password }));
    const link = linkOf(await mail(email), "signup");
    const head = await fetch(link, { method: "HEAD", redirect: "manual" });
    assert.equal(head.status, 405);
    // Where the mail leads: a page that scanners may read as often as they like.
    const mailed = link.replace("/verify?", "/confirm?");
    for (let visit = 0; visit < 3; visit += 1) {
      const page = await fetch(mailed, { redirect: "manual" });
      assert.equal(page.status, 200);
      assert.match(page.headers.get("content-security-policy"), /default-src 'none'/);
      assert.equal(page.headers.get("referrer-policy"), "no-referrer");
      assert.equal(page.headers.get("cache-control"), "no-store");
      assert.match(await page.text(), /<form method="post" action="confirm">/);
    }
    assert.equal((await fetch(mailed, { method: "HEAD" })).status, 200);
    refused(await supabase.auth.signInWithPassword({ email, password }), 400,
      "email_not_confirmed");
    // The button.
    const press = () => fetch(`${url}/auth/v1/confirm`, {
      method: "POST", redirect: "manual", body: new URL(mailed).searchParams });
    const pressed = await press();
    assert.equal(pressed.status, 303);
    assert.match(pressed.headers.get("location"), /#access_token=/);
    assert.match((await press()).headers.get("location"), /error_code=otp_expired/);
    must(await supabase.auth.signInWithPassword({ email, password }));
  },

  async "the page of a link holds nothing but text"() {
    const page = await fetch(`${url}/auth/v1/confirm?token=${encodeURIComponent('"><script>')}`);
    assert.doesNotMatch(await page.text(), /<script/);
  },

  async "whatever is not there says so in JSON, to any site"() {
    const origin = "https://app.example";
    for (const [method, path, status] of [
      ["GET", "/auth/v1/nothing", 404], ["GET", "/auth/v1/admin/nothing", 404],
      ["DELETE", "/auth/v1/token", 405], ["GET", "/functions/v1/nothing", 404],
      ["GET", "/functions/v1/create-booking", 405], ["DELETE", "/functions/v1/payout-account", 405],
      ["GET", "/rest/v1/no_such_table", 404], ["GET", "/storage/v1/bucket", 404],
      ["GET", "/realtime/v1/x", 404], ["GET", "/graphql/v1", 404], ["GET", "/nothing", 404],
    ]) {
      const answer = await fetch(url + path, {
        method, headers: { origin, apikey: keys.publishable } });
      assert.equal(answer.status, status, path);
      assert.equal(answer.headers.get("access-control-allow-origin"), "*", path);
      const body = await answer.json();
      assert.ok(body.code && (body.message || body.msg), path);
      const preflight = await fetch(url + path, { method: "OPTIONS", headers: {
        origin, "access-control-request-method": "POST",
        "access-control-request-headers": "traceparent,x-mine,x-region" } });
      assert.ok(preflight.ok, path);
      for (const name of ["traceparent", "x-mine", "x-region"]) {
        assert.ok(preflight.headers.get("access-control-allow-headers").includes(name), path);
      }
    }
    const { error } = await client().functions.invoke("nothing");
    assert.equal(error.context.status, 404);
  },

  async "nobody learns whose an address is by asking for it"() {
    await newcomer("owner@example.com");
    const guest = client();
    must(await guest.auth.signInAnonymously());
    const shape = ({ user }) => ({ ...user, new_email: "", updated_at: "",
      email_change_sent_at: typeof user.email_change_sent_at });
    const taken = must(await guest.auth.updateUser({ email: "owner@example.com" }));
    const free = must(await guest.auth.updateUser({ email: "nobodys@example.com" }));
    assert.deepEqual(shape(taken), shape(free));
    assert.equal(taken.user.new_email, "owner@example.com");
    assert.equal((await mail("owner@example.com")).template, "already_registered");
    assert.equal((await mail("nobodys@example.com")).template, "email_change");
    must(await guest.auth.updateUser({ email: "owner@example.com" }));
    must(await client().auth.resend({ type: "email_change", email: "owner@example.com" }));
    assert.equal((await mail("owner@example.com")).template, "already_registered");
    // Ten in an hour are more than anybody needs.
    for (let probe = 3; probe < 10; probe += 1) {
      must(await guest.auth.updateUser({ email: `probe${probe}@example.com` }));
    }
    refused(await guest.auth.updateUser({ email: "probe10@example.com" }), 429,
      "over_email_send_rate_limit");
    const { user } = must(await guest.auth.getUser());
    assert.equal(user.new_email, "probe9@example.com", "and what is refused leaves no trace");
  },

  async "a guest gives an address and a password at once"() {
    const supabase = client();
    const { user } = must(await supabase.auth.signInAnonymously());
    const email = "settling@example.com";
    must(await supabase.auth.updateUser({ email, password }));
    refused(await client().auth.signInWithPassword({ email, password }), 400,
      "invalid_credentials");
    const { code } = await mail(email);
    must(await supabase.auth.verifyOtp({ email, token: code, type: "email_change" }));
    const again = must(await client().auth.signInWithPassword({ email, password }));
    assert.deepEqual([again.user.id, again.user.is_anonymous], [user.id, false]);
  },

  async "a guest has no address to be asked at"() {
    const supabase = client();
    must(await supabase.auth.signInAnonymously());
    const { error } = await supabase.auth.reauthenticate();
    assert.deepEqual([error.status, error.code, error.message], [422, "validation_failed",
      "Reauthentication requires the user to have an email or a phone number"]);
  },

  async "no code was ever sent to a phone"() {
    for (const type of ["sms", "phone_change"]) {
      const answer = await client().auth.verifyOtp({ phone: "+4512345678", token: "123456", type });
      refused(answer, 403, "otp_expired");
      assert.equal(answer.error.message, "Token has expired or is invalid");
      must(await client().auth.resend({ phone: "+4512345678", type }));
      for (const ask of ["verifyOtp", "resend"]) {
        const odd = await client().auth[ask]({ phone: "1-555-1212", token: "123456", type });
        refused(odd, 400, "validation_failed");
        assert.equal(odd.error.message, "Invalid phone number format (E.164 required)");
      }
    }
  },

  async "what GoTrue has and is not here is called disabled"() {
    const wallet = await client().auth.signInWithWeb3({
      chain: "ethereum", message: "m", signature: "0x00" });
    refused(wallet, 422, "web3_provider_disabled");
    const company = await client().auth.signInWithSSO({ domain: "company.example" });
    refused(company, 404, "saml_provider_disabled");
  },

  async "a token of somebody else's key is refused in GoTrue's words"() {
    const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const token = [part({ alg: "HS256", typ: "JWT" }), part({ sub: crypto.randomUUID(),
      exp: Math.floor(Date.now() / 1000) + 60 }), "c2lnbmF0dXJl"].join(".");
    const { error } = await client().auth.getUser(token);
    assert.deepEqual([error.status, error.code], [403, "bad_jwt"]);
    assert.match(error.message, /^invalid JWT: unable to parse or verify signature, /);
  },

  async "a generated link holds the address it leads to as it is"() {
    await newcomer("led@example.com");
    const to = `${url}/welcome`;
    const link = async (redirectTo) => must(await admin.generateLink({
      type: "magiclink", email: "led@example.com", options: { redirectTo } }));
    const plain = (await link(to)).properties.action_link;
    assert.ok(plain.endsWith(`&redirect_to=${to}`), plain);
    const odd = (await link(`${to}?a=1&b=%3A`)).properties.action_link;
    assert.equal(new URL(odd).searchParams.get("redirect_to"), `${to}?a=1&b=%3A`);
  },

  async "an account made by the house is as the house said"() {
    const id = crypto.randomUUID();
    const made = must(await admin.createUser({
      id, email: "said@example.com", password, email_confirm: true, user_metadata: { a: 1 } }));
    assert.equal(made.user.id, id);
    assert.deepEqual(made.user.user_metadata, { a: 1 });
    assert.ok(!("last_sign_in_at" in made.user.identities[0]));
    const { user } = must(await admin.updateUserById(id, { user_metadata: { b: 2 } }));
    assert.deepEqual(user.user_metadata, { a: 1, b: 2 });
    const bare = must(await admin.createUser({ email: "bare@example.com" }));
    assert.deepEqual(bare.user.user_metadata, {});
    refused(await admin.createUser({ id, email: "again@example.com" }), 422,
      "user_already_exists");
    refused(await admin.createUser({ id: "1", email: "one@example.com" }), 400,
      "validation_failed");
    const entered = must(
      await client().auth.signInWithPassword({ email: "said@example.com", password }));
    assert.ok(entered.user.identities[0].last_sign_in_at);
    const [{ known }] = await rows(
      `select count(*)::int as known from core.person where person_id = '${id}'`);
    assert.equal(known, 1);
  },

  async "links for a server to send"() {
    const link = async (params) => must(await admin.generateLink(params));
    const enter = async ({ properties }) => must(await client().auth.verifyOtp({
      token_hash: properties.hashed_token,
      type: properties.verification_type.replace(/_(current|new)$/, "") }));
    const up = await link({ type: "signup", email: "linked@example.com", password });
    assert.equal(up.user.email, "linked@example.com");
    assert.match(up.properties.email_otp, /^\d{6}$/);
    assert.equal(await mail("linked@example.com"), undefined, "nothing is mailed");
    assert.equal((await enter(up)).user.id, up.user.id);
    must(await client().auth.signInWithPassword({ email: "linked@example.com", password }));
    refused(await admin.generateLink({ type: "signup", email: "linked@example.com", password }),
      422, "email_exists");
    const magic = await link({ type: "magiclink", email: "linked@example.com",
      options: { redirectTo: "http://localhost:3000/in" } });
    const opened = await fetch(magic.properties.action_link, { redirect: "manual" });
    assert.match(opened.headers.get("location"), /^http:\/\/localhost:3000\/in#access_token=/);
    assert.equal((await link({ type: "magiclink", email: "fresh@example.com" }))
      .properties.verification_type, "signup");
    await enter(await link({ type: "recovery", email: "linked@example.com" }));
    refused(await admin.generateLink({ type: "recovery", email: "unknown@example.com" }), 404,
      "user_not_found");
    await enter(await link({ type: "invite", email: "asked@example.com" }));
    const change = { email: "linked@example.com", newEmail: "moved@example.com" };
    const current = await link({ type: "email_change_current", ...change });
    const next = await link({ type: "email_change_new", ...change });
    assert.equal((await enter(current)).session, null);
    assert.equal((await enter(next)).user.email, "moved@example.com");
    for (const key of [keys.publishable, keys.anon]) {
      const other = createClient(url, key, { auth: { persistSession: false } });
      refused(await other.auth.admin.generateLink({ type: "magiclink", email: "a@b.example" }),
        403, "not_admin");
    }
  },

  async "an invitation by mail"() {
    const { user } = must(await admin.inviteUserByEmail("dear@example.com", {
      data: { team: "blue" }, redirectTo: "http://localhost:3000/welcome" }));
    assert.deepEqual(user.user_metadata, { team: "blue" });
    const invitation = await mail("dear@example.com");
    assert.deepEqual([invitation.template, invitation.redirect_to],
      ["invite", "http://localhost:3000/welcome"]);
    const { session } = must(await client().auth.verifyOtp({
      token_hash: invitation.token_hash, type: "invite" }));
    assert.equal(session.user.id, user.id);
  },
});
