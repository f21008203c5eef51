"""A backup is restored to a second that is past, as docs/operations.md says."""

import json
import pathlib
import time

from audit import healed, lines
from scene import Scene

SCRIPT = pathlib.Path(__file__).resolve().parent / "restore.sh"

# The house keeps WAL as a production server does.
ARCHIVING = ("archive_mode=on", "archive_timeout=2",
             "archive_command=mkdir -p ../archive && cp %p ../archive/%f")

# What this database can say about money that moved at Stripe.
KNOWN = """
    select charge_id from core.payment where captured_at is not null
    union all select external_id from core.refund where external_id is not null
    union all select external_id from core.payout_leg where status = 'paid'
    union all select external_id from core.payout_reversal where status = 'done'"""

# A line is a finding when it is an hour old.
AN_HOUR_LATER = """
    update core.balance_transaction
    set happened_at = happened_at - interval '2 hours', next_check_at = now()
    where agreed_at is null;
    set role service_role;
    select api.finish_reconciliation()"""


def back_up(scene):
    scene.house.home.chmod(0o777)
    scene.house.postgres.run(SCRIPT, "backup", scene.house.postgres.port,
                             scene.house.home / "backup")


def restore_to_a_second(scene):
    """The crowd goes on for a while after the second, and that is lost."""
    house, crowd = scene.house, scene.crowd
    archive, backup = house.home / "archive", house.home / "backup"
    # What was acknowledged before this is on the disk before the second.
    with crowd.lock:
        kept = {kind: set(found) for kind, found in crowd.told.items()}
    second = house.sql("select clock_timestamp()")
    time.sleep(5)
    crowd.stop()
    lost = len(crowd.told["booked"]) - len(kept["booked"])
    last = house.sql("select pg_walfile_name(pg_switch_wal())")
    until = time.monotonic() + scene.options.patience
    while not (archive / last).exists() and time.monotonic() < until:
        time.sleep(0.2)
    # Nobody calls any more. Stripe keeps what it knows: it is the stand-in's file.
    house.end_serve()
    house.postgres.stop()
    house.postgres.run(SCRIPT, "restore", backup, archive, second)
    house.postgres.home, house.postgres.more = backup, ()
    house.postgres.start(scene.options.patience)
    while house.sql("select pg_is_in_recovery()") == "t":
        time.sleep(0.1)
    print(f"  {house.convene('deploy').strip()}")
    print(f"  {house.convene('verify').strip().split(chr(10))[-1]}")
    there = house.sql("select count(*) from core.booking")
    house.serve()
    crowd.told = kept
    print(f"  restored to {second} with {there} bookings, {lost} of them lost")


def reconcile(scene):
    """Stripe's books name all that was lost, and nothing else."""
    house = scene.house
    # To start is to compare the books.
    house.end_serve()
    house.serve()
    until = time.monotonic() + scene.options.patience
    while True:
        _, text = house.stripe("GET", "/_double/objects/balance_transaction")
        of_stripe = {line["id"]: line for line in json.loads(text)}
        kept = set(house.sql("select external_id from core.balance_transaction").split())
        if set(of_stripe) <= kept or time.monotonic() > until:
            break
        time.sleep(0.5)
    house.sql(AN_HOUR_LATER)
    kinds = set(house.sql("select distinct kind from core.balance_transaction "
                          "where internal.is_stripes_own(kind)").split("\n"))
    known = set(house.sql(KNOWN).split())
    lost = {key for key, line in of_stripe.items()
            if line["type"] not in kinds and line["source"] not in known}
    found = set(house.sql("select external_id from core.reconciliation_finding "
                          "where resolved_at is null").split())
    print(f"  {len(lost)} of Stripe's {len(of_stripe)} lines are about what was lost; "
          f"{len(found & lost)} of them were found, and {len(found - lost)} others")
    scene.problems += [f"nobody is told of {of_stripe[key]['type']} {key}" for key in lost - found]
    scene.problems += [f"finding {key} is about nothing that was lost" for key in found - lost]
    if lost and house.sql("select bool_or(b.kind = 'transfer') from core.balance_transaction as b "
                          "join core.reconciliation_finding as f using (external_id)") == "t":
        paused = house.sql("select bool_and(paused_at is not null) from core.payout_setting")
        print(f"  payouts are paused: {paused}")
        if paused != "t":
            scene.problems.append("a transfer was lost, and payouts go on")


def end(scene):
    # Stripe tells of payments that this database has never heard of: those are what was lost. What
    # was cancelled or paid just before the second may be on either side of it.
    scene.crowd.told["cancelled"] = scene.crowd.told["paid"] = set()
    healed(scene, but="stuck: event ")
    reconcile(scene)


def restore(options, problems):
    with Scene(options, problems, postgres_settings=ARCHIVING) as scene:
        scene.crowd.start()
        time.sleep(2)
        back_up(scene)
        time.sleep(4)
        restore_to_a_second(scene)
        scene.tell()
        end(scene)
