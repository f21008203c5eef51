"""A proxy that can cut, slow down, stall and reset what passes through it."""

import socket
import struct
import threading
import time


class Proxy:
    """Passes bytes from `port` to `target`, unless it is told to do worse.

    Answers of at most `least` bytes are not reset: those of PostgreSQL which say that it is ready.
    """

    def __init__(self, port, target, least=40):
        self.port, self.target, self.least, self.mode = port, target, least, "pass"
        # How many connections ended because of this.
        self.broken = 0
        self.pairs, self.lock = set(), threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", port), backlog=256)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            if self.mode == "cut":
                reset(client)
                continue
            try:
                server = socket.create_connection(("127.0.0.1", self.target), timeout=5)
            except OSError:
                reset(client)
                continue
            server.settimeout(None)
            pair = (client, server)
            with self.lock:
                self.pairs.add(pair)
            threading.Thread(target=self.carry, args=(client, server, pair, False),
                             daemon=True).start()
            threading.Thread(target=self.carry, args=(server, client, pair, True),
                             daemon=True).start()

    def carry(self, source, sink, pair, is_answer):
        try:
            while data := source.recv(65536):
                while self.mode == "stall":
                    time.sleep(0.02)
                if self.mode == "slow":
                    time.sleep(0.1)
                if self.mode == "reset" and is_answer and len(data) > self.least:
                    # Half of an answer, and then nothing any more.
                    self.broken += 1
                    sink.sendall(data[: len(data) // 2])
                    break
                sink.sendall(data)
        except OSError:
            pass
        self.end(pair)

    def end(self, pair):
        with self.lock:
            self.pairs.discard(pair)
        for one in pair:
            reset(one)

    def set(self, mode):
        """pass, cut, slow, stall or reset. To cut ends what is open."""
        self.mode = mode
        if mode == "cut":
            with self.lock:
                pairs = list(self.pairs)
            self.broken += len(pairs)
            for pair in pairs:
                self.end(pair)

    def close(self):
        self.set("cut")
        self.listener.close()


def reset(connection):
    """Close without a farewell: the other side gets a reset."""
    try:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
    except OSError:
        pass
