#!/usr/bin/env python3
"""Measure the package of every function: size, cold start, warm latency, memory.

    bench/packages.py [--profile release] [--built] [--warm 200] [function ...]

Builds each function by itself, as `sam build` does, so that nothing is linked which another one
needs. Then its binary runs under the AWS Runtime Interface Emulator (LAMBDA_RIE, or the one of an
installed aws-sam-cli) with the event of events/. API_DATABASE_URL and SERVICE_DATABASE_URL name a
deployed database, or a pooler before it: a second run with the other one gives the difference.
"""

import argparse
import http.client
import json
import os
import pathlib
import platform
import signal
import socket
import statistics
import subprocess
import time
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
FUNCTIONS = sorted(path.name for path in (ROOT / "functions").iterdir())
# What the stack would set; nothing is sent anywhere by the events measured here.
SETTINGS = {
    "CONVENE_ENV": "production",
    "RUST_LOG": "error",
    "JWT_SECRET": "0123456789abcdef0123456789abcdef",
    "SITE_URL": "https://convene.example",
    "API_EXTERNAL_URL": "https://api.convene.example",
    "STRIPE_SECRET_KEY": "sk_test_0123456789abcdef",
    "STRIPE_PUBLISHABLE_KEY": "pk_test_0123456789abcdef",
    "STRIPE_WEBHOOK_SECRET": "whsec_0123456789abcdef",
    "NOTIFICATION_QUEUE_URL": "https://sqs.eu-central-1.amazonaws.com/1/none",
    "SMTP_URL": "smtps://mail.invalid",
    "MAIL_FROM": "hello@convene.example",
    "AWS_REGION": "eu-central-1",
    "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "example",
    # The relay listens for as long as it may: it gets no time at all.
    "AWS_LAMBDA_FUNCTION_TIMEOUT": "5",
}


def emulator():
    if path := os.environ.get("LAMBDA_RIE"):
        return path
    import samcli

    machine = "arm64" if platform.machine() == "aarch64" else "x86_64"
    return f"{os.path.dirname(samcli.__file__)}/local/rapid/aws-lambda-rie-{machine}"


def build(name, profile, built):
    if not built:
        subprocess.run(["cargo", "build", "--quiet", "--profile", profile, "--package", name,
                        "--bin", name], cwd=ROOT, check=True)
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    return target / ("debug" if profile == "dev" else profile) / name


def zipped(binary):
    package = binary.with_suffix(".zip")
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.write(binary, "bootstrap")
    size = package.stat().st_size
    package.unlink()
    return size


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def invoke(port, body):
    started = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("POST", "/2015-03-31/functions/function/invocations", body)
    answer = json.load(connection.getresponse())
    elapsed_ms = (time.perf_counter() - started) * 1000
    if isinstance(answer, dict) and "errorType" in answer:
        raise SystemExit(f"the function fails: {answer}")
    return elapsed_ms


def peak_kib(binary):
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if (process / "exe").resolve() == binary.resolve():
                status = (process / "status").read_text()
                return int(status.split("VmHWM:")[1].split()[0])
        except (OSError, IndexError):
            continue
    return 0


def run(name, binary, warm):
    runtime, port = free_port(), free_port()
    emulated = subprocess.Popen(
        [emulator(), "--log-level", "error", "--runtime-api-address", f"127.0.0.1:{runtime}",
         "--runtime-interface-emulator-address", f"127.0.0.1:{port}", str(binary)],
        env={**SETTINGS, **{key: os.environ[key] for key in
                            ("API_DATABASE_URL", "SERVICE_DATABASE_URL")}},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        while socket.socket().connect_ex(("127.0.0.1", port)):
            time.sleep(0.005)
        body = (ROOT / "events" / f"{name}.json").read_bytes()
        # The emulator starts the process with the first event.
        first = invoke(port, body)
        return first, statistics.median(invoke(port, body) for _ in range(warm)), peak_kib(binary)
    finally:
        os.killpg(emulated.pid, signal.SIGKILL)
        emulated.wait()


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--profile", default="release")
    arguments.add_argument("--built", action="store_true", help="take the binaries that are there")
    arguments.add_argument("--warm", type=int, default=200)
    arguments.add_argument("function", nargs="*", default=FUNCTIONS)
    given = arguments.parse_args()
    print(f"{'function':<15}{'MB':>7}{'zip MB':>8}{'first ms':>10}{'warm ms':>9}{'peak MB':>9}")
    for name in given.function:
        binary = build(name, given.profile, given.built)
        first, warm, peak = run(name, binary, given.warm)
        print(f"{name:<15}{binary.stat().st_size / 1e6:>7.2f}{zipped(binary) / 1e6:>8.2f}"
              f"{first:>10.1f}{warm:>9.2f}{peak / 1024:>9.1f}", flush=True)


if __name__ == "__main__":
    main()
