"""A marketplace in processes of its own: PostgreSQL with durable writes, and `convene serve`."""

import atexit
import base64
import glob
import hashlib
import hmac
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from urllib.parse import quote, urlsplit

SECRET = "faults-" + "0123456789abcdef" * 4
BIN = pathlib.Path(sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: int(
    path.split("/")[4]))[-1])


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def state_and_parent(pid):
    # The name before them, in brackets, may have blanks in it.
    words = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return words[0], int(words[1])


def children_of(parent):
    """The processes that a process has started."""
    found = []
    for folder in glob.glob("/proc/[0-9]*"):
        pid = int(folder.split("/")[2])
        try:
            if state_and_parent(pid)[1] == parent:
                found.append(pid)
        except OSError:
            pass  # It has ended meanwhile.
    return found


def token(sub, issuer, role="authenticated", ahead=0):
    """An access token as the auth function would sign it, whose clock is so far ahead."""
    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
    now = int(time.time()) + ahead
    claims = {"sub": sub, "role": role, "aud": "authenticated", "iss": issuer,
              "iat": now - 5, "exp": now + 3_500, "is_anonymous": False}
    body = f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part(claims)}"
    digest = hmac.new(SECRET.encode(), body.encode(), hashlib.sha256).digest()
    return f"{body}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


