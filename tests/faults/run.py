#!/usr/bin/env python3
"""What is promised, while things break: each story starts a marketplace and breaks something.

    cargo build -p convene
    tests/faults/run.py all                     # a minute or two each
    tests/faults/run.py kill --times 100        # PostgreSQL is killed a hundred times
    tests/faults/run.py overload --seconds 60
    tests/faults/run.py deploy --clients 64

`kill`: every process of PostgreSQL gets SIGKILL, again and again, under a stream of bookings,
payments, refunds and payouts. `cut`: the network to PostgreSQL is cut, slowed, stalled and reset
amid answers, and calls to Stripe break. `overload`: five times as many clients as give the most,
a thousand idle connections and slow clients. `deploy`: everything is deployed anew while clients
book and read. `restore`: a base backup and WAL to a second in the middle of it all.

Ends with 1 if something acknowledged is lost or doubled, if the books do not add up, or if
something is stuck.
"""

import argparse
import pathlib
import random
import socket
import subprocess
import sys
import threading
import time

from crowd import Crowd, person
from house import Client, House
from proxy import Proxy

BOOKS = """
    select 'the ledger of ' || currency || ' sums to ' || sum(amount_minor)
    from core.ledger_entry group by currency having sum(amount_minor) <> 0
    union all
    select 'balance ' || b.ledger_account_id || ' is not the sum of its entries'
    from core.ledger_balance as b
    left join lateral (select sum(e.amount_minor) as sum from core.ledger_entry as e
                       where e.ledger_account_id = b.ledger_account_id) as e on true
    where b.balance_minor <> coalesce(e.sum, 0)
    union all
    select 'slot ' || s.slot_id || ' has sold ' || count(*) || ' of ' || s.capacity || ' seats'
    from core.slot as s join core.booking as b using (slot_id)
    where b.status in ('requested', 'confirmed')
    group by s.slot_id having sum(b.seats) > s.capacity"""

STUCK = """
    select 'command ' || kind || ' ' || state, count(*) from core.stripe_command
    where state not in ('done', 'rejected') group by kind, state
    union all
    select 'event ' || event_type, count(*) from core.stripe_event where status = 'new' group by 1
    union all
    select 'message ' || topic, count(*) from core.outbox where sent_at is null group by 1"""


def check(problems, what, found):
    if found:
        problems += [f"{what}: {line}" for line in (found if isinstance(found, list) else [found])]


def healed(house, seconds=200, but="nothing"):
    """Wait until nothing is under way; how long it took, or what is stuck."""
    began = time.monotonic()
    while True:
        left = [line for line in house.sql(STUCK).split("\n") if line and but not in line]
        if not left or time.monotonic() - began > seconds:
            return time.monotonic() - began, left
        time.sleep(1)


def audit(house, crowd, problems):
    """Everything that must be true when all is well again."""
    took, stuck = healed(house)
    check(problems, "stuck", stuck)
    check(problems, "lost", crowd.missing())
    check(problems, "books", [line for line in house.sql(BOOKS).split("\n") if line])
    _, text = house.stripe("GET", "/_double/audit")
    if text not in ("[]", "{}"):
        check(problems, "Stripe's books", text[:500])
    print(f"  all was well after {took:.0f} s")


def started(options, **more):
    house = House(options.binary, postgres_settings=options.set, **more)
    house.serve()
    crowd = Crowd(house)
    crowd.settle_in()
    return house, crowd


def tell(crowd):
    told = {kind: len(found) for kind, found in crowd.told.items()}
    print(f"  acknowledged {told}; slowest answer {crowd.slowest:.1f} s")
    for kind, counts in sorted(crowd.answers.items()):
        print(f"  {kind}: {dict(sorted(counts.items()))}")


def kill(options, problems):
    house, crowd = started(options)
    try:
        crowd.start()
        downtime = []
        for _ in range(options.times):
            time.sleep(random.uniform(1, 3))
            house.postgres.kill()
            began = time.monotonic()
            house.postgres.start()
            reader = Client(house, person(2, 1))
            while reader.ask("GET", "/rest/v1/bookings?select=id&limit=1")[0] != 200:
                if time.monotonic() - began > 60:
                    raise RuntimeError("serve did not come back")
                time.sleep(0.05)
            downtime.append(time.monotonic() - began)
        time.sleep(2)
        crowd.stop()
        tell(crowd)
        print(f"  killed {options.times} times; back after {max(downtime):.1f} s at most")
        audit(house, crowd, problems)
    finally:
        crowd.running = False
        house.stop(options.keep)


