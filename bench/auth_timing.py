#!/usr/bin/env python3
"""Can the time of a refused sign-in tell whether an address is known, or suspended?

    AUTH_PROXY_HOPS=1 cargo run --release -- serve &    # prints the base URL and the secret key
    bench/auth_timing.py http://127.0.0.1:54321 sb_secret_... [--samples 2000]

Tries a wrong password at that many addresses of each kind, in random order over one
connection, and prints the area under the ROC curve for every pair of kinds: 0.5 is a coin,
1.0 tells every time. More than 0.55 fails. Each address is tried once, from an address of its
own (X-Forwarded-For, hence AUTH_PROXY_HOPS), so no limit is met; bodies and statuses must be
equal too.
"""

import argparse
import http.client
import json
import random
import secrets
import sys
import time
from urllib.parse import urlsplit

# Of a password nobody knows, at the cost of the house.
HASH = ("$argon2id$v=19$m=19456,t=2,p=1$ZHVtbXkgZHVtbXkgZHVtbQ"
        "$QlGQbdJ3hQnQJyDhzwm1bR2mQ1mE1mXn0q5oT3n9H7Y")
LIMIT = 0.55


class House:
    def __init__(self, url, key):
        self.connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
        self.key = key

    def ask(self, method, path, body):
        caller = ".".join(str(secrets.randbelow(254) + 1) for _ in range(4))
        headers = {"apikey": self.key, "content-type": "application/json",
                   "x-forwarded-for": caller}
        self.connection.request(method, f"/auth/v1/{path}", json.dumps(body), headers)
        answer = self.connection.getresponse()
        return answer.status, answer.read()

    def must(self, method, path, body):
        status, text = self.ask(method, path, body)
        if status != 200:
            sys.exit(f"{method} {path}: {status} {text.decode()}")
        return json.loads(text)

    def refused(self, email):
        """Nanoseconds until a wrong password is refused, and the refusal."""
        body = {"email": email, "password": secrets.token_hex(12)}
        begin = time.perf_counter_ns()
        answer = self.ask("POST", "token?grant_type=password", body)
        return time.perf_counter_ns() - begin, answer


def addresses(house, samples):
    """As many of each kind: nobody's, somebody's, and of somebody suspended."""
    run = secrets.token_hex(4)
    kinds = {kind: [f"{kind}-{run}-{n}@timing.example" for n in range(samples)]
             for kind in ("unknown", "known", "suspended")}
    for kind in ("known", "suspended"):
        for email in kinds[kind]:
            ban = {"ban_duration": "1000h"} if kind == "suspended" else {}
            house.must("POST", "admin/users",
                       {"email": email, "password_hash": HASH, "email_confirm": True, **ban})
    return kinds


def auc(one, other):
    """The chance that a draw of `one` is slower than a draw of `other`."""
    ranked = sorted([(t, 1) for t in one] + [(t, 0) for t in other])
    rank_sum = sum(rank for rank, (_, is_one) in enumerate(ranked, 1) if is_one)
    return (rank_sum - len(one) * (len(one) + 1) / 2) / (len(one) * len(other))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("url")
    parser.add_argument("secret_key")
    parser.add_argument("--samples", type=int, default=2000)
    arguments = parser.parse_args()
    house = House(arguments.url, arguments.secret_key)
    kinds = addresses(house, arguments.samples)
    tries = [(kind, email) for kind, emails in kinds.items() for email in emails]
    random.shuffle(tries)
    for _, email in tries[:20]:
        house.refused(f"warm-{email}")
    times, answers = {kind: [] for kind in kinds}, set()
    for kind, email in tries:
        nanoseconds, answer = house.refused(email)
        times[kind].append(nanoseconds)
        answers.add(answer)
    for kind, measured in times.items():
        median = sorted(measured)[len(measured) // 2] / 1e6
        print(f"{kind:>10}  median {median:.2f} ms")
    worst = 0.5
    for one, other in (("known", "unknown"), ("suspended", "known"), ("suspended", "unknown")):
        area = auc(times[one], times[other])
        worst = max(worst, area, 1 - area)
        print(f"{one} against {other}: AUC {area:.3f}")
    if len(answers) != 1:
        sys.exit(f"The answers differ: {answers}")
    if worst > LIMIT:
        sys.exit(f"{worst:.3f} is more than {LIMIT}: the time tells.")


if __name__ == "__main__":
    main()
