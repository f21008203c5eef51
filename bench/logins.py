#!/usr/bin/env python3
"""A hundred people sign in at once: how long do they wait, and everybody else?

    AUTH_PROXY_HOPS=1 cargo run --release -- serve &     # prints the base URL and the secret key
    bench/logins.py http://127.0.0.1:54321 sb_secret_... [--parallel 100] [--rounds 5]

Prints percentiles of the sign-ins, and of reads through the data API alone and meanwhile. Every
sign-in comes from an address of its own (X-Forwarded-For, hence AUTH_PROXY_HOPS), so that no
limit is met. Any answer but 200 fails, as does a read that takes twice as long as alone and
longer than 25 ms.
"""

import argparse
import collections
import http.client
import json
import secrets
import sys
import threading
import time
from urllib.parse import urlsplit

PASSWORD = "correct horse battery staple"
READ = "/rest/v1/expert_profiles?select=id&limit=10"


class Client:
    def __init__(self, url, key):
        self.connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
        self.connection.connect()
        self.key = key

    def ask(self, method, path, body=None):
        address = ".".join(str(secrets.randbelow(254) + 1) for _ in range(4))
        headers = {"apikey": self.key, "content-type": "application/json",
                   "x-forwarded-for": address}
        begin = time.perf_counter()
        self.connection.request(method, path, body and json.dumps(body), headers)
        answer = self.connection.getresponse()
        answer.read()
        return (time.perf_counter() - begin) * 1000, answer.status


def percentiles(name, times):
    ranked = sorted(times)
    p50, p99 = (ranked[int(len(ranked) * share)] for share in (0.5, 0.99))
    print(f"{name:<24}{len(ranked):>7}{p50:>9.1f}{p99:>9.1f}{ranked[-1]:>9.1f}")
    return p99


def reads(client, until):
    times = []
    while not until(times):
        elapsed, status = client.ask("GET", READ)
        if status != 200:
            sys.exit(f"GET {READ}: {status}")
        times.append(elapsed)
        # A reader, not a flood: it is the wait that is measured, not the throughput.
        time.sleep(0.005)
    return times


def sign_in_at_once(clients, emails):
    gun, outcomes = threading.Barrier(len(clients)), []

    def one(client, email):
        gun.wait()
        body = {"email": email, "password": PASSWORD}
        outcomes.append(client.ask("POST", "/auth/v1/token?grant_type=password", body))

    threads = [threading.Thread(target=one, args=pair) for pair in zip(clients, emails)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("url")
    parser.add_argument("secret_key")
    parser.add_argument("--parallel", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    clients = [Client(given.url, given.secret_key) for _ in range(given.parallel)]
    run = secrets.token_hex(4)
    emails = [f"login-{run}-{n}@logins.example" for n in range(given.parallel)]
    for client, email in zip(clients, emails):
        body = {"email": email, "password": PASSWORD, "email_confirm": True}
        if (status := client.ask("POST", "/auth/v1/admin/users", body)[1]) != 200:
            sys.exit(f"POST admin/users: {status}")

    reader = Client(given.url, given.secret_key)
    reads(reader, lambda times: len(times) >= 50)
    alone = reads(reader, lambda times: len(times) >= 500)
    meanwhile, over = [], threading.Event()
    reading = threading.Thread(
        target=lambda: meanwhile.extend(reads(reader, lambda _: over.is_set())))
    reading.start()
    outcomes = [outcome for _ in range(given.rounds) for outcome in sign_in_at_once(clients, emails)]
    over.set()
    reading.join()

    print(f"{'':<24}{'count':>7}{'p50 ms':>9}{'p99 ms':>9}{'max ms':>9}")
    percentiles(f"{given.parallel} sign-ins at once", [elapsed for elapsed, _ in outcomes])
    before = percentiles("reads alone", alone)
    during = percentiles("reads meanwhile", meanwhile)
    statuses = collections.Counter(status for _, status in outcomes)
    if set(statuses) != {200}:
        sys.exit(f"sign-ins were answered with {dict(statuses)}")
    if during > max(2 * before, 25):
        sys.exit(f"reads waited {during:.1f} ms instead of {before:.1f}")


if __name__ == "__main__":
    main()