def cut(options, problems):
    house = House(options.binary, proxied=True)
    proxy = Proxy(house.database_port, house.postgres.port)
    house.serve()
    crowd = Crowd(house)
    crowd.settle_in()
    faults = '{"on": "*", "kind": "%s", "after": true, "times": 20}'
    try:
        crowd.start()
        for _ in range(options.times):
            for mode in ["cut", "slow", "stall", "reset"]:
                proxy.set(mode)
                time.sleep(2)
                proxy.set("pass")
                began = time.monotonic()
                reader = Client(house, person(2, 1))
                while reader.ask("GET", "/rest/v1/bookings?select=id&limit=1")[0] != 200:
                    if time.monotonic() - began > 30:
                        raise RuntimeError(f"no answer after {mode}")
                    time.sleep(0.05)
                print(f"  {mode}: answers again after {time.monotonic() - began:.1f} s")
            for kind in ["drop", "server_error", "rate_limited"]:
                house.stripe("POST", "/_double/faults", faults % kind)
                time.sleep(1)
        house.stripe("DELETE", "/_double/faults")
        crowd.stop()
        tell(crowd)
        # The deadline of a statement, the wait for a connection, and a margin for a busy machine.
        if crowd.slowest > 20:
            problems.append(f"a request took {crowd.slowest:.1f} s")
        documented = {200, 400, 402, 403, 404, 409, 422, 429, 500, 503, 504}
        for found, counts in crowd.answers.items():
            check(problems, f"undocumented answers to {found}",
                  [str(status) for status in counts if status not in documented])
        audit(house, crowd, problems)
    finally:
        crowd.running = False
        house.stop(options.keep)
        proxy.close()


def rate(house, clients, seconds):
    """Good answers a second that so many clients get, and how many were refused."""
    good, refused, running = [0] * clients, [0] * clients, [True]

    def one(number):
        client = Client(house, person(2, 1 + number % 24))
        while running[0]:
            status, _ = client.ask("GET", "/rest/v1/bookings?select=id,status&limit=5")
            (good if status == 200 else refused)[number] += 1
            if status != 200:
                time.sleep(0.01)

    threads = [threading.Thread(target=one, args=(n,)) for n in range(clients)]
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    done = sum(good), sum(refused)
    running[0] = False
    for thread in threads:
        thread.join()
    return done[0] / seconds, done[1] / seconds


def overload(options, problems):
    house, crowd = started(options)
    idle = []
    try:
        rate(house, 16, 2)
        peak, _ = rate(house, 16, 5)
        before = house.memory()
        for _ in range(1_000):
            idle.append(socket.create_connection(("127.0.0.1", house.port), timeout=5))
        for slow in idle[:100]:
            # The head of a request that never ends.
            slow.sendall(b"POST /functions/v1/create-booking HTTP/1.1\r\nhost: x\r\n"
                         b"content-length: 1000\r\n\r\n{")
        good, refused = rate(house, 80, options.seconds)
        during = house.memory()
        for one in idle:
            one.close()
        after, _ = rate(house, 16, 5)
        print(f"  peak {peak:.0f}/s; at five times {good:.0f}/s good, {refused:.0f}/s refused; "
              f"then {after:.0f}/s; memory {before:.0f}, {during:.0f} MB")
        if good < 0.8 * peak:
            problems.append(f"goodput fell to {good / peak:.0%}")
        if after < 0.8 * peak:
            problems.append(f"full speed did not come back: {after / peak:.0%}")
        if during > before + 200:
            problems.append(f"memory grew to {during:.0f} MB")
    finally:
        for one in idle:
            one.close()
        house.stop(options.keep)


