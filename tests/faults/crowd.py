"""A crowd that books, pays, cancels and is paid out, and remembers what it was told."""

import random
import threading
import time
import uuid

from house import Client

PEOPLE = """
    insert into core.person (person_id, display_name, is_listed, timezone)
    select ('0000000{kind}-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, '{name} ' || n,
           {kind} = 1, 'Europe/Copenhagen'
    from generate_series(1, {count}) as n;
    insert into core.customer (customer_id)
    select person_id from core.person where person_id::text like '0000000{kind}-%';"""

OFFERS = """
    insert into core.provider (provider_id)
    select person_id from core.person where person_id::text like '00000001-%';
    insert into core.offering (provider_id, title, duration_min, capacity, price_minor, published_at)
    select p.provider_id, 'Lesson', 60, 3, price, now()
    from core.provider as p, (values (0), (20000)) as o(price);
    insert into core.availability_rule (provider_id, weekday, start_local, end_local, timezone)
    select p.provider_id, day, '06:00', '22:00', 'Europe/Copenhagen'
    from core.provider as p, generate_series(0, 6) as day;
    update core.marketplace
    set max_holds = 1000, max_free = 1000, max_free_provider = 1000,
        max_free_a_day = 1000, max_cancels_a_day = 100000, clearing_days = 0,
        settlement_currencies = '{DKK}', support_email = 'staff@convene.example';
    analyze;"""

# Whoever has an address gets mail.
ADDRESSES = """
    insert into core.person_private (person_id, contact_email)
    select p.person_id, p.person_id || '@mail.example' from core.person as p
    on conflict (person_id) do update set contact_email = excluded.contact_email;"""

# Some lessons of a provider were given some days ago, so their money can be paid out.
GIVEN = """
    update core.booking as b
    set status = 'completed', completed_at = now(),
        starts_at = now() - interval '9 days', ends_at = now() - interval '8 days'
    where b.booking_id in (
      select b.booking_id
      from core.booking as b
      join core.payment as p using (booking_id)
      where b.provider_id = '{provider}' and b.status = 'confirmed' and p.captured_minor > 0
      order by b.booking_id
      limit 2
      for no key update of b skip locked);
    set role service_role;
    select api.release_due_earnings();"""


def person(kind, number):
    return f"0000000{kind}-0000-4000-8000-{number:012d}"


