"""Ask for the lists of bench/history.sh, and print what each costs the backend. See there."""

import base64
import hashlib
import hmac
import json
import os
import sys
import time
import urllib.parse
import urllib.request

base, secret, backend, times = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
EXPERT = "00000001-0000-7000-8000-000000000000"
SESSION = "00000003-0000-7000-8000-000000000000"
SOMEBODY = "00000002-0000-7000-8000-000000000017"

# What is asked for, as whom, and the limit in milliseconds: three times what the same rows cost
# when they are asked for by hand over the same tables. The first is what a request costs that reads
# nothing: its settings and its role are no part of that, and are taken off before the ratio.
READS = [
    ("a session that is not there", None, "sessions?select=id&id=eq.00000003-0000-7000-8000-999999999999",
     0.0),
    ("free slots, README", None, "bookable_slots?is_available=eq.true&order=start_time&limit=20", 0.9),
    ("free slots of a busy expert", None,
     f"bookable_slots?session_id=eq.{SESSION}&is_available=eq.true&order=start_time", 0.9),
    ("bookings, newest 20 of 5,000", EXPERT, "bookings?order=start_at.desc&limit=20", 2.7),
    ("booking_details, the same", EXPERT, "booking_details?order=start_at.desc&limit=20", 19.2),
    ("my_statement, 50 of 5,000", EXPERT, "rpc/my_statement?p_limit=50", 0.27),
    ("sessions with their expert", None,
     "sessions?select=*,expert_profiles(*)&order=created_at.desc&limit=20", 1.2),
    ("experts by rating with sessions", None,
     "expert_profiles?select=*,sessions(*)&order=rating.desc&limit=20", 1.2),
    ("experts by rating", None, "expert_profiles?order=rating.desc&limit=20", 1.2),
    ("experts by rate", None, "expert_profiles?order=hourly_rate_cents&limit=20", 1.2),
    ("sessions by price", None, "sessions?price_cents=lt.25000&order=price_cents&limit=20", 0.15),
    ("sessions by tag", None, "sessions?topic_tags=cs.{tag7}&limit=20", 0.15),
    ("sessions by title", None, "sessions?title=ilike.*session 123*&limit=20", 9.0),
    ("sessions by tag, searched", None, "rpc/search_offerings?p_tags={tag7}", 0.15),
    ("sessions by title, searched", None, "rpc/search_offerings?p_text=session 123", 9.0),
    ("people by role", None, "user_profiles?role=eq.expert&limit=20", 0.06),
    ("a customer's name", EXPERT, f"user_profiles?id=eq.{SOMEBODY}", 0.06),
]


def encoded(part):
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def token(person):
    claims = {"sub": person, "role": "authenticated", "aud": "authenticated",
              "exp": int(time.time()) + 7200}
    parts = [encoded(json.dumps(p).encode()) for p in ({"alg": "HS256", "typ": "JWT"}, claims)]
    text = ".".join(parts)
    return text + "." + encoded(hmac.digest(secret.encode(), text.encode(), hashlib.sha256))


def ask(person, path):
    headers = {"authorization": "Bearer " + token(person)} if person else {}
    schema = {"accept-profile": "api"} if path.startswith("rpc/") else {}
    place, _, query = path.partition("?")
    query = urllib.parse.quote(query, safe="=&,().*{}")
    request = urllib.request.Request(f"{base}/{place}?{query}", headers=headers | schema)
    with urllib.request.urlopen(request, timeout=120) as answer:
        return json.loads(answer.read())


def ticks():
    with open(f"/proc/{backend}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


print(f"{'read':34} {'rows':>5} {'CPU ms':>8} {'limit':>7}  ratio")
nothing = None
for name, person, path, limit in READS:
    # More than five, so that a plan for any value is in use where Postgres prefers one.
    for _ in range(8):
        rows = len(ask(person, path))
    before = ticks()
    for _ in range(times):
        ask(person, path)
    spent = (ticks() - before) * 1000 / times
    if nothing is None:
        nothing = spent
        print(f"{name:34} {rows:5} {spent:8.2f}")
        continue
    print(f"{name:34} {rows:5} {spent:8.2f} {limit:7.2f}  {max(0, spent - nothing) / limit:5.2f}")
