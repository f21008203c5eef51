"""The people of bench/hot_provider.sh: PORT PEOPLE SLOTS PROVIDER FOLDER.

Each asks for a seat until it is sold or the slot is full. Who is told 503 comes back when
Retry-After says so. The reader asks every 20 ms, in a process of its own.
"""

import asyncio
import base64
import collections
import contextlib
import hashlib
import hmac
import json
import multiprocessing
import os
import pathlib
import re
import sys
import time

PORT, PEOPLE, SLOTS, PROVIDER = map(int, sys.argv[1:5])
FOLDER = pathlib.Path(sys.argv[5])


def token(claims):
    def part(value):
        return base64.urlsafe_b64encode(value).rstrip(b"=").decode()

    text = ".".join(part(json.dumps(p).encode()) for p in ({"alg": "HS256", "typ": "JWT"}, claims))
    return f"{text}.{part(hmac.digest(os.environ['SECRET'].encode(), text.encode(), hashlib.sha256))}"


async def ask(line, headers="", body=""):
    reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
    writer.write(f"{line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}"
                 f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
    answer = (await reader.read()).decode()
    writer.close()
    return int(answer.split(" ", 2)[1]), answer


def read(count, while_set, pipe):
    # What counts is how long the answer takes, and not how long this program waits for a processor.
    # Only root may say so.
    with contextlib.suppress(PermissionError):
        os.nice(-20)

    async def reads():
        took = []
        for _ in range(count):
            start = time.perf_counter()
            status, _ = await ask("GET /sessions?select=id,title&limit=20")
            took.append((time.perf_counter() - start) * 1000)
            assert status == 200, status
            await asyncio.sleep(0.02)
            if while_set and not while_set.is_set():
                break
        return sorted(took)

    pipe.send(asyncio.run(reads()))


def reader(count, while_set=None):
    mine, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=read, args=(count, while_set, theirs))
    process.start()
    return process, mine


def percentiles(took):
    at = lambda share: took[min(len(took) - 1, int(len(took) * share))]
    return f"median {at(0.5):.1f} ms, p99 {at(0.99):.1f} ms, most {took[-1]:.1f} ms of {len(took)} reads"


async def person(n, told, took):
    identity = f"00000002-0000-7000-8000-{n:012}"
    claims = {"sub": identity, "role": "authenticated", "aud": "authenticated", "exp": int(time.time()) + 600}
    body = json.dumps({"p_learner_user_id": identity,
                       "p_slot_id": f"00000004-0000-7000-8000-{(n % SLOTS) * PEOPLE + PROVIDER:012}"})
    bearer = f"Authorization: Bearer {token(claims)}\r\n"
    while True:
        start = time.perf_counter()
        status, answer = await ask("POST /rpc/create_booking_with_payment", bearer, body)
        took.append((time.perf_counter() - start) * 1000)
        told[status] += 1
        if status != 503:
            return
        later = re.search(r"\r\nretry-after: ([1-3])\r\n", answer.lower())
        assert later, answer
        await asyncio.sleep(int(later[1]))


async def crowd():
    told, took = collections.Counter(), []
    began = time.perf_counter()
    people = (n for n in range(PEOPLE) if n != PROVIDER)
    await asyncio.gather(*(person(n, told, took) for n in people))
    return told, sorted(took), time.perf_counter() - began


def main():
    process, answer = reader(200)
    quiet = answer.recv()
    process.join()
    storm = multiprocessing.Event()
    storm.set()
    process, answer = reader(100000, storm)
    os.nice(19)
    told, took, lasted = asyncio.run(crowd())
    # Before the reader's ends, whose time would be added.
    used = os.times()
    storm.clear()
    busy = answer.recv()
    process.join()
    for name, took_ms in (("quiet", quiet), ("busy", busy)):
        print(f"reader, {name}:", percentiles(took_ms))
        with open(FOLDER / name, "a") as file:
            file.writelines(f"{ms}\n" for ms in took_ms)
    print(f"people: {PEOPLE - 1} in {lasted:.1f} s, answers {dict(told)}, the longest {took[-1]:.0f} ms")
    print(f"CPU of the people's own program: {(used.user + used.system) * 1000:.0f} ms")


main()