class Crowd:
    """Clients in threads. What they were told is kept, to be compared with what is there."""

    def __init__(self, house, providers=6, customers=24, pause=0.5):
        """Each customer pauses for so many seconds before each booking. Without a pause they take
        the whole machine, which then is slow because of them and not of what breaks."""
        self.house, self.providers, self.customers = house, providers, customers
        self.pause = pause
        self.lock = threading.Lock()
        self.running = False
        self.told = {"booked": {}, "paid": set(), "cancelled": set(), "payouts": set()}
        # What was asked for may have happened, even if the answer was lost.
        self.asked_to_cancel = set()
        self.answers = {}
        self.slowest = 0.0
        self.threads = []
        self.slots = []

    def settle_in(self):
        """Make the people, what they offer, and accounts for the providers at Stripe."""
        for kind, name, count in [(1, "Provider", self.providers), (2, "Customer", self.customers)]:
            self.house.sql(PEOPLE.format(kind=kind, name=name, count=count))
        self.house.sql(OFFERS)
        for number in range(1, self.providers + 1):
            client = Client(self.house, person(1, number))
            status, account = client.ask("POST", "/functions/v1/payout-account", {})
            assert status == 200, (status, account)
            self.house.stripe("POST", f"/_double/accounts/{account['account_id']}/onboard", "{}")
        self.slots = self.house.sql(
            "select slot_id from core.slot where state = 'open' and starts_at > now() "
            "+ interval '1 day' order by random() limit 4000").split()

    def note(self, kind, status, seconds):
        with self.lock:
            counts = self.answers.setdefault(kind, {})
            counts[status] = counts.get(status, 0) + 1
            self.slowest = max(self.slowest, seconds)

    def ask(self, client, kind, method, path, body=None, key=None):
        began = time.monotonic()
        status, answer = client.ask(method, path, body, key)
        self.note(kind, status, time.monotonic() - began)
        return status, answer

    def until_answered(self, client, kind, path, body, key=None):
        """Repeat a request until it is answered for good, as a front end does."""
        pause = 0.1
        while self.running:
            status, answer = self.ask(client, kind, "POST", path, body, key)
            if status > 0 and status < 500 and status != 429:
                return status, answer
            time.sleep(pause * random.uniform(0.5, 1.5))
            pause = min(1.0, 2 * pause)
        return None, None

    def customer(self, number):
        client, dice = Client(self.house, person(2, number)), random.Random(number)
        while self.running:
            time.sleep(self.pause * dice.uniform(0.5, 1.5))
            slot, key = dice.choice(self.slots), str(uuid.uuid4())
            status, booking = self.until_answered(
                client, "book", "/functions/v1/create-booking", {"slot_id": slot}, key)
            if status != 200:
                continue
            booking_id, secret = booking["booking_id"], booking.get("client_secret")
            with self.lock:
                self.told["booked"][booking_id] = key
            if secret and dice.random() < 0.8 and self.house.pay(secret):
                with self.lock:
                    self.told["paid"].add(booking_id)
            if dice.random() < 0.4:
                with self.lock:
                    self.asked_to_cancel.add(booking_id)
                status, _ = self.until_answered(
                    client, "cancel", "/functions/v1/cancel-booking", {"booking_id": booking_id})
                if status == 200:
                    with self.lock:
                        self.told["cancelled"].add(booking_id)
            self.ask(client, "read", "GET", "/rest/v1/bookings?select=id,status&limit=5")

    def provider(self, number):
        client = Client(self.house, person(1, number))
        while self.running:
            try:
                self.house.sql(GIVEN.format(provider=person(1, number)))
            except RuntimeError:
                pass  # The server is down.
            status, payout = self.ask(client, "payout", "POST", "/rest/v1/rpc/request_payout",
                                      {"p_amount_minor": 1000, "p_currency": "DKK",
                                       "p_idempotency_key": str(uuid.uuid4())})
            if status == 200:
                found = payout[0] if isinstance(payout, list) else payout
                with self.lock:
                    self.told["payouts"].add(
                        found["payout_id"] if isinstance(found, dict) else found)
            time.sleep(0.2)

    def start(self):
        self.running = True
        todo = [(self.customer, n) for n in range(1, self.customers + 1)]
        todo += [(self.provider, n) for n in range(1, self.providers + 1)]
        self.threads = [threading.Thread(target=work, args=(n,)) for work, n in todo]
        for thread in self.threads:
            thread.start()

    def stop(self):
        self.running = False
        for thread in self.threads:
            thread.join()

    def missing(self):
        """What somebody was told and is not so."""
        problems = []
        rows = self.house.sql("select booking_id, status from core.booking")
        status = dict(line.split("|") for line in rows.split("\n") if line)
        copies = self.house.sql(
            "select count(*) from (select 1 from core.booking where idempotency_key is not null "
            "group by customer_id, idempotency_key having count(*) > 1) as x")
        if copies != "0":
            problems.append(f"{copies} keys have more than one booking")
        for booking in self.told["booked"]:
            if booking not in status:
                problems.append(f"booking {booking} was acknowledged and is gone")
        for booking in self.told["cancelled"]:
            if status.get(booking) not in ("cancelled", "expired"):
                problems.append(f"booking {booking} was cancelled and is {status.get(booking)}")
        # Whose hold had ended and whose seat was gone gets the money back.
        returned = set(self.house.sql(
            "select booking_id from core.payment where captured_minor > 0 "
            "and captured_minor = refunded_minor").split())
        for booking in self.told["paid"] - self.asked_to_cancel - returned:
            if status.get(booking) not in ("confirmed", "requested", "completed"):
                problems.append(f"booking {booking} was paid and is {status.get(booking)}")
        payouts = set(self.house.sql("select payout_id from core.payout").split())
        problems += [f"payout {payout} was acknowledged and is gone"
                     for payout in self.told["payouts"] - payouts]
        return problems
