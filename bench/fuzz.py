#!/usr/bin/env python3
"""Does anything that a caller can send make a server error?

    pip install schemathesis
    cargo run &                                # prints the address and the keys
    bench/fuzz.py http://127.0.0.1:54321 sb_publishable_... sb_secret_... [--examples 20] [words]

schemathesis sends what the descriptions of the API allow and what they do not, to every router,
writes included, as a guest, a customer, a provider and the service. The data API describes itself;
of sign-in and the functions this file knows the bodies. Words choose runs by name, such as `rest`
or `customer`. Prints what was answered with 5xx, and fails if anything was. What it writes is
garbage: point it at a marketplace of its own.
"""

import argparse
import json
import pathlib
import secrets
import subprocess
import sys
import tempfile
import time
import urllib.request

TEXT = {"type": "string"}
EMAIL, UUID = TEXT | {"format": "email"}, TEXT | {"format": "uuid"}
NUMBER, FLAG, ANY = {"type": "integer"}, {"type": "boolean"}, {}
BAG = {"type": "object"}
TYPES = TEXT | {"enum": ["signup", "magiclink", "recovery", "invite", "email_change", "email"]}
GRANTS = TEXT | {"enum": ["password", "refresh_token", "id_token", "pkce", "web3"]}
ITEMS = {"type": "array", "items": {"type": "object", "properties": {
    "slot_id": UUID, "offering_id": UUID, "quantity": NUMBER, "notes": TEXT}}}

# Method and path, what stands in the query, and the members of the body.
AUTH = [
    ("post", "/signup", {"redirect_to": TEXT}, {"email": EMAIL, "password": TEXT, "data": BAG,
        "code_challenge": TEXT, "code_challenge_method": TEXT, "gotrue_meta_security": BAG}),
    ("post", "/token", {"grant_type": GRANTS}, {"email": EMAIL, "password": TEXT,
        "refresh_token": TEXT, "auth_code": TEXT, "code_verifier": TEXT, "provider": TEXT,
        "id_token": TEXT, "nonce": TEXT}),
    ("get", "/user", {}, None),
    ("put", "/user", {}, {"email": EMAIL, "password": TEXT, "nonce": TEXT, "data": BAG,
        "phone": TEXT}),
    ("post", "/logout", {"scope": TEXT}, None),
    ("get", "/reauthenticate", {}, None),
    ("post", "/recover", {"redirect_to": TEXT}, {"email": EMAIL, "code_challenge": TEXT}),
    ("post", "/otp", {"redirect_to": TEXT}, {"email": EMAIL, "create_user": FLAG, "data": BAG}),
    ("post", "/magiclink", {}, {"email": EMAIL}),
    ("post", "/resend", {}, {"type": TYPES, "email": EMAIL, "options": BAG}),
    ("get", "/verify", {"type": TYPES, "token": TEXT, "redirect_to": TEXT}, None),
    ("post", "/verify", {}, {"type": TYPES, "token": TEXT, "token_hash": TEXT, "email": EMAIL}),
    ("get", "/confirm", {"type": TYPES, "token": TEXT, "redirect_to": TEXT}, None),
    ("get", "/authorize", {"provider": TEXT, "redirect_to": TEXT, "scopes": TEXT,
        "code_challenge": TEXT}, None),
    ("get", "/callback", {"code": TEXT, "state": TEXT, "error": TEXT}, None),
    ("get", "/user/identities/authorize", {"provider": TEXT}, None),
    ("delete", "/user/identities/{id}", {}, None),
    ("get", "/settings", {}, None),
    ("get", "/health", {}, None),
    ("get", "/.well-known/jwks.json", {}, None),
    ("post", "/invite", {}, {"email": EMAIL, "data": BAG}),
    ("post", "/admin/generate_link", {}, {"type": TYPES, "email": EMAIL, "new_email": EMAIL,
        "password": TEXT, "data": BAG}),
    ("get", "/admin/users", {"page": NUMBER, "per_page": NUMBER}, None),
    ("post", "/admin/users", {}, {"id": UUID, "email": EMAIL, "password": TEXT,
        "email_confirm": FLAG, "user_metadata": BAG, "app_metadata": BAG, "ban_duration": TEXT}),
    ("get", "/admin/users/{id}", {}, None),
    ("put", "/admin/users/{id}", {}, {"email": EMAIL, "password": TEXT, "ban_duration": TEXT,
        "user_metadata": BAG}),
    ("delete", "/admin/users/{id}", {}, {"should_soft_delete": FLAG}),
    ("get", "/admin/users/{id}/factors", {}, None),
    ("delete", "/admin/users/{id}/factors/{factor}", {}, None),
    ("post", "/factors", {}, {"factor_type": TEXT, "friendly_name": TEXT, "issuer": TEXT}),
    ("delete", "/factors/{id}", {}, None),
    ("post", "/factors/{id}/challenge", {}, {}),
    ("post", "/factors/{id}/verify", {}, {"challenge_id": UUID, "code": TEXT}),
]
BOOKING = {"booking_id": UUID, "reason": TEXT}
FUNCTIONS = [
    ("post", "/create-booking", {}, {"slot_id": UUID, "seats": NUMBER, "notes": TEXT,
        "coupon": TEXT}),
    ("post", "/create-order", {}, {"items": ITEMS, "coupon": TEXT}),
    ("post", "/pay", {}, {"order_id": UUID, "booking_id": UUID}),
    ("post", "/cancel-booking", {}, BOOKING),
    ("post", "/accept-booking", {}, BOOKING),
    ("post", "/decline-booking", {}, BOOKING),
    ("post", "/refund-booking", {}, BOOKING | {"amount": NUMBER}),
    ("get", "/payout-account", {}, None),
    ("post", "/payout-account", {}, ANY),
    ("get", "/receipt", {"order_id": UUID}, None),
    ("get", "/statement", {"currency": TEXT, "from": TEXT, "until": TEXT}, None),
    ("get", "/calendar", {"key": TEXT}, None),
    ("get", "/unsubscribe", {"key": TEXT}, None),
    ("post", "/unsubscribe", {"key": TEXT}, None),
    ("post", "/stripe-webhook", {}, {"id": TEXT, "type": TEXT, "data": BAG}),
    ("post", "/stripe-connect-webhook", {}, {"id": TEXT, "type": TEXT, "data": BAG}),
]


