"""A marketplace with a crowd in it, for one story."""

import time

from audit import books_of_stripe, healed
from crowd import Crowd, person
from house import Client, House
from proxy import Proxy


class Scene:
    """Starts when it is entered, and ends whatever happens. `with Scene(options, problems) as s:`"""

    def __init__(self, options, problems, crowd=None, before=lambda house: None, proxied=False,
                 **more):
        self.options, self.problems = options, problems
        self.house = House(options.binary, proxied=proxied, **more)
        # How long a client waits for an answer. On a busy machine that proves nothing.
        self.house.deadline = 20 if options.measure else options.patience
        self.proxy = None
        try:
            if proxied:
                self.proxy = Proxy(self.house.database_port, self.house.postgres.port)
            before(self.house)
            self.house.serve()
            self.crowd = Crowd(self.house, **(crowd or {}))
            self.crowd.settle_in()
        except BaseException:
            self.house.stop(options.keep)
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.crowd.running = False
        if self.proxy:
            self.proxy.set("pass")
        for thread in self.crowd.threads:
            thread.join()
        self.house.stop(self.options.keep)
        if self.proxy:
            self.proxy.close()

    def answers_again(self, what):
        """Wait until a reader is answered; how long it took."""
        began = time.monotonic()
        reader = Client(self.house, person(2, 1))
        while reader.ask("GET", "/rest/v1/bookings?select=id&limit=1")[0] != 200:
            if time.monotonic() - began > self.options.patience:
                raise RuntimeError(f"no answer after {what}")
            time.sleep(0.05)
        return time.monotonic() - began

    def end(self, **more):
        """The crowd goes home; then everything it was told must be so."""
        self.crowd.stop()
        self.tell()
        healed(self, more=lambda: books_of_stripe(self), **more)

    def tell(self):
        told = {kind: len(found) for kind, found in self.crowd.told.items()}
        print(f"  acknowledged {told}; slowest answer {self.crowd.slowest:.1f} s")
        for kind, counts in sorted(self.crowd.answers.items()):
            print(f"  {kind}: {dict(sorted(counts.items()))}")
        # 0 is a broken connection to `convene` itself, -1 an answer that did not come in time.
        documented = {200, 400, 401, 402, 403, 404, 409, 422, 429, 500, 503, 504}
        for kind, counts in self.crowd.answers.items():
            self.problems += [f"undocumented answer {status} to {kind}"
                              for status in counts if status not in documented]

    def measure(self, what, seconds, limit):
        """Note what took longer than it may: only on a machine that has nothing else to do."""
        if self.options.measure and seconds > limit:
            self.problems.append(f"{what} took {seconds:.1f} s, and may take {limit:g} s")
