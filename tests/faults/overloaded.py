"""More requests than can be answered."""

import selectors
import socket
import time

from crowd import person
from house import token
from scene import Scene


class Caller:
    """One connection that asks again as soon as it is answered."""

    def __init__(self, port, request, choose):
        self.request, self.choose = request, choose
        self.heard = b""
        self.again = 0.0
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.socket.setblocking(False)
        choose.register(self.socket, selectors.EVENT_READ, self)
        self.ask()

    def ask(self):
        self.again = 0.0
        self.socket.send(self.request)

    def hear(self):
        """The status of an answer that is complete."""
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError("convene has closed a connection")
        self.heard += data
        head, found, body = self.heard.partition(b"\r\n\r\n")
        if not found:
            return None
        length = next(int(line.split(b":")[1]) for line in head.lower().split(b"\r\n")
                      if line.startswith(b"content-length:"))
        if len(body) < length:
            return None
        self.heard = b""
        return int(head[9:12])


def rate(house, clients, seconds):
    """Good answers a second that so many clients get, and how many were refused.

    One thread asks for all of them: threads would compete with `convene` for the machine, more of
    them the more.
    """
    choose = selectors.DefaultSelector()
    callers = []
    for number in range(clients):
        bearer = token(person(2, 1 + number % 24), f"http://127.0.0.1:{house.port}/auth/v1")
        callers.append(Caller(house.port, (
            "GET /rest/v1/bookings?select=id,status&limit=5 HTTP/1.1\r\nhost: x\r\n"
            f"authorization: Bearer {bearer}\r\n\r\n").encode(), choose))
    good = refused = 0
    until = time.monotonic() + seconds
    while (now := time.monotonic()) < until:
        for key, _ in choose.select(0.005):
            status = key.data.hear()
            if status == 200:
                good += 1
                key.data.ask()
            elif status:
                # Whoever is refused waits a little, as Retry-After asks of them.
                refused += 1
                key.data.again = now + 0.01
        for one in callers:
            if one.again and one.again < now:
                one.ask()
    for one in callers:
        one.socket.close()
    return good / seconds, refused / seconds


def overload(options, problems):
    idle = []
    with Scene(options, problems) as scene:
        house = scene.house
        rate(house, 16, 2)
        peak, _ = rate(house, 16, 5)
        before = house.memory()
        try:
            for _ in range(1_000):
                idle.append(socket.create_connection(("127.0.0.1", house.port), timeout=5))
            for slow in idle[:100]:
                # The head of a request that never ends.
                slow.sendall(b"POST /functions/v1/create-booking HTTP/1.1\r\nhost: x\r\n"
                             b"content-length: 1000\r\n\r\n{")
            good, refused = rate(house, 80, options.seconds)
            during = house.memory()
        finally:
            for one in idle:
                one.close()
        after, _ = rate(house, 16, 5)
        print(f"  peak {peak:.0f}/s; at five times {good:.0f}/s good, {refused:.0f}/s refused; "
              f"then {after:.0f}/s; memory {before:.0f}, {during:.0f} MB")
        if during > before + 200:
            problems.append(f"memory grew to {during:.0f} MB")
        if options.measure and good < 0.8 * peak:
            problems.append(f"goodput fell to {good / peak:.0%}")
        if options.measure and after < 0.8 * peak:
            problems.append(f"full speed did not come back: {after / peak:.0%}")
        scene.end()
