#!/usr/bin/env python3
"""What is promised, while things break: each story starts a marketplace and breaks something.

    cargo build
    tests/faults/run.py short                   # what CI runs: three minutes, no clocks are held
    tests/faults/run.py all --measure           # half an hour, on a machine with nothing else to do
    tests/faults/run.py kill --times 100        # PostgreSQL is killed a hundred times
    tests/faults/run.py overload --seconds 60 --measure
    tests/faults/run.py deploy --clients 64 --measure

`kill`: every process of PostgreSQL gets SIGKILL, again and again, under a stream of bookings,
payments, refunds and payouts. `cut`: the network to PostgreSQL is cut, slowed, stalled and reset
amid answers, and calls to Stripe break. `mail`: so are the lines to the mail server and to SQS
(moto_server). `disk`: the disk of PostgreSQL fills (root alone can make a small one). `clock`: the
clock jumps an hour back and forth (needs libfaketime). `overload`: five times as many clients as
give the most, a thousand idle connections and slow clients. `deploy`: everything is deployed anew
while clients book and read. `restore`: a base backup and WAL to a second in the middle of it all;
the comparison with Stripe's books then finds exactly what was lost. `short`: one marketplace is
killed, cut off, deployed to and restored.

Ends with 1 if something acknowledged is lost or doubled, if the books do not add up, or if
something is stuck; with --measure also if something takes longer than it may.
"""

import argparse
import os
import signal
import sys
import time

from network import break_network, cut, mail
from overloaded import overload
from postgres import clock, disk, kill, kill_postgres
from restored import ARCHIVING, back_up, end, restore, restore_to_a_second
from scene import Scene
from upgraded import EAGER, deploy, deploy_anew


def short(options, problems):
    """One marketplace for all, because to start one takes the most time."""
    # Nobody hurries, so that a slow machine has no more left over than a fast one.
    with Scene(options, problems, crowd={"pause": 1.0}, proxied=True,
               postgres_settings=(*ARCHIVING, *EAGER)) as scene:
        scene.crowd.start()
        kill_postgres(scene, 3)
        back_up(scene)
        break_network(scene)
        deploy_anew(scene)
        scene.end()
        # The promises were kept; now everything since the second is lost.
        scene.crowd.start()
        time.sleep(3)
        restore_to_a_second(scene)
        end(scene)


STORIES = {"kill": kill, "cut": cut, "mail": mail, "disk": disk, "clock": clock,
           "overload": overload, "deploy": deploy, "restore": restore}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("stories", nargs="+", choices=[*STORIES, "short", "all"])
    target = os.environ.get("CARGO_TARGET_DIR", "target")
    parser.add_argument("--binary", default=f"{target}/debug/convene")
    parser.add_argument("--times", type=int, default=3, help="how often it breaks")
    parser.add_argument("--seconds", type=int, default=10, help="how long the overload lasts")
    parser.add_argument("--clients", type=int, default=16, help="who book while it deploys")
    parser.add_argument("--measure", action="store_true",
                        help="fail if something takes too long: on an idle machine")
    parser.add_argument("--lock-seconds", type=float, default=1.0)
    parser.add_argument("--patience", type=float, default=600,
                        help="seconds until something counts as stuck")
    parser.add_argument("--keep", action="store_true", help="keep the data of the marketplace")
    options = parser.parse_args()
    sys.stdout.reconfigure(line_buffering=True)
    # Whoever ends this ends the marketplace too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    failed = False
    for name in STORIES if "all" in options.stories else options.stories:
        print(f"{name}:", flush=True)
        problems, began = [], time.monotonic()
        {**STORIES, "short": short}[name](options, problems)
        for problem in problems[:20]:
            print(f"  BROKEN {problem}")
        print(f"  {time.monotonic() - began:.0f} s", flush=True)
        failed = failed or bool(problems)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