def deploy(options, problems):
    house, crowd = started(options)
    waits = []

    def watch():
        sql = ("select coalesce(max(extract(epoch from clock_timestamp() - state_change)), 0) "
               "from pg_stat_activity where wait_event_type = 'Lock' and query not like '%advisory%'")
        while crowd.running:
            waits.append(float(house.sql(sql)))
            time.sleep(0.05)

    try:
        crowd.customers = options.clients
        house.sql("insert into core.person (person_id, display_name) select ('00000002-0000-4000-8000-'"
                  " || lpad(n::text, 12, '0'))::uuid, 'Customer' from generate_series(25, 64) as n; "
                  "insert into core.customer (customer_id) select person_id from core.person "
                  "where person_id::text like '00000002-%' on conflict do nothing")
        crowd.start()
        watcher = threading.Thread(target=watch)
        watcher.start()
        time.sleep(2)
        for _ in range(options.times):
            # The same files, which the database takes for those of another release.
            house.sql("update convene.deployed_file set sha256 = '' where path like 'functions/%'")
            began = time.monotonic()
            said = house.convene("deploy").strip().split("\n")[-1]
            print(f"  {said} ({time.monotonic() - began:.1f} s)")
            if not said.startswith("Updated"):
                problems.append(f"the deploy did nothing: {said}")
            time.sleep(1)
        crowd.stop()
        watcher.join()
        tell(crowd)
        print(f"  longest wait for a lock {max(waits):.2f} s")
        if max(waits) > options.lock_seconds:
            problems.append(f"somebody waited {max(waits):.2f} s for a lock")
        audit(house, crowd, problems)
    finally:
        crowd.running = False
        house.stop(options.keep)


def restore(options, problems):
    script = pathlib.Path(__file__).resolve().parent / "restore.sh"
    house = House(options.binary, postgres_settings=(
        "archive_mode=on", "archive_timeout=2",
        "archive_command=mkdir -p ../archive && cp %p ../archive/%f"))
    archive, backup = house.home / "archive", house.home / "backup"
    house.home.chmod(0o777)
    house.serve()
    crowd = Crowd(house)
    crowd.settle_in()
    try:
        crowd.start()
        time.sleep(2)
        house.postgres.run(script, "backup", house.postgres.port, backup)
        time.sleep(4)
        second = house.sql("select clock_timestamp()")
        with crowd.lock:
            kept = {kind: set(found) for kind, found in crowd.told.items()}
        time.sleep(5)
        crowd.stop()
        tell(crowd)
        lost = len(crowd.told["booked"]) - len(kept["booked"])
        house.sql("select pg_switch_wal()")
        time.sleep(3)
        # Nobody calls any more. Stripe keeps what it knows: it is the stand-in's file.
        house.end_serve()
        house.postgres.stop()
        house.postgres.run(script, "restore", backup, archive, second)
        house.postgres.home, house.postgres.more = backup, ()
        house.postgres.start()
        until = time.monotonic() + 60
        while house.sql("select pg_is_in_recovery()") == "t" and time.monotonic() < until:
            time.sleep(0.1)
        print(f"  {house.convene('deploy').strip()}")
        print(f"  {house.convene('verify').strip().split(chr(10))[-1]}")
        unknown = house.sql("select count(*) from core.booking")
        house.serve()
        crowd.told = kept
        # What was acknowledged within the last moment may be on either side of the second.
        # Stripe tells of payments that this database has never heard of: those are what was lost.
        took, stuck = healed(house, but="event ")
        check(problems, "stuck", stuck)
        print("  unknown here:", house.sql(STUCK).replace("\n", ", ") or "nothing")
        check(problems, "books", [line for line in house.sql(BOOKS).split("\n") if line])
        check(problems, "lost", [line for line in crowd.missing() if "is gone" in line])
        print(f"  restored to {second} with {unknown} bookings, {lost} lost; well after {took:.0f} s")
        print("  findings:", house.sql(
            "select string_agg(problem || ' ' || n, ', ') from (select problem, count(*) as n "
            "from core.reconciliation_finding group by 1) as x") or "none")
    finally:
        crowd.running = False
        house.stop(options.keep)


STORIES = {"kill": kill, "cut": cut, "overload": overload, "deploy": deploy, "restore": restore}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("stories", nargs="+", choices=[*STORIES, "all"])
    parser.add_argument("--binary", default="target/debug/convene")
    parser.add_argument("--times", type=int, default=3, help="how often it breaks")
    parser.add_argument("--seconds", type=int, default=10, help="how long the overload lasts")
    parser.add_argument("--clients", type=int, default=16, help="who book while it deploys")
    parser.add_argument("--lock-seconds", type=float, default=1.0)
    parser.add_argument("--set", action="append", default=[], help="a setting of PostgreSQL")
    parser.add_argument("--keep", action="store_true", help="keep the data of the marketplace")
    options = parser.parse_args()
    failed = False
    for name in STORIES if "all" in options.stories else options.stories:
        print(f"{name}:", flush=True)
        problems = []
        STORIES[name](options, problems)
        for problem in problems[:20]:
            print(f"  BROKEN {problem}")
        failed = failed or bool(problems)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
