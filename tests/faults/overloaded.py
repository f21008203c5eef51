"""More requests than can be answered.

The callers of a closed circle wait for their answers, and so ask for no more than is answered. An
overload has no such patience: requests come at their rate, whatever became of those before.
"""

import collections
import itertools
import json
import random
import selectors
import socket
import time
import uuid

from crowd import person
from house import token
from scene import Scene

# Enough people and places that nobody is refused for another reason than the overload.
PROVIDERS, CUSTOMERS = 40, 2_000
FREE = """
    select s.slot_id from core.slot as s join core.offering as o using (offering_id)
    where o.price_minor = 0 and s.state = 'open' and s.starts_at > now() + interval '1 day'"""

# How many connections all callers together open at most, and for how long each waits.
CONNECTIONS, PATIENCE = 6_000, 10.0
IDLE, SLOW = 1_000, 100


# Linux looks for a free port longer, the more of them one address has in use: with thousands it took
# a processor, half of the machine.
ADDRESSES = itertools.cycle(f"127.0.0.{last}" for last in range(2, 34))
IP_BIND_ADDRESS_NO_PORT = 24


def connection(port):
    line = socket.socket()
    line.settimeout(10)
    line.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
    line.bind((next(ADDRESSES), 0))
    line.connect(("127.0.0.1", port))
    return line


class Line:
    """One connection, on which one request is under way, or none."""

    def __init__(self, port, choose):
        self.socket = connection(port)
        self.socket.setblocking(False)
        self.heard, self.asked = b"", None
        choose.register(self.socket, selectors.EVENT_READ, self)

    def ask(self, kind, request, now):
        self.asked = (kind, now)
        self.socket.send(request)

    def hear(self):
        """The status of an answer that is complete; 0 if the line was cut."""
        try:
            data = self.socket.recv(65536)
        except ConnectionError:
            return 0
        if not data:
            return 0
        self.heard += data
        head, found, body = self.heard.partition(b"\r\n\r\n")
        if not found:
            return None
        length = head.partition(b"content-length: ")[2].partition(b"\r\n")[0]
        if len(body) < int(length):
            return None
        self.heard = b""
        return int(head[9:12])


class Callers:
    """Asks for all of them from one thread: threads would compete with `convene` for the machine,
    more of them the more."""

    def __init__(self, house):
        self.house = house
        self.choose = selectors.DefaultSelector()
        self.free, self.lines = [], 0
        issuer = f"http://127.0.0.1:{house.port}/auth/v1"
        self.tokens = [token(person(2, n), issuer) for n in range(1, CUSTOMERS + 1)]
        slots = house.sql(FREE).split()
        random.Random(1).shuffle(slots)
        # No two neighbours want the same, and it takes long until a customer comes again.
        self.wanted = zip(itertools.cycle(slots), itertools.cycle(self.tokens))
        self.reading = itertools.cycle(self.tokens)

    def booking(self):
        slot, bearer = next(self.wanted)
        body = json.dumps({"slot_id": slot})
        return (f"POST /functions/v1/create-booking HTTP/1.1\r\nhost: x\r\n"
                f"authorization: Bearer {bearer}\r\nidempotency-key: {uuid.uuid4()}\r\n"
                f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
                f"{body}").encode()

    def reader(self):
        return (f"GET /rest/v1/bookings?select=id,status&limit=5 HTTP/1.1\r\nhost: x\r\n"
                f"authorization: Bearer {next(self.reading)}\r\n\r\n").encode()

    def search(self):
        return b"GET /rest/v1/sessions?select=*&order=title&limit=100 HTTP/1.1\r\nhost: x\r\n\r\n"

    def line(self):
        if self.free:
            return self.free.pop()
        if self.lines >= CONNECTIONS:
            return None
        self.lines += 1
        return Line(self.house.port, self.choose)

    def open(self, count):
        """Have so many connections. A thousand at once fill the queue of the listener, and the next one
        would wait a second for its second try."""
        while self.lines < count:
            for _ in range(100):
                self.lines += 1
                self.free.append(Line(self.house.port, self.choose))
            self.choose.select(0.01)

    def run(self, seconds, rates, circle=None):
        """For so many seconds, ask at `rates` (kind to requests a second), and in a circle of so
        many callers of a kind who ask again when they are answered."""
        told = Told()
        began = now = time.monotonic()
        sent = dict.fromkeys(rates, 0)
        kind, callers = circle or (None, 0)
        for _ in range(callers):
            self.ask(kind, now, told)
        while (now := time.monotonic()) < began + seconds:
            for other, rate in rates.items():
                while sent[other] < (now - began) * rate:
                    sent[other] += 1
                    self.ask(other, now, told)
            for key, _ in self.choose.select(0.002):
                self.answered(key.data, now, told, again=kind)
        told.seconds = now - began
        # Who is still waiting is answered too, and counts no more.
        until = now + PATIENCE
        while len(self.free) < self.lines and time.monotonic() < until:
            for key, _ in self.choose.select(0.1):
                self.answered(key.data, now, Told())
        return told

    def ask(self, kind, now, told):
        line = self.line()
        if line is None:
            told.unasked += 1
            return
        try:
            line.ask(kind, getattr(self, kind)(), now)
        except OSError:
            # It was closed while it was idle.
            self.close(line)
            self.ask(kind, now, told)

    def answered(self, line, now, told, again=None):
        status = line.hear()
        if status is None:
            return
        asked, line.asked = line.asked, None
        if status == 0:
            self.close(line)
        else:
            self.free.append(line)
        if asked:
            kind, since = asked
            told.note(kind, status, now - since)
            if kind == again:
                self.ask(kind, now, told)

    def close(self, line):
        self.lines -= 1
        if line in self.free:
            self.free.remove(line)
        self.choose.unregister(line.socket)
        line.socket.close()

    def end(self):
        for key in list(self.choose.get_map().values()):
            self.close(key.data)


