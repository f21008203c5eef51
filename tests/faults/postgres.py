"""PostgreSQL is killed, its disk fills, and the clock jumps."""

import glob
import os
import random
import shutil
import subprocess
import time

from scene import Scene


def kill_postgres(scene, times):
    downtime = []
    for number in range(1, times + 1):
        time.sleep(random.uniform(1, 3))
        scene.house.postgres.kill()
        began = time.monotonic()
        scene.house.postgres.start()
        scene.answers_again("a kill")
        downtime.append(time.monotonic() - began)
        if number % 10 == 0 or number == times:
            told = {kind: len(found) for kind, found in scene.crowd.told.items()}
            print(f"  killed {number} times; back after {max(downtime):.1f} s at most; {told}")


def kill(options, problems):
    with Scene(options, problems) as scene:
        scene.crowd.start()
        kill_postgres(scene, options.times)
        time.sleep(2)
        scene.end()


class SmallDisk:
    """A file system in memory, where the data of PostgreSQL lies and soon nothing fits any more."""

    def __init__(self, folder, megabytes=450):
        self.folder, self.ballast = folder, folder / "ballast"
        owner = shutil.which("mount") and os.geteuid() == 0
        if not owner:
            raise PermissionError
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "tmpfs",
                        str(folder)], check=True)
        shutil.chown(folder, "postgres")

    def fill(self):
        with open(self.ballast, "wb", buffering=0) as file:
            try:
                while file.write(bytes(1 << 20)):
                    pass
            except OSError:
                pass

    def free(self):
        self.ballast.unlink(missing_ok=True)

    def close(self):
        subprocess.run(["umount", "-l", str(self.folder)], check=False)


def disk(options, problems):
    if os.geteuid() != 0:
        print("  only root mounts a small disk: not proven")
        return
    disks = []
    # WAL is switched often, so that a full disk is noticed at once.
    try:
        with Scene(options, problems, disk=lambda folder: disks.append(SmallDisk(folder)),
                   postgres_settings=("max_wal_size=64MB", "min_wal_size=32MB")) as scene:
            scene.crowd.start()
            for _ in range(options.times):
                time.sleep(2)
                disks[0].fill()
                time.sleep(8)
                ended = scene.house.postgres.postmaster.poll() is not None
                disks[0].free()
                if ended:
                    scene.house.postgres.start()
                took = scene.answers_again("a full disk")
                print(f"  the disk was full, PostgreSQL {'gave up' if ended else 'went on'}; "
                      f"answers again after {took:.1f} s")
            time.sleep(2)
            scene.end()
    finally:
        for one in disks:
            one.close()


def clock(options, problems):
    library = glob.glob("/usr/lib/*/faketime/libfaketime.so.1")
    if not library:
        print("  libfaketime is not here (apt-get install libfaketime): not proven")
        return
    with Scene(options, problems, clock=library[0]) as scene:
        scene.crowd.start()
        # What was leased an hour ahead waits for that hour, so the last jump is a forward one.
        for seconds in [*([-3600, 0] * options.times), 3600]:
            time.sleep(3)
            scene.house.set_clock(seconds)
            took = scene.answers_again("a jump of the clock")
            print(f"  {seconds / 3600:+.0f} h: answers after {took:.1f} s")
        time.sleep(3)
        scene.end()
