-- Stories about money: what people, staff and time do in them, and what may not be left afterwards.

-- Do something as somebody, as the house (null), or as time itself: what it answers, or the refusal's word. Any
-- other error is a mistake, but for a lost race, which a Lambda would repeat.
create or replace function tests.attempt(p_who text, p_statement text)
returns text
language plpgsql
as $$
declare
  v_answer text;
begin
  if p_who is null then
    perform tests.act_as_service();
  elsif p_who <> 'time' then
    perform tests.act_as(p_who);
  end if;
  begin
    execute p_statement into v_answer;
  exception
    when others then
      perform tests.act_as_nobody();
      if sqlstate like 'M%' or sqlstate = '40P01' then
        return 'refused: ' || sqlerrm;
      end if;
      raise;
  end;
  perform tests.act_as_nobody();
  return v_answer;
end
$$;

-- Two customers and a slot of a provider for a story.
create or replace function tests.begin_story(
  p_story    text,
  p_provider text,
  p_price    bigint,
  p_currency text,
  p_mode     text,
  p_capacity integer,
  p_starts   timestamptz
)
returns void
language plpgsql
as $$
begin
  perform tests.introduce(p_story || ' a', p_story || ' b');
  insert into core.customer (customer_id)
  values (tests.id(p_story || ' a')), (tests.id(p_story || ' b'));
  perform tests.offer(p_story, p_provider, p_price, p_currency, p_mode, p_starts, p_capacity);
end
$$;

-- The clock jumps: everything that is counted from lies further back.
create or replace function tests.jump(p_time interval)
returns void
language plpgsql
as $$
begin
  perform tests.let_pass(p_time);
  update core.payment
  set created_at = created_at - p_time, asked_at = asked_at - p_time,
      progress_at = progress_at - p_time;
  update core.refund set created_at = created_at - p_time, asked_at = asked_at - p_time;
  update core.dispute set created_at = created_at - p_time, asked_at = asked_at - p_time;
  update core.payout set requested_at = requested_at - p_time, processed_at = processed_at - p_time;
  update core.stripe_event set next_at = next_at - p_time;
  update core.stripe_command
  set next_at = next_at - p_time, lease_until = lease_until - p_time,
      first_sent_at = first_sent_at - p_time, last_sent_at = last_sent_at - p_time,
      missed_at = missed_at - p_time, finished_at = finished_at - p_time;
end
$$;

-- The holds of a slot end.
create or replace function tests.end_holds(p_slot text)
returns void
language plpgsql
as $$
begin
  update core.booking set hold_expires_at = now() - interval '1 minute'
  where slot_id = tests.id(p_slot) and status = 'pending_payment';
  perform internal.settle_slot(tests.id(p_slot));
end
$$;

-- The paid bookings of a slot took place long ago.
create or replace function tests.end_bookings(p_slot text)
returns void
language sql
as $$
  update core.booking
  set starts_at = now() - interval '9 days', ends_at = now() - interval '8 days'
  where slot_id = tests.id(p_slot) and status = 'confirmed'
    and booking_id in (select booking_id from core.payment where captured_minor > 0);
$$;

-- What stands still although nothing is to be waited for.
create or replace function tests.stuck()
returns setof text
language sql
as $$
  select 'event ' || e.event_type || ' is ' || e.status || ': ' || coalesce(e.last_error, '')
  from core.stripe_event as e where e.status in ('new', 'misfit', 'dead', 'unreadable')
  union all
  select 'command ' || c.kind || ' is ' || c.state || ': ' || coalesce(c.error::text, '')
  from core.stripe_command as c where c.finished_at is null
  union all
  select 'hold of booking ' || b.booking_id
  from core.booking as b where b.status = 'pending_payment' and b.hold_expires_at < now()
    and not exists (select from internal.booking_payment(b.booking_id) as p where p.captured_minor > 0)
  union all
  select 'refund ' || r.refund_id || ' is ' || r.status
  from core.refund as r
  where r.status in ('planned', 'pending')
     or r.status = 'owed' and internal.dispute_state(r.payment_id) <> 'open'
  union all
  select 'leg ' || l.payout_leg_id from core.payout_leg as l where l.status = 'planned'
  union all
  select 'reversal ' || v.payout_reversal_id
  from core.payout_reversal as v where v.status = 'planned'
  union all
  select 'payment ' || p.payment_id || ' is released and ' || p.status
  from core.payment as p
  where p.release_asked_at is not null and not p.is_cancelled and p.captured_minor = 0
    and p.external_id is not null
  union all
  select 'slot ' || b.slot_id || ' is oversold'
  from core.booking as b join core.slot as s using (slot_id)
  where b.status in ('requested', 'confirmed', 'completed', 'no_show_customer', 'no_show_provider')
  group by b.slot_id, s.capacity having sum(b.seats) > s.capacity
  union all
  -- A story lets a booking end by moving it into the past; its slot is to come and can be booked
  -- again.
  select 'customer ' || b.customer_id || ' twice in slot ' || b.slot_id
  from core.booking as b join core.slot as s using (slot_id, starts_at)
  where b.status in ('requested', 'confirmed', 'completed', 'no_show_customer', 'no_show_provider')
  group by b.slot_id, b.customer_id having count(*) > 1;