class Told:
    """What callers were told, and how long they waited for it."""

    def __init__(self):
        self.seconds, self.unasked = 0.0, 0
        self.statuses = collections.Counter()
        self.took = collections.defaultdict(list)
        self.refused_after = []

    def note(self, kind, status, seconds):
        self.statuses[kind, status] += 1
        if status == 503:
            self.refused_after.append(seconds)
        if status == 200 and seconds < PATIENCE:
            self.took[kind].append(seconds)

    def good(self, kind):
        return len(self.took[kind]) / self.seconds

    def others(self, kind):
        found = {status: count for (one, status), count in sorted(self.statuses.items())
                 if one == kind and status != 200}
        return ", ".join(f"{count / self.seconds:.0f}/s {status}" for status, count in found.items())

    def refused(self):
        after = sorted(self.refused_after)
        return after[len(after) // 2] if after else 0.0

    def slow(self, kind, share=0.99):
        took = sorted(self.took[kind])
        return took[int(len(took) * share)] if took else PATIENCE


class Crowding:
    """People who open a connection and send nothing, or the head of a request that never ends."""

    def __init__(self, port):
        self.port, self.lines = port, []

    def __enter__(self):
        for number in range(IDLE):
            line = connection(self.port)
            if number < SLOW:
                line.sendall(b"POST /functions/v1/create-booking HTTP/1.1\r\nhost: x\r\n"
                             b"content-length: 1000\r\n\r\n{")
            self.lines.append(line)
        return self

    def __exit__(self, *_):
        for line in self.lines:
            line.close()


def flood(scene, callers, kind):
    """Five times as many requests of a kind as can be answered."""
    house, options, problems = scene.house, scene.options, scene.problems
    readers = {"reader": 20}
    callers.run(3, {}, (kind, 16))
    peak = callers.run(10, readers, (kind, 16))
    before = house.memory()
    rate = peak.good(kind)
    with Crowding(house.port):
        callers.open(CONNECTIONS // 2)
        over = callers.run(options.seconds, {**readers, kind: 5 * rate})
        during = house.memory()
    after = callers.run(10, readers, (kind, 16))
    # A house with ten thousand bookings more is not as fast as before, so full speed is what it
    # has now, and the overload is compared with both.
    full = callers.run(10, readers, (kind, 16))
    goodput = 2 * over.good(kind) / (rate + full.good(kind))
    print(f"  {kind}: peak {rate:.0f}/s; five times as many: {over.good(kind):.0f}/s good, "
          f"{goodput:.0%} of full speed, {over.others(kind)}, {over.unasked} not asked, half of the good within "
          f"{over.slow(kind, 0.5):.2f} s, half of the refused within {over.refused():.2f} s; then {after.good(kind):.0f}/s, later {full.good(kind):.0f}/s; "
          f"memory {before:.0f}, {during:.0f} MB")
    print(f"  readers beside it: {peak.slow('reader') * 1000:.0f} ms at the 99th percentile, "
          f"{over.slow('reader') * 1000:.0f} ms, {after.slow('reader') * 1000:.0f} ms; "
          f"others than 200: {over.others('reader') or 'none'}")
    if during > before + 200:
        problems.append(f"memory grew to {during:.0f} MB")
    if over.good("reader") < 0.9 * readers["reader"] and kind != "search":
        problems.append("readers are not answered")
    if options.measure and goodput < 0.8:
        problems.append(f"goodput fell to {goodput:.0%}")
    if options.measure and after.good(kind) < 0.9 * full.good(kind):
        problems.append(f"full speed came late: {after.good(kind) / full.good(kind):.0%}")


def overload(options, problems):
    with Scene(options, problems, crowd={"providers": PROVIDERS, "customers": CUSTOMERS}) as scene:
        callers = Callers(scene.house)
        try:
            for kind in ["booking", "search"]:
                flood(scene, callers, kind)
        finally:
            callers.end()
        scene.end()
