// Second factors, through supabase.auth.mfa.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createClient } from "@supabase/supabase-js";
import { client, mail, newcomer, password, refused, rows, run, tell } from "./sign_in.mjs";
import { keys, must, url } from "./world.mjs";

const house = createClient(url, keys.secret, { auth: { persistSession: false } });
const claimsOf = ({ access_token }) => JSON.parse(atob(access_token.split(".")[1]));

// What the app on somebody's telephone does.
function code(secret, steps = 0) {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret].map((c) => alphabet.indexOf(c).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const mac = createHmac("sha1", key).update(counter).digest();
  const number = mac.readUInt32BE(mac[19] & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}
// Time passes, as far as codes that were used are concerned.
const nextCode = (id) => run(
  `update identity.factor set last_step = last_step - 10 where factor_id = '${id}'`);

async function enrolled(email) {
  const { supabase } = await newcomer(email);
  const factor = must(await supabase.auth.mfa.enroll({
    factorType: "totp", friendlyName: "telephone" }));
  const { session } = must(await supabase.auth.getSession());
  must(await supabase.auth.mfa.challengeAndVerify({
    factorId: factor.id, code: code(factor.totp.secret) }));
  return { supabase, factor, before: session };
}

async function enter(email) {
  const supabase = client();
  must(await supabase.auth.signInWithPassword({ email, password }));
  return supabase;
}

await tell({
  async "a factor counts once a code of it was shown"() {
    const email = "two@example.com";
    const { supabase } = await newcomer(email);
    const elsewhere = await enter(email);
    const { id, totp, type } = must(await supabase.auth.mfa.enroll({
      factorType: "totp", friendlyName: "telephone", issuer: "Market" }));
    assert.equal(type, "totp");
    assert.match(totp.uri, /^otpauth:\/\/totp\/Market:two%40example\.com\?secret=[A-Z2-7]{32}&/);
    assert.match(totp.qr_code, /^data:image\/svg\+xml;utf-8,<\?xml[^#]*<svg[^#]*$/);
    assert.equal(must(await supabase.auth.mfa.listFactors()).totp.length, 0, "not yet");
    const { data: low } = await supabase.auth.mfa.getAuthenticatorAssuranceLevel();
    assert.deepEqual([low.currentLevel, low.nextLevel], ["aal1", "aal1"]);
    const challenge = must(await supabase.auth.mfa.challenge({ factorId: id }));
    assert.ok(challenge.expires_at > Date.now() / 1000);
    const verify = (given) => supabase.auth.mfa.verify({
      factorId: id, challengeId: challenge.id, code: given });
    const right = code(totp.secret);
    refused(await verify(right === "000000" ? "000001" : "000000"), 422,
      "mfa_verification_failed");
    const session = must(await verify(right));
    const claims = claimsOf(session);
    assert.equal(claims.aal, "aal2");
    assert.deepEqual(claims.amr.map(({ method }) => method), ["totp", "otp"]);
    assert.equal(session.user.factors[0].status, "verified");
    assert.equal((await mail(email)).template, "factor_enrolled");
    // A challenge is good once, and so is a code.
    refused(await verify(right), 422, "mfa_factor_not_found");
    const again = await supabase.auth.mfa.challengeAndVerify({ factorId: id, code: right });
    refused(again, 422, "mfa_verification_failed");
    // Who was in without it is out; who comes with the password alone is asked for it.
    assert.ok((await elsewhere.auth.getUser()).error);
    const late = await enter(email);
    const { data: level } = await late.auth.mfa.getAuthenticatorAssuranceLevel();
    assert.deepEqual([level.currentLevel, level.nextLevel], ["aal1", "aal2"]);
    // And the session stays what it is when it is refreshed.
    const fresh = must(await supabase.auth.refreshSession()).session;
    assert.equal(claimsOf(fresh).aal, "aal2");
  },

  async "the secret is shown once"() {
    const { supabase, factor } = await enrolled("secret@example.com");
    const { totp: [listed] } = must(await supabase.auth.mfa.listFactors());
    assert.deepEqual(Object.keys(listed).sort(), [
      "created_at", "factor_type", "friendly_name", "id", "status", "updated_at"]);
    const copy = must(await supabase.schema("api").rpc("export_my_data"));
    assert.equal(copy.factors[0].friendly_name, "telephone");
    assert.ok(!JSON.stringify(copy).includes(factor.totp.secret));
    const [{ plain }] = await rows(
      `select count(*)::int as plain from identity.factor
       where position('${factor.totp.secret}'::bytea in secret) > 0`);
    assert.equal(plain, 0);
  },

  async "with the password alone nothing of the login is changed"() {
    const email = "guarded@example.com";
    const { factor } = await enrolled(email);
    const thief = await enter(email);
    refused(await thief.auth.updateUser({ password: "another long enough sentence" }), 401,
      "insufficient_aal");
    refused(await thief.auth.updateUser({ email: "thief@example.com" }), 401, "insufficient_aal");
    refused(await thief.auth.mfa.enroll({ factorType: "totp", friendlyName: "mine" }), 403,
      "insufficient_aal");
    refused(await thief.auth.mfa.unenroll({ factorId: factor.id }), 422, "insufficient_aal");
    // Guessing waits, in this session and in the next.
    const guess = async (supabase) => {
      const { id } = must(await supabase.auth.mfa.challenge({ factorId: factor.id }));
      return supabase.auth.mfa.verify({ factorId: factor.id, challengeId: id, code: "abcdef" });
    };
    for (let tried = 0; tried < 6; tried += 1) {
      refused(await guess(thief), 422, "mfa_verification_failed");
    }
    refused(await guess(thief), 429, "over_request_rate_limit");
    refused(await guess(await enter(email)), 429, "over_request_rate_limit");
    await run("update identity.failed_attempt set blocked_until = now() - interval '1 second'");
    await nextCode(factor.id);
    must(await thief.auth.mfa.challengeAndVerify({
      factorId: factor.id, code: code(factor.totp.secret) }));
    must(await thief.auth.updateUser({ password: "another long enough sentence" }));
  },

  async "nobody uses a factor, or a challenge, of another"() {
    const { factor } = await enrolled("mine@example.com");
    const { supabase: other } = await newcomer("other@example.com");
    refused(await other.auth.mfa.challenge({ factorId: factor.id }), 404, "mfa_factor_not_found");
    refused(await other.auth.mfa.unenroll({ factorId: factor.id }), 404, "mfa_factor_not_found");
    const first = await enter("mine@example.com");
    const second = await enter("mine@example.com");
    const { id } = must(await first.auth.mfa.challenge({ factorId: factor.id }));
    await nextCode(factor.id);
    refused(await second.auth.mfa.verify({
      factorId: factor.id, challengeId: id, code: code(factor.totp.secret) }), 422,
      "mfa_factor_not_found");
    await run("update identity.factor_challenge set expires_at = now() - interval '1 second'");
    refused(await first.auth.mfa.verify({
      factorId: factor.id, challengeId: id, code: code(factor.totp.secret) }), 422,
      "mfa_challenge_expired");
  },

  async "a factor is removed by its owner, or by the house"() {
    const email = "removed@example.com";
    const { supabase, factor } = await enrolled(email);
    refused(await supabase.auth.mfa.enroll({ factorType: "totp", friendlyName: "telephone" }), 422,
      "mfa_factor_name_conflict");
    assert.equal(must(await supabase.auth.mfa.unenroll({ factorId: factor.id })).id, factor.id);
    assert.equal((await mail(email)).template, "factor_removed");
    const after = must(await supabase.auth.refreshSession()).session;
    assert.equal(claimsOf(after).aal, "aal1");
    const lost = await enrolled("lost@example.com");
    const userId = claimsOf(lost.before).sub;
    const { factors } = must(await house.auth.admin.mfa.listFactors({ userId }));
    assert.equal(factors.length, 1);
    must(await house.auth.admin.mfa.deleteFactor({ userId, id: factors[0].id }));
    const entered = await enter("lost@example.com");
    const { data } = await entered.auth.mfa.getAuthenticatorAssuranceLevel();
    assert.equal(data.nextLevel, "aal1");
    const stranger = client();
    must(await stranger.auth.signInWithPassword({ email, password }));
    const { error } = await stranger.auth.admin.mfa.listFactors({ userId });
    assert.equal(error.status, 403);
  },

  async "what is not offered says so"() {
    const { supabase } = await newcomer("phone@example.com");
    refused(await supabase.auth.mfa.enroll({ factorType: "phone", phone: "+4512345678" }), 422,
      "mfa_phone_enroll_not_enabled");
    for (let n = 0; n < 10; n += 1) {
      must(await supabase.auth.mfa.enroll({ factorType: "totp", friendlyName: `n${n}` }));
    }
    refused(await supabase.auth.mfa.enroll({ factorType: "totp", friendlyName: "n10" }), 422,
      "too_many_enrolled_mfa_factors");
  },
});