def described(title, operations):
    """An OpenAPI document of these operations. What is asked for may as well be absent."""
    paths = {}
    for method, path, query, body in operations:
        named = [part[1:-1] for part in path.split("/") if part.startswith("{")]
        parameters = [{"name": name, "in": "path", "required": True, "schema": UUID}
                      for name in named]
        parameters += [{"name": name, "in": "query", "schema": schema}
                       for name, schema in query.items()]
        operation = {"parameters": parameters, "responses": {"default": {"description": "any"}}}
        if body is not None:
            schema = {"type": "object", "properties": body}
            operation["requestBody"] = {"content": {"application/json": {"schema": schema}}}
        paths.setdefault(path, {})[method] = operation
    return {"openapi": "3.0.3", "info": {"title": title, "version": "1"}, "paths": paths}


def ask(url, headers, body=None):
    data = body and json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"content-type": "application/json"} | headers)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def caller(given, kind):
    """The headers of one who sends. People are new each time: what is sent may erase them."""
    key = {"apikey": given.publishable_key}
    if kind in ("guest", "service"):
        return key if kind == "guest" else {"apikey": given.secret_key}
    body = {"email": f"{secrets.token_hex(8)}@fuzz.example", "password": secrets.token_hex(16)}
    ask(f"{given.url}/auth/v1/admin/users", {"apikey": given.secret_key},
        body | {"email_confirm": True})
    token = ask(f"{given.url}/auth/v1/token?grant_type=password", key, body)["access_token"]
    headers = key | {"authorization": f"Bearer {token}"}
    ask(f"{given.url}/rest/v1/rpc/save_{kind}", headers, {f"p_{kind}": {"display_name": "F"}})
    return headers


def run(name, document, url, headers, given):
    """What schemathesis says of one document: how long it took, and whether it is content."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "openapi.json"
        file.write_text(json.dumps(document))
        command = ["schemathesis", "run", str(file), "--url", url, "--checks", "not_a_server_error",
                   "--max-examples", str(given.examples), "--phases", "examples,coverage,fuzzing",
                   "--continue-on-failure", "--no-color", "--warnings", "off", "--no-shrink",
                   "--request-timeout", "60", "--suppress-health-check", "all",
                   "--generation-database", "none", "--seed", str(given.seed)]
        for header, value in headers.items():
            command += ["--header", f"{header}: {value}"]
        begin = time.monotonic()
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    lines = done.stdout.splitlines()
    counted = next((line.strip() for line in reversed(lines) if "generated" in line), "")
    word = "ok" if done.returncode == 0 else "FAILED"
    print(f"{name:<24}{time.monotonic() - begin:>7.0f} s  {word}  {counted}", flush=True)
    if done.returncode != 0:
        print(done.stdout[-12_000:], done.stderr[-2_000:], sep="\n", flush=True)
    return done.returncode == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("url")
    parser.add_argument("publishable_key")
    parser.add_argument("secret_key")
    parser.add_argument("words", nargs="*")
    parser.add_argument("--examples", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_intermixed_args()
    content = True
    for kind in ["guest", "customer", "provider", "service"]:
        for what in ["functions", "auth", "rest public", "rest api"]:
            name = f"{what} {kind}"
            if not all(word in name.split() for word in given.words):
                continue
            headers = caller(given, kind)
            router, _, profile = what.partition(" ")
            if profile:
                headers |= {"accept-profile": profile, "content-profile": profile}
                document = ask(f"{given.url}/rest/v1/", headers)
            else:
                document = described(router, AUTH if router == "auth" else FUNCTIONS)
            content &= run(name, document, f"{given.url}/{router}/v1", headers, given)
    sys.exit(0 if content else "Something was answered with 5xx.")


if __name__ == "__main__":
    main()
