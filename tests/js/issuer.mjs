// An issuer of OpenID Connect, and a GitHub, on the loopback address: what a story's people say
// of themselves there, and what the house asked it.

import { createHash, createHmac, generateKeyPairSync, randomUUID, sign } from "node:crypto";
import { createServer } from "node:http";

const base64url = (value) => Buffer.from(value).toString("base64url");
const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const kid = randomUUID();

// A token of the issuer's; `with` says how it is not.
export function idToken(claims, { key = privateKey, alg = "ES256", kid: named = kid } = {}) {
  const header = base64url(JSON.stringify({ alg, kid: named, typ: "JWT" }));
  const message = `${header}.${base64url(JSON.stringify(claims))}`;
  const signature = alg === "HS256"
    ? createHmac("sha256", key).update(message).digest()
    : sign("sha256", Buffer.from(message), { key, dsaEncoding: "ieee-p1363" });
  return `${message}.${base64url(signature)}`;
}

export const otherKey = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
export const publicJwk = { ...publicKey.export({ format: "jwk" }), kid, alg: "ES256", use: "sig" };

// Who signs in at the issuer next, and what of the answer is bent.
export const next = { person: null, bend: (claims) => claims, form: null };

const codes = new Map();

export async function start(port) {
  const at = `http://127.0.0.1:${port}`;
  const answers = {
    "/.well-known/openid-configuration": () => ({
      issuer: at, authorization_endpoint: `${at}/authorize`, token_endpoint: `${at}/token`,
      jwks_uri: `${at}/jwks` }),
    "/jwks": () => ({ keys: [publicJwk] }),
    "/token": (form) => {
      next.form = Object.fromEntries(form);
      const asked = codes.get(form.get("code"));
      codes.delete(form.get("code"));
      // As an issuer must: the code is its asker's, who shows the verifier and the secret.
      const challenge = createHash("sha256").update(form.get("code_verifier")).digest("base64url");
      if (!asked || challenge !== asked.code_challenge || form.get("client_secret") !== "hush"
        || form.get("redirect_uri") !== asked.redirect_uri) return undefined;
      const now = Math.floor(Date.now() / 1000);
      return { access_token: "opaque", token_type: "Bearer", id_token: idToken(next.bend({
        iss: at, aud: asked.client_id, iat: now, exp: now + 300, nonce: asked.nonce,
        ...next.person })) };
    },
    "/login/oauth/access_token": (form) => answers["/token"](form),
    "/api/v3/user": () => next.person.user,
    "/api/v3/user/emails": () => next.person.emails,
  };
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, at);
    if (url.pathname === "/authorize" || url.pathname === "/login/oauth/authorize") {
      const code = randomUUID();
      codes.set(code, Object.fromEntries(url.searchParams));
      const back = new URL(url.searchParams.get("redirect_uri"));
      back.searchParams.set("code", code);
      back.searchParams.set("state", url.searchParams.get("state"));
      response.writeHead(302, { location: back.href }).end();
      return;
    }
    let body = "";
    for await (const chunk of request) body += chunk;
    const answer = answers[url.pathname]?.(new URLSearchParams(body));
    response.writeHead(answer ? 200 : 400, { "content-type": "application/json" })
      .end(JSON.stringify(answer ?? { error: "invalid_grant" }));
  });
  await new Promise((listening) => server.listen(port, "127.0.0.1", listening));
  server.unref();
  return { at, stop: () => server.close() };
}
