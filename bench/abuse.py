#!/usr/bin/env python3
"""What does abuse cost, and what do others see meanwhile?

    cargo build --release -p convene
    bench/abuse.py target/release/convene [--parallel 16] [words]

Starts a marketplace of its own (port 0, data in a scratch folder), fills it, and sends what issue
16 found at the doors, several at once. For each: what was answered, how long it took, how much
memory the largest backend of PostgreSQL and the server had at most, and how long the reads of
another caller took meanwhile, at the 50th and the 99th percentile and at most.
"""

import argparse
import collections
import concurrent.futures
import http.client
import json
import pathlib
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from urllib.parse import urlsplit

READ = "/rest/v1/user_profiles?select=id&limit=1"
LOGIN = "/auth/v1/token?grant_type=password"


class House:
    """A marketplace with its demo, in a folder that goes away."""

    def __init__(self, binary):
        self.folder = tempfile.mkdtemp(prefix="abuse-")
        # PostgreSQL of root runs as somebody else, who has to come here.
        pathlib.Path(self.folder).chmod(0o755)
        log = open(f"{self.folder}/log", "w+")
        command = [binary, "serve", "--port", "0", "--data", f"{self.folder}/data", "--demo"]
        self.server = subprocess.Popen(command, stdout=log, stderr=log)
        while "Ctrl-C ends it" not in (text := pathlib.Path(f"{self.folder}/log").read_text()):
            if self.server.poll() is not None:
                sys.exit(text)
            time.sleep(0.2)
        word = lambda pattern: re.search(pattern, text).group(1)
        self.url, self.key = word(r"Base URL\s+(\S+)"), word(r"publishable key\s+(\S+)")
        self.secret, self.database = word(r"secret key\s+(\S+)"), word(r"psql '([^']+)'")

    def sql(self, text):
        # The owner of the tables is bound by their policies; a superuser is not.
        url = self.database.replace("convene@", "postgres@")
        done = subprocess.run(["psql", "-qAtX", "-v", "ON_ERROR_STOP=1", url, "-c", text],
                              capture_output=True, text=True)
        if done.returncode:
            sys.exit(done.stderr)
        return done.stdout.strip()

    def stop(self):
        self.server.send_signal(signal.SIGINT)
        self.server.wait(60)
        shutil.rmtree(self.folder, ignore_errors=True)

    def ask(self, method, path, body=None, token=None, more=()):
        headers = {"apikey": self.key, "content-type": "application/json"} | dict(more)
        if token:
            headers["authorization"] = f"Bearer {token}"
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=120)
        begin = time.perf_counter()
        connection.request(method, path, body if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        return answer.status, time.perf_counter() - begin, text

    def sign_in(self, email):
        status, _, text = self.ask("POST", LOGIN, {"email": email, "password": "convene-demo"})
        if status != 200:
            sys.exit(f"{email}: {status} {text}")
        return json.loads(text)["access_token"]

    def memory(self):
        """MB that the largest backend and the server have for themselves."""
        file = next(pathlib.Path(self.folder).rglob("postmaster.pid"))
        postmaster, largest, own = file.read_text().split()[0], 0, 0
        for status in pathlib.Path("/proc").glob("[0-9]*/status"):
            try:
                said = dict(line.split(":", 1) for line in status.read_text().splitlines())
            except OSError:
                continue
            size = int(said.get("RssAnon", "0 kB").split()[0]) // 1024
            if said["PPid"].strip() == postmaster:
                largest = max(largest, size)
            elif said["Pid"].strip() == str(self.server.pid):
                own = size
        return largest, own


def measured(house, parallel, name, before, times, abuse):
    """Run `abuse` that often, several at once, while somebody reads."""
    over, reads, peaks = threading.Event(), [], [0, 0]

    def read():
        while not over.is_set():
            reads.append(house.ask("GET", READ)[1] * 1000)
            time.sleep(0.02)

    def watch():
        while not over.is_set():
            peaks[:] = map(max, peaks, house.memory())
            time.sleep(0.05)

    others = [threading.Thread(target=read), threading.Thread(target=watch)]
    for thread in others:
        thread.start()
    time.sleep(1)
    with concurrent.futures.ThreadPoolExecutor(parallel) as pool:
        outcomes = list(pool.map(abuse, range(times)))
    over.set()
    for thread in others:
        thread.join()
    reads.sort()
    answered = collections.Counter(outcome[0] for outcome in outcomes)
    longest = max(outcome[1] for outcome in outcomes)
    largest = max(len(outcome[2]) for outcome in outcomes) / 1e6
    p50, p99 = (reads[int(len(reads) * share)] for share in (0.5, 0.99))
    words = " ".join(f"{count}x{status}" for status, count in sorted(answered.items()))
    print(f"{name:<34}{words:<16}{longest:>7.2f}{largest:>8.2f}{peaks[0]:>9}{peaks[1]:>8}"
          f"{p50:>8.0f}{p99:>7.0f}{reads[-1]:>7.0f}   {before}", flush=True)


def nested(levels):
    select = "id"
    for level in range(levels):
        select = f"id,{['bookable_slots', 'availability_windows'][level % 2]}({select})"
    return f"/rest/v1/{['bookable_slots', 'availability_windows'][levels % 2]}?select={select}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary")
    parser.add_argument("words", nargs="*", help="only what has one of them in its name")
    parser.add_argument("--parallel", type=int, default=16)
    given = parser.parse_intermixed_args()
    house = House(given.binary)
    try:
        alice = house.sign_in("alice@demo.example")
        mette = house.sign_in("mette@demo.example")
        learner, expert = (json.loads(house.ask("GET", "/auth/v1/user", token=token)[2])["id"]
                           for token in (alice, mette))
        # As after the first minute: until then the planner knows nothing of the demo.
        house.sql("analyze")
        slots = house.sql("select count(*) from core.slot")
        print(f"{slots} slots; {given.parallel} at once\n\n{'':<50}{'longest':>7}{'answer':>8}"
              f"{'backend':>9}{'server':>8}{'others p50':>8}{'p99':>7}{'max':>7}\n"
              f"{'abuse':<34}{'answers':<16}{'s':>7}{'MB':>8}{'MB':>9}{'MB':>8}{'ms':>8}{'ms':>7}"
              f"{'ms':>7}   before (issue 16)")

        def row(name, *rest):
            if not given.words or any(word in name for word in given.words):
                measured(house, given.parallel, name, *rest)

        get = lambda path, **kind: lambda _: house.ask("GET", path, **kind)
        call = lambda token, method, path, body: (
            lambda n: house.ask(method, path, body(n), token))
        many = given.parallel
        row("nothing", "", 1, get(READ))
        for levels in (3, 5, 7):
            before = "3 s, then 503; 1.5 GB" if levels == 7 else ""
            row(f"embedded {levels} deep", before, many, get(nested(levels)))
        csv, exact = {"accept": "text/csv"}.items(), {"prefer": "count=exact"}.items()
        row("embedded 4 deep, as CSV", "not bounded", many, get(nested(4), more=csv))
        house.sql("update core.person set bio = repeat('x', 10000)")
        bios = "/rest/v1/expert_profiles?select="
        copies = ",".join(f"a{n}:bio" for n in range(200))
        row("one column 200 times", "200 MB", many, get(bios + copies))
        costly = "(a*)*" * 20 + "b"
        row("a costly regular expression", "", many, get(f"{bios}id&bio=match.{costly}"))
        trees = ",".join(f"id.eq.{n}" for n in range(800))
        row("800 conditions", "", many, get(f"/rest/v1/sessions?select=id&or=({trees})"))
        row("count=exact of all slots", "scanned twice", many,
            get("/rest/v1/bookable_slots?select=id&limit=1", more=exact))
        row("PUT /user {email}: 300 probes", "300 answers in 2 s", 300,
            call(alice, "PUT", "/auth/v1/user", lambda n: {"email": f"x{n}@demo.example"}))
        free = house.sql("select s.slot_id from core.slot as s where s.starts_at > now() "
                         "+ interval '2 days' order by s.starts_at limit 200").split()
        row("200 bookings of one customer", "496 slots booked", 200,
            call(alice, "POST", "/rest/v1/rpc/create_booking_with_payment",
                 lambda n: {"p_learner_user_id": learner, "p_slot_id": free[n]}))
        row("300 guesses at a coupon", "never stopped", 300,
            call(alice, "POST", "/rest/v1/rpc/quote_booking",
                 lambda n: {"p_slot_id": free[0], "p_coupon_code": f"GUESS{n}"}))
        row("1,000 offerings of one provider", "1,000 made", 1000,
            call(mette, "POST", "/rest/v1/sessions",
                 lambda n: {"expert_id": expert, "title": f"Lesson {n}", "duration_minutes": 60,
                            "price_cents": 10_000}))
        row("300 wrong passwords", "", 300,
            call(None, "POST", LOGIN, lambda n: {"email": "bob@demo.example",
                                                 "password": secrets.token_hex(8)}))
    finally:
        house.stop()


if __name__ == "__main__":
    main()
