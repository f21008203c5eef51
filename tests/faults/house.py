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


def token(sub, issuer, role="authenticated"):
    """An access token as the auth function would sign it."""
    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
    now = int(time.time())
    claims = {"sub": sub, "role": role, "aud": "authenticated", "iss": issuer,
              "iat": now - 5, "exp": now + 3_500, "is_anonymous": False}
    body = f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part(claims)}"
    digest = hmac.new(SECRET.encode(), body.encode(), hashlib.sha256).digest()
    return f"{body}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


class Postgres:
    """A cluster whose writes reach the disk, run by an unprivileged user."""

    def __init__(self, home, more=()):
        self.home = home
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

    def start(self, seconds=60):
        words = ["-c", f"port={self.port}", "-c", "unix_socket_directories=",
                 "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=120"]
        for word in self.more:
            words += ["-c", word]
        with open(f"{self.home}/log.txt", "ab") as log:
            process = subprocess.Popen([str(BIN / "postgres"), "-D", str(self.home), *words],
                                       stdout=log, stderr=log, cwd="/", **self.user)
        self.postmaster = process
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if process.poll() is not None:
                # What is left of the killed server goes on for a moment.
                time.sleep(0.1)
                return self.start(until - time.monotonic())
            try:
                self.sql("select 1", database="postgres")
                return
            except RuntimeError:
                time.sleep(0.05)
        raise RuntimeError(f"PostgreSQL did not start: see {self.home}/log.txt")

    def kill(self):
        """End every process of the server at once, as a power cut does."""
        children = subprocess.run(["pgrep", "-P", str(self.postmaster.pid)],
                                  stdout=subprocess.PIPE, text=True).stdout.split()
        for pid in [self.postmaster.pid, *map(int, children)]:
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
        done = subprocess.run(
            ["psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(self.port),
             "-U", user, "-d", database, "-c", text],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if done.returncode:
            raise RuntimeError(done.stderr.strip())
        return done.stdout.strip()


class House:
    """The marketplace, and what a test asks of it."""

    def __init__(self, binary, postgres_settings=(), proxied=False):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="convene-faults-"))
        self.home.chmod(0o755)
        self.binary = binary
        data = self.home / "postgres"
        data.mkdir()
        if os.geteuid() == 0:
            shutil.chown(data, "postgres")
        self.postgres = Postgres(data, postgres_settings)
        self.postgres.create()
        self.postgres.start()
        self.postgres.sql("create role owner login createrole", database="postgres")
        self.postgres.sql("create database convene owner owner", database="postgres")
        self.database_port = free_port() if proxied else self.postgres.port
        self.process = None
        self.stripe_port = None
        self.port = free_port()
        atexit.register(self.stop)

    def url(self, port=None, user="owner"):
        return f"postgres://{user}:faults@127.0.0.1:{port or self.postgres.port}/convene?sslmode=disable"

    def environment(self):
        return {**os.environ, "DATABASE_URL": self.url(self.database_port), "JWT_SECRET": SECRET,
                "RUST_LOG": "warn", "AUTH_PROXY_HOPS": "1"}

    def serve(self, seconds=120):
        """Start `convene serve`, which deploys, and wait until it answers."""
        log = self.home / "serve.log"
        with open(log, "ab") as out:
            self.process = subprocess.Popen(
                [self.binary, "serve", "--port", str(self.port), "--no-demo",
                 "--data", str(self.home / "data")],
                env=self.environment(), stdout=out, stderr=out)
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            text = log.read_text(errors="replace")
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
                self.process.wait(30)
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

    def __init__(self, house, person, timeout=20):
        self.house, self.person, self.timeout = house, person, timeout
        self.token = token(person, f"http://127.0.0.1:{house.port}/auth/v1")
        self.connection = None

    def ask(self, method, path, body=None, key=None):
        """Status and JSON; status 0 if the connection broke, -1 if nothing came in time."""
        headers = {"authorization": f"Bearer {self.token}", "content-type": "application/json"}
        if key:
            headers["idempotency-key"] = key
        try:
            if self.connection is None:
                netloc = urlsplit(f"http://127.0.0.1:{self.house.port}").netloc
                self.connection = http.client.HTTPConnection(netloc, timeout=self.timeout)
            self.connection.request(method, path, json.dumps(body) if body is not None else None,
                                    headers)
            answer = self.connection.getresponse()
            text = answer.read()
            try:
                return answer.status, json.loads(text) if text else None
            except ValueError:
                return answer.status, text.decode(errors="replace")
        except (OSError, http.client.HTTPException) as error:
            self.connection = None
            return (-1 if isinstance(error, TimeoutError) else 0), None
