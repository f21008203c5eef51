#!/usr/bin/env python3
"""How long the stand-in for Stripe takes for one request, by how much it knows already.

  cargo build -p stripe_double --example stripe_api && bench/stripe_double.py
  bench/stripe_double.py --intents 2000 20000 --serve target/debug/examples/stripe_api [another ...]

Opens that many payment intents and pays every tenth, then asks each question 101 times: medians
in milliseconds, and CPU of the stand-in, which other work on the machine does not change. Two
binaries are measured in turn, and the ratio of the first to each is printed.
Python and loopback are in the medians: an unknown path shows how much they are.
"""

import argparse
import http.client
import json
import os
import statistics
import subprocess
import tempfile
import time
import urllib.parse

ASKED = 101


class Double:
    def __init__(self, binary):
        self.folder = tempfile.TemporaryDirectory()
        self.process = subprocess.Popen(
            [binary, f"{self.folder.name}/stripe"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.connection = http.client.HTTPConnection(self.process.stdout.readline().strip().removeprefix("http://"))
        self.keys = 0

    def ask(self, method, path, **form):
        self.keys += 1
        headers = {
            "authorization": "Bearer sk_test_bench_0001",
            "content-type": "application/x-www-form-urlencoded",
            "idempotency-key": f"k{self.keys}",
        }
        self.connection.request(method, path, urllib.parse.urlencode(form), headers)
        return json.loads(self.connection.getresponse().read())

    def open(self):
        return self.ask("POST", "/v1/payment_intents", amount=30000, currency="dkk")

    def pay(self, intent):
        path = f"/v1/payment_intents/{intent['id']}/confirm"
        return self.ask("POST", path, payment_method="pm_card_bypassPending", return_url="http://127.0.0.1/")

    def fill(self, number):
        for at in range(number):
            intent = self.open()
            if at % 10 == 0:
                self.pay(intent)

    def measure(self):
        paid = [self.pay(self.open())["id"] for _ in range(ASKED)]
        opened = [self.open() for _ in range(ASKED)]
        questions = {
            "unknown path": lambda at: self.ask("GET", "/v1/nothing"),
            "read an intent": lambda at: self.ask("GET", f"/v1/payment_intents/{paid[at]}"),
            "open an intent": lambda at: self.open(),
            "pay an intent": lambda at: self.pay(opened[at]),
            "refund": lambda at: self.ask("POST", "/v1/refunds", payment_intent=paid[at], amount=100),
            "refunds of an intent": lambda at: self.ask("GET", f"/v1/refunds?payment_intent={paid[at]}"),
            "newest ten intents": lambda at: self.ask("GET", "/v1/payment_intents"),
            "movements of an hour": lambda at: self.ask("GET", "/v1/balance_transactions?created[gte]=1&limit=100"),
        }
        medians, cpu = {}, {}
        for name, question in questions.items():
            times, before = [], self.cpu()
            for at in range(ASKED):
                start = time.perf_counter()
                question(at)
                times.append((time.perf_counter() - start) * 1000)
            medians[name] = statistics.median(times)
            cpu[name] = (self.cpu() - before) / ASKED
        return medians, cpu

    def cpu(self):
        with open(f"/proc/{self.process.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")

    def memory(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            line = next(line for line in status if line.startswith("VmRSS"))
        return int(line.split()[1]) // 1024

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--intents", type=int, nargs="+", default=[2000, 20000])
    parser.add_argument("--serve", nargs="+", default=["target/debug/examples/stripe_api"])
    options = parser.parse_args()
    for intents in options.intents:
        results = []
        for binary in options.serve:
            double = Double(binary)
            double.fill(intents)
            results.append(double.measure())
            print(f"{intents} intents, {binary}: {double.memory()} MB")
            double.close()
        for name, first in results[0][0].items():
            others = [f"{result[name]:8.2f} ({first / result[name]:.3f})" for result, _ in results[1:]]
            print(f"{name:>24} {first:8.2f} ms {results[0][1][name]:8.2f} ms CPU", *others)


if __name__ == "__main__":
    main()