$$;

-- How often what happened in the stories.
create or replace function tests.seen_in_stories()
returns table (what text, times bigint)
language sql
as $$
  select 'payments', count(*) from core.payment where captured_minor > 0
  union all select 'late payments', count(*) from core.refund where cause = 'orphan'
  union all select 'authorised', count(*) from core.payment where authorized_at is not null
  union all select 'voided', count(*) from core.payment where is_cancelled
  union all select 'refunds that arrived', count(*) from core.refund where status = 'succeeded'
  union all select 'refunds that failed', count(*) from core.refund where failed_at is not null
  union all select 'refunds by hand', count(*) from core.refund where status = 'by_hand'
  union all select 'refunds at Stripe', count(*) from core.refund where actor = 'stripe'
  union all select 'refunds covered', count(*) from core.refund where covered_lines <> '[]'
  union all select 'disputes won', count(*) from core.dispute where status = 'won' and lost_at is null
  union all select 'disputes lost', count(*) from core.dispute where status = 'lost'
  union all select 'disputes regained', count(*) from core.dispute where regained_at is not null
  union all select 'inquiries', count(*) from core.dispute where internal.is_inquiry(status)
  union all select 'transfers', count(*) from core.payout_leg where status = 'paid'
  union all select 'transfers refused', count(*) from core.payout_leg where status = 'failed'
  union all select 'reversals', count(*) from core.payout_reversal where status = 'done'
  union all select 'calls refused', count(*) from core.stripe_command where state = 'rejected'
  union all select 'calls repeated', count(*) from core.stripe_command where attempts > 1
  union all select 'no-shows', count(*) from core.booking where status like 'no_show%'
  union all select 'cancellations', count(*) from core.booking where status = 'cancelled';
$$;

-- Every payment with what this side knows of it: the auditor compares it with Stripe's side.
create or replace function tests.payments_to_audit()
returns table (
  external_id text, booking_id text, provider text, currency text, captured bigint, status text,
  commission bigint, total bigint, by_hand bigint, waiting bigint, owed bigint
)
language sql
as $$
  select p.external_id, b.booking_id::text, b.provider_id::text, p.currency, p.captured_minor,
         b.status, l.commission_minor, l.total_minor, coalesce(r.by_hand, 0)::bigint,
         coalesce(r.waiting, 0)::bigint, coalesce(r.owed, 0)::bigint
  from core.payment as p
  join core.order_line as l using (order_id)
  join core.booking as b on b.booking_id = l.booking_id
  left join lateral (
    select sum(r.amount_minor) filter (where r.status = 'by_hand') as by_hand,
           sum(r.amount_minor) filter (where r.status in ('failed', 'rejected')) as waiting,
           sum(r.amount_minor) filter (where r.status = 'owed') as owed
    from core.refund as r
    where r.payment_id = p.payment_id and r.resent_as is null) as r on true
  where p.external_id is not null;
$$;

-- What each provider has here, all four accounts together.
create or replace function tests.wallets_to_audit()
returns table (provider text, account text, currency text, balance bigint)
language sql
as $$
  select a.person_id::text, p.external_id, a.currency, sum(b.balance_minor)::bigint
  from core.ledger_account as a
  join core.ledger_balance as b using (ledger_account_id)
  join core.payout_account as p on p.provider_id = a.person_id and p.replaced_at is null
  group by a.person_id, p.external_id, a.currency;
$$;

-- What waits is due now: no lease, no delay, nothing asked for lately.
create or replace function tests.hurry()
returns void
language sql
as $$
  update core.stripe_event set next_at = now() where status = 'new';
  -- One that Stripe never explains is looked up when its key may be forgotten.
  update core.stripe_command
  set lease_until = null, next_at = now(), missed_at = missed_at - interval '11 minutes',
      first_sent_at = first_sent_at - interval '5 hours',
      last_sent_at = last_sent_at - interval '5 hours'
  where finished_at is null;
  update core.stripe_command set finished_at = finished_at - interval '11 minutes'
  where kind = 'capture_payment' and state = 'rejected';
  update core.payment
  set asked_at = least(asked_at, created_at) - interval '10 hours'
  where captured_minor = 0;
  update core.refund set asked_at = created_at - interval '200 hours' where status = 'pending';
  update core.refund set asked_at = null where failed_at is not null and checked_at is null;
  update core.dispute set asked_at = created_at - interval '900 hours' where closed_at is null;
$$;
