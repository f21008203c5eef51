"""A deploy meets people who book and read."""

import threading
import time

from scene import Scene

# Of requests and Lambdas: autovacuum waits too, and nobody waits for it.
WAITS = """
    select coalesce(max(extract(epoch from clock_timestamp() - w.waitstart)), 0)
    from pg_locks as w
    join pg_stat_activity as a using (pid)
    where not w.granted and a.usename in ('authenticator', 'service_authenticator')"""


# Autovacuum is always at some table, as in a house that is large.
EAGER = ("autovacuum_naptime=1", "autovacuum_vacuum_cost_delay=20ms",
         "autovacuum_vacuum_cost_limit=20", "autovacuum_vacuum_threshold=1",
         "autovacuum_vacuum_scale_factor=0")


def deploy_anew(scene):
    """The same files, which the database takes for those of another release. How long clients
    waited for a lock, at most."""
    waits, over = [], threading.Event()

    def watch():
        while not over.is_set():
            waits.append(float(scene.house.sql(WAITS)))
            time.sleep(0.02)

    scene.house.sql("update convene.deployed_file set sha256 = '' where path like '%.sql'")
    watcher = threading.Thread(target=watch)
    watcher.start()
    began = time.monotonic()
    try:
        said = scene.house.convene("deploy").strip().split("\n")[-1]
    finally:
        took = time.monotonic() - began
        over.set()
        watcher.join()
    print(f"  {said} ({took:.1f} s); longest wait for a lock {max(waits):.2f} s")
    if not said.startswith("Updated"):
        scene.problems.append(f"the deploy did nothing: {said}")
    return max(waits)


def deploy(options, problems):
    with Scene(options, problems, crowd={"customers": options.clients, "pause": 0},
               postgres_settings=EAGER) as scene:
        scene.crowd.start()
        time.sleep(2)
        for _ in range(options.times):
            scene.measure("a wait for a lock", deploy_anew(scene), options.lock_seconds)
            time.sleep(1)
        scene.end()
