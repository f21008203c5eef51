"""What must be true when all is well again."""

import time

BOOKS = """
    select 'the ledger of ' || currency || ' sums to ' || sum(amount_minor)
    from core.ledger_entry group by currency having sum(amount_minor) <> 0
    union all
    select 'balance ' || b.ledger_account_id || ' is not the sum of its entries'
    from core.ledger_balance as b
    left join lateral (select sum(e.amount_minor) as sum from core.ledger_entry as e
                       where e.ledger_account_id = b.ledger_account_id) as e on true
    where b.balance_minor <> coalesce(e.sum, 0)
    union all
    select 'slot ' || s.slot_id || ' has sold ' || count(*) || ' of ' || s.capacity || ' seats'
    from core.slot as s join core.booking as b using (slot_id)
    where b.status in ('requested', 'confirmed')
    group by s.slot_id, s.capacity having sum(b.seats) > s.capacity"""

STUCK = """
    select 'command ' || kind || ' ' || state, count(*) from core.stripe_command
    where state not in ('done', 'rejected') group by kind, state
    union all
    select 'event ' || event_type || ': ' || left(coalesce(last_error, 'not tried yet'), 80), count(*)
    from core.stripe_event where status = 'new' group by 1
    union all
    select 'message ' || topic, count(*) from core.outbox where sent_at is null group by 1
    union all
    select 'mail ' || o.topic, count(*) from core.delivery as d join core.outbox as o using (outbox_id)
    where d.state = 'waiting' group by 1"""


def lines(text):
    return [line for line in text.split("\n") if line]


def amiss(scene, but="nothing"):
    """What is under way, lost or wrong at this moment."""
    house = scene.house
    found = [f"stuck: {line}" for line in lines(house.sql(STUCK)) if but not in f"stuck: {line}"]
    found += [f"lost: {line}" for line in scene.crowd.missing()]
    found += [f"books: {line}" for line in lines(house.sql(BOOKS))]
    return found


def books_of_stripe(scene):
    _, text = scene.house.stripe("GET", "/_double/audit")
    return [] if text in ("[]", "{}") else [f"Stripe's books: {text[:500]}"]


def healed(scene, more=lambda: [], but="nothing", seconds=None):
    """Wait until all is well, and note what is not so in the end.

    What an interrupted process held is free again after a minute, and is then tried again after
    longer and longer pauses: a busy machine needs several of them.
    """
    began = time.monotonic()
    until = began + (seconds or scene.options.patience)
    while True:
        found = amiss(scene, but) + more()
        if not found or time.monotonic() > until:
            break
        time.sleep(1)
    scene.problems += found
    print(f"  all was well after {time.monotonic() - began:.0f} s" if not found else
          f"  not well after {time.monotonic() - began:.0f} s")
