"""The network is cut, slowed, stalled, and reset amid answers."""

import http.client
import json
import shutil
import subprocess
import time

from crowd import ADDRESSES
from house import free_port
from mail_server import MailServer
from proxy import Proxy
from scene import Scene

FAULT = '{"on": "*", "kind": "%s", "after": true, "times": 20}'


def break_network(scene):
    """To PostgreSQL and to Stripe, once in every way."""
    for mode in ["cut", "slow", "stall", "reset"]:
        scene.proxy.set(mode)
        time.sleep(2)
        scene.proxy.set("pass")
        print(f"  {mode}: answers again after {scene.answers_again(mode):.1f} s")
    for kind in ["drop", "server_error", "rate_limited"]:
        scene.house.stripe("POST", "/_double/faults", FAULT % kind)
        time.sleep(1)
    scene.house.stripe("DELETE", "/_double/faults")


def cut(options, problems):
    with Scene(options, problems, proxied=True) as scene:
        scene.crowd.start()
        for _ in range(options.times):
            break_network(scene)
        # The deadline of a statement, the wait for a connection, and a margin.
        scene.measure("a request", scene.crowd.slowest, 20)
        scene.end()


class Queue:
    """moto_server, which plays SQS, with one queue."""

    def __init__(self):
        self.port = free_port()
        self.process = subprocess.Popen(
            ["moto_server", "-H", "127.0.0.1", "-p", str(self.port)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + 60
        while True:
            try:
                # What was received and not deleted comes again after so many seconds.
                self.url = self.call("CreateQueue", QueueName="mail", Attributes={
                    "VisibilityTimeout": "20"})["QueueUrl"]
                return
            except OSError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)

    def call(self, action, **body):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("POST", "/", json.dumps(body), {
            "X-Amz-Target": f"AmazonSQS.{action}", "Content-Type": "application/x-amz-json-1.0",
            "Authorization":
                "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/sqs/aws4_request"})
        return json.loads(connection.getresponse().read())

    def close(self):
        self.process.terminate()
        self.process.wait()


def mail(options, problems):
    server = MailServer()
    line = Proxy(free_port(), server.port, least=0)
    environment = {"SMTP_URL": f"smtp://127.0.0.1:{line.port}", "MAIL_FROM": "house@mail.example",
                   "SITE_URL": "http://127.0.0.1", "API_EXTERNAL_URL": "http://127.0.0.1",
                   "JWT_ISSUER": "*"}
    queue = wire = None
    if shutil.which("moto_server"):
        queue = Queue()
        wire = Proxy(free_port(), queue.port)
        environment |= {"NOTIFICATION_QUEUE_URL": queue.url, "AWS_REGION": "us-east-1",
                        "AWS_ENDPOINT_URL_SQS": f"http://127.0.0.1:{wire.port}",
                        "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    else:
        print("  moto_server is not here: the queue is the local one, and is not broken")
    try:
        with Scene(options, problems, environment=environment) as scene:
            scene.house.sql(ADDRESSES)
            scene.crowd.start()
            for _ in range(options.times):
                for proxy in filter(None, [line, wire]):
                    for mode in ["cut", "slow", "stall", "reset"]:
                        proxy.set(mode)
                        time.sleep(2)
                        proxy.set("pass")
            broken = line.broken
            scene.measure("a request", scene.crowd.slowest, 20)
            scene.end()
            sent = scene.house.sql(
                "select outbox_id from core.delivery where state = 'sent'").split()
            problems += [f"mail {one} was sent, and did not arrive" for one in sent
                         if one not in server.taken]
            known = set(scene.house.sql("select outbox_id from core.outbox").split())
            problems += [f"mail {one} has no message" for one in server.taken if one not in known]
            # Who has lost the server's answer cannot know, and sends the same mail again: its
            # Message-ID lets mail stores tell. Nothing else may make two of one.
            copies = sum(count - 1 for count in server.taken.values())
            if copies > broken:
                problems.append(f"{copies} mails came twice, and {broken} lines were broken")
            print(f"  {len(server.taken)} mails, {copies} of them again; {broken} lines broken")
    finally:
        for one in filter(None, [line, wire, queue, server]):
            one.close()