class Postgres:
    """A cluster whose writes reach the disk, run by an unprivileged user."""

    def __init__(self, home, more=(), environment=None):
        self.home = home
        self.environment = {**os.environ, **(environment or {})}
        self.port = free_port()
        # PostgreSQL refuses to run as root.
        self.user = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
        self.more = more
        self.postmaster = None

    def run(self, *command):
        return subprocess.run([*map(str, command)], check=True, stdout=subprocess.PIPE, cwd="/",
                              stderr=subprocess.STDOUT, text=True, **self.user).stdout

    def create(self):
        self.run(BIN / "initdb", "-D", self.home, "-U", "postgres", "-A", "trust", "-E", "UTF8")

    def start(self, seconds=300):
        words = ["-c", f"port={self.port}", "-c", "unix_socket_directories=",
                 "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=120"]
        for word in self.more:
            words += ["-c", word]
        until = time.monotonic() + seconds
        process = None
        while time.monotonic() < until:
            # What is left of a killed server goes on for a moment, and keeps the next one out.
            if process is None or process.poll() is not None:
                with open(f"{self.home}/log.txt", "ab") as log:
                    process = subprocess.Popen(
                        [str(BIN / "postgres"), "-D", str(self.home), *words], stdout=log,
                        stderr=log, cwd="/", env=self.environment, **self.user)
                self.postmaster = process
            try:
                self.sql("select 1", database="postgres")
                return
            except RuntimeError:
                time.sleep(0.1)
        said = pathlib.Path(f"{self.home}/log.txt").read_text(errors="replace")[-1000:]
        raise RuntimeError(f"PostgreSQL did not start:\n{said}")

    def kill(self):
        """End every process of the server at once, as a power cut does."""
        # It makes no more of them while they are counted. One that is left over would wait for a
        # lock of a dead one for ever, and keep the next server out.
        os.kill(self.postmaster.pid, signal.SIGSTOP)
        while state_and_parent(self.postmaster.pid)[0] not in "TZ":
            time.sleep(0.001)
        children = children_of(self.postmaster.pid)
        for pid in [*children, self.postmaster.pid]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.postmaster.wait()
        while any(os.path.exists(f"/proc/{pid}") for pid in children):
            time.sleep(0.01)

    def stop(self):
        if self.postmaster and self.postmaster.poll() is None:
            self.kill()

    def sql(self, text, database="convene", user="postgres"):
        """What psql prints, as a superuser."""
        # Not the psql of the path: Debian's is a script that looks for a cluster first.
        done = subprocess.run(
            [str(BIN / "psql"), "-qAtX", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(self.port),
             "-U", user, "-d", database, "-c", text],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if done.returncode:
            raise RuntimeError(done.stderr.strip())
        return done.stdout.strip()


class House:
    """The marketplace, and what a test asks of it."""

    def __init__(self, binary, postgres_settings=(), proxied=False, environment=None, disk=None,
                 clock=None):
        """`disk` makes the folder of the data something else; `clock` is the path of libfaketime."""
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="convene-faults-"))
        self.home.chmod(0o755)
        self.binary = binary
        self.more = dict(environment or {})
        self.ahead = 0
        self.deadline = 20
        data = self.home / "postgres"
        data.mkdir()
        if disk:
            disk(data)
        if os.geteuid() == 0:
            shutil.chown(data, "postgres")
        data.chmod(0o700)
        faked = {}
        if clock:
            self.set_clock(0)
            faked = {"LD_PRELOAD": clock, "FAKETIME_TIMESTAMP_FILE": str(self.home / "clock"),
                     "FAKETIME_CACHE_DURATION": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
            self.more |= faked
        self.postgres = Postgres(data, postgres_settings, faked)
        self.postgres.create()
        self.postgres.start()
        self.postgres.sql("create role owner login createrole", database="postgres")
        self.postgres.sql("create database convene owner owner", database="postgres")
        self.database_port = free_port() if proxied else self.postgres.port
        self.process = None
        self.stripe_port = None
        self.port = free_port()
        atexit.register(self.stop)

    def set_clock(self, seconds):
        """Let the clock of this house be so far ahead of that of the machine."""
        new = self.home / "clock.new"
        new.write_text(f"{seconds:+d}\n")
        new.replace(self.home / "clock")
        self.ahead = seconds

    def url(self, port=None, user="owner"):
        return f"postgres://{user}:faults@127.0.0.1:{port or self.postgres.port}/convene?sslmode=disable"

    def environment(self):
        return {**os.environ, "DATABASE_URL": self.url(self.database_port), "JWT_SECRET": SECRET,
                "RUST_LOG": "warn", "AUTH_PROXY_HOPS": "1", **self.more}

    def serve(self, seconds=600):
        """Start `convene serve`, which deploys, and wait until it answers."""
        log = self.home / "serve.log"
        said_before = log.stat().st_size if log.exists() else 0
        with open(log, "ab") as out:
            self.process = subprocess.Popen(
                [self.binary, "serve", "--port", str(self.port), "--no-demo", "--no-pages",
                 "--data", str(self.home / "data")],
                env=self.environment(), stdout=out, stderr=out)
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            text = log.read_bytes()[said_before:].decode(errors="replace")
            stripe = re.findall(r"Stripe\s+http://127\.0\.0\.1:(\d+)", text)
            if stripe and "Ctrl-C ends it" in text:
                self.stripe_port = int(stripe[-1])
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise RuntimeError(f"convene did not start:\n{log.read_text()[-3000:]}")

    def convene(self, *words):
        """Run one command of the binary; its output."""
        done = subprocess.run([self.binary, *words], env=self.environment(),
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode:
            raise RuntimeError(done.stdout[-3000:])
        return done.stdout

    def end_serve(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process = None

    def stop(self, keep=False):
        self.end_serve()
        self.postgres.stop()
        atexit.unregister(self.stop)
        if not keep:
            shutil.rmtree(self.home, ignore_errors=True)

    def sql(self, text):
        return self.postgres.sql(text)

    def memory(self):
        """Resident megabytes of `convene`."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024

    def stripe(self, method, path, body=None, form=False):
        """Ask the stand-in for Stripe."""
        connection = http.client.HTTPConnection("127.0.0.1", self.stripe_port, timeout=30)
        kind = "application/x-www-form-urlencoded" if form else "application/json"
        connection.request(method, path, body, {"content-type": kind})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()

    def pay(self, secret):
        """Pay as a browser does; whether the card was charged."""
        intent = secret.split("_secret_")[0]
        body = f"client_secret={quote(secret)}&number=4242424242424242"
        try:
            status, text = self.stripe("POST", f"/_double/pay/{intent}", body, form=True)
        except (OSError, http.client.HTTPException):
            return False
        return status == 200 and ("succeeded" in text or "requires_capture" in text)


class Client:
    """A person with one connection, which is opened again when it breaks."""

    def __init__(self, house, person):
        self.house, self.person = house, person
        self.token, self.ahead = None, None
        self.connection = None

    def ask(self, method, path, body=None, key=None):
        """Status and JSON; status 0 if the connection broke, -1 if nothing came in time."""
        if self.token is None or self.ahead != self.house.ahead:
            # Whoever has an old token gets another one.
            self.ahead = self.house.ahead
            self.token = token(self.person, f"http://127.0.0.1:{self.house.port}/auth/v1",
                               ahead=self.ahead)
        headers = {"authorization": f"Bearer {self.token}", "content-type": "application/json"}
        if key:
            headers["idempotency-key"] = key
        data = json.dumps(body) if body is not None else None
        try:
            answer = self.answer(method, path, data, headers)
            text = answer.read()
            try:
                return answer.status, json.loads(text) if text else None
            except ValueError:
                return answer.status, text.decode(errors="replace")
        except (OSError, http.client.HTTPException) as error:
            self.connection = None
            return (-1 if isinstance(error, TimeoutError) else 0), None

    def answer(self, method, path, data, headers):
        was_open = self.connection is not None
        if not was_open:
            netloc = urlsplit(f"http://127.0.0.1:{self.house.port}").netloc
            self.connection = http.client.HTTPConnection(netloc, timeout=self.house.deadline)
        try:
            self.connection.request(method, path, data, headers)
            return self.connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            # A server may close a connection that is idle. A browser then opens another one.
            if not was_open:
                raise
            self.connection = None
            return self.answer(method, path, data, headers)
