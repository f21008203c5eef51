-- The facts of a mail, which the mailer puts into words. Only the service role reads them.

create or replace function internal.type_of(p_outbox core.outbox)
returns text
language sql
stable
return case (p_outbox).topic
  when 'auth.email' then 'auth_' || ((p_outbox).payload ->> 'template')
  else case when (p_outbox).topic like 'staff.%' then 'staff' else (p_outbox).topic end
end;

comment on function internal.type_of is 'The name of a message''s template.';

create or replace function internal.address_of(p_outbox core.outbox)
returns text
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
return case
  when (p_outbox).topic = 'auth.email' then (p_outbox).payload ->> 'address'
  when (p_outbox).topic like 'staff.%' then internal.address_of_staff()
  else (
    select v.contact_email
    from core.person_private as v
    where v.person_id = (p_outbox).person_id)
end;

alter function internal.address_of owner to definer;

comment on function internal.address_of is
  'Where a message goes. A sign-in message goes to the address it names, not the one on file.';

create or replace function internal.name_of(p_person_id uuid)
returns text
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select coalesce(
      -- A name of spaces is none.
      nullif(btrim(p.display_name, E' \t\r\n\u00a0'), ''),
      nullif(btrim(concat_ws(' ', p.first_name, p.last_name), E' \t\r\n\u00a0'), ''),
      p.username,
      '')
    from core.person as p
    where p.person_id = p_person_id);
end
$$;

alter function internal.name_of owner to definer;

comment on function internal.name_of is 'What a person is called by others.';

create or replace function internal.money_of(p_payload jsonb)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  with sum (amount_minor, currency) as (
    select p.amount_minor, p.currency
    from core.payout as p
    where p.payout_id = (p_payload ->> 'payout_id')::uuid
    union all
    select r.amount_minor, p.currency
    from core.refund as r
    join core.payment as p using (payment_id)
    where r.refund_id = (p_payload ->> 'refund_id')::uuid
    union all
    select d.amount_minor, p.currency
    from core.dispute as d
    join core.payment as p using (payment_id)
    where d.dispute_id = (p_payload ->> 'dispute_id')::uuid
    union all
    select p.amount_minor, p.currency
    from core.payment as p
    where p.payment_id = (p_payload ->> 'payment_id')::uuid
      and p_payload ->> 'refund_id' is null
  )
  select jsonb_build_object(
    'amount_minor', s.amount_minor,
    'currency',     s.currency,
    'exponent',     c.exponent)
  from sum as s
  join core.currency as c using (currency);
end;

alter function internal.money_of owner to definer;

comment on function internal.money_of is
  'The sum that a message is about: that of its payout, refund, dispute or payment.';

create or replace function internal.occasion_of(p_outbox core.outbox)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select jsonb_build_object(
    'booking_id',    b.booking_id,
    'slot_id',       b.slot_id,
    'title',         b.offering_title,
    'part',          case b.provider_id
                       when (p_outbox).person_id then 'provider' else 'customer' end,
    'other_name',    internal.name_of(case b.provider_id
                       when (p_outbox).person_id then b.customer_id else b.provider_id end),
    'starts_at',     b.starts_at,
    'ends_at',       b.ends_at,
    'offered_until', m.expires_at,
    'proposed',      case when m.slot_id is not null then (
      select jsonb_build_object('starts_at', s.starts_at, 'ends_at', s.ends_at,
                                'reason', m.reason)
      from core.slot as s
      where s.slot_id = m.slot_id) end,
    'seats',         b.seats,
    -- Codes open a door, so only who holds the tickets is sent them.
    'tickets',       case (p_outbox).person_id when b.customer_id then (
      select jsonb_agg(k.code order by k.seat)
      from core.ticket as k
      where k.booking_id = b.booking_id
        and k.checked_in_at is null
        and internal.is_bought(b.status)) end,
    'place',         v.place,
    'meeting_url',   v.meeting_url,
    'notes',         b.customer_notes,
    'reason',        case when b.cancelled_by <> 'system' then b.cancel_reason end,
    'ics_sequence',  b.ics_sequence,
    'was_confirmed', b.confirmed_at is not null,
    'updated_at',    b.updated_at)
  from core.booking as b
  left join core.offering_venue as v
    on v.offering_id = b.offering_id and b.confirmed_at is not null
  left join core.move_proposal as m
    on m.move_proposal_id = ((p_outbox).payload ->> 'move_proposal_id')::uuid
      and m.booking_id = b.booking_id
  where b.booking_id = ((p_outbox).payload ->> 'booking_id')::uuid
    -- The receiver must be one of the two sides, so a wrong payload reveals nothing.
    and (p_outbox).person_id in (b.customer_id, b.provider_id)
  union all
  select jsonb_build_object(
    'booking_id',    null,
    'slot_id',       s.slot_id,
    'title',         o.title,
    'part',          'customer',
    'other_name',    internal.name_of(s.provider_id),
    'starts_at',     s.starts_at,
    'ends_at',       s.ends_at,
    'offered_until', w.offer_expires_at,
    'seats',         w.seats,
    'reason',        null,
    'ics_sequence',  0,
    'was_confirmed', false,
    'updated_at',    s.updated_at)
  from core.slot as s
  join core.offering as o using (offering_id)
  join core.waitlist_entry as w using (slot_id)
  where s.slot_id = ((p_outbox).payload ->> 'slot_id')::uuid
    and w.customer_id = (p_outbox).person_id
    and w.state = case (p_outbox).topic
      when 'waitlist_called_off' then 'called_off' else 'offered' end;
end;

alter function internal.occasion_of owner to definer;

comment on function internal.occasion_of is
  'The booking a message is about, or the slot it offers, as its receiver may see it.';

create or replace function internal.lines_of(p_order_id uuid)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select jsonb_agg(
    case when l.quantity > 1 then l.quantity || ' × ' else '' end || l.title
    order by l.seq)
  from core.order_line as l
  where l.order_id = p_order_id;
end;

alter function internal.lines_of owner to definer;

comment on function internal.lines_of is 'What an order holds, a few words for each line.';

create or replace function internal.subject_of(p_outbox core.outbox)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  -- The receiver must be one of the two sides, so a wrong payload reveals nothing.
  select jsonb_build_object(
    'title',      case when l.quantity > 1 then l.quantity || ' × ' else '' end || l.title,
    'part',       case l.provider_id
                    when (p_outbox).person_id then 'provider' else 'customer' end,
    'other_name', case
                    when l.provider_id is null then m.name
                    else internal.name_of(case l.provider_id
                      when (p_outbox).person_id then l.customer_id else l.provider_id end) end,
    'number',     o.number)
  from core.order_line as l
  join core.order as o using (order_id)
  cross join core.marketplace as m
  where l.order_line_id = ((p_outbox).payload ->> 'order_line_id')::uuid
    and (p_outbox).person_id in (l.customer_id, l.provider_id)
  union all
  select jsonb_build_object('part', 'customer', 'number', o.number,
                            'lines', internal.lines_of(o.order_id))
  from core.payment as p
  join core.order as o using (order_id)
  where p.payment_id = ((p_outbox).payload ->> 'payment_id')::uuid
    and p.payer_id = (p_outbox).person_id
    and (p_outbox).payload ->> 'booking_id' is null
  union all
  select jsonb_build_object('title', f.title, 'part', case f.provider_id
                              when (p_outbox).person_id then 'provider' else 'customer' end,
                            'other_name', internal.name_of(f.provider_id))
  from core.offering as f
  where f.offering_id = ((p_outbox).payload ->> 'offering_id')::uuid
    and (p_outbox).payload ->> 'order_line_id' is null
  union all
  select jsonb_build_object(
    'title',      f.title,
    'part',       case e.provider_id
                    when (p_outbox).person_id then 'provider' else 'customer' end,
    'other_name', internal.name_of(case e.provider_id
                    when (p_outbox).person_id then e.customer_id else e.provider_id end),
    'number',     c.number)
  from core.enrolment as e
  join core.offering as f using (offering_id)
  left join core.certificate as c using (enrolment_id)
  where e.enrolment_id = ((p_outbox).payload ->> 'enrolment_id')::uuid
    and (p_outbox).person_id in (e.customer_id, e.provider_id)
  union all
  select jsonb_build_object('title', c.title, 'part', 'customer', 'other_name', m.name,
                            'number', c.seq::text)
  from core.support_case as c
  cross join core.marketplace as m
  where c.support_case_id = ((p_outbox).payload ->> 'support_case_id')::uuid
    and c.person_id = (p_outbox).person_id;
end;

alter function internal.subject_of owner to definer;

comment on function internal.subject_of is $$
What a message is about that has no time: a line of an order, an order, an offering, a place in a
course, or a case; as its receiver may see it.
$$;

create or replace function internal.message_of(p_outbox core.outbox, p_delivery core.delivery)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select jsonb_build_object(
    'outbox_id',  (p_outbox).outbox_id,
    'type',       internal.type_of(p_outbox),
    'topic',      (p_outbox).topic,
    'details',    (
      select string_agg(e.key || ': ' || e.value, ', ' order by e.key)
      from jsonb_each_text((p_outbox).payload) as e
      where (p_outbox).topic like 'staff.%'),
    'created_at', (p_outbox).created_at,
    'recipient', jsonb_build_object(
      'address',  internal.address_of(p_outbox),
      -- What a stranger typed as their name is not sent to an address nobody has proved.
      'name',     case (p_outbox).topic
        when 'auth.email' then ''
        else coalesce(internal.name_of(p.person_id), '')
      end,
      'locale',   coalesce(p.locale, (p_outbox).payload ->> 'locale', 'en'),
      'timezone', coalesce(p.timezone, (p_outbox).payload ->> 'timezone', m.default_timezone)),
    'marketplace', jsonb_build_object('name', m.name, 'support_email', m.support_email),
    'occasion', internal.occasion_of(p_outbox),
    'subject',  internal.subject_of(p_outbox),
    'money',    internal.money_of((p_outbox).payload),
    'sign_in',  case (p_outbox).topic
      when 'auth.email' then jsonb_build_object(
        'verification', case (p_outbox).payload ->> 'template'
          when 'confirmation' then 'signup'
          when 'magic_link' then 'magiclink'
          when 'email_change_current' then 'email_change'
          else (p_outbox).payload ->> 'template' end,
        'token_hash',  (p_outbox).payload ->> 'token_hash',
        'code',        (p_outbox).payload ->> 'code',
        'redirect_to', (p_outbox).payload ->> 'redirect_to')
    end,
    'unsubscribe_key', case when t.is_essential = false then (p_delivery).unsubscribe_key end)
  from core.marketplace as m
  left join core.person as p on p.person_id = (p_outbox).person_id
  left join core.notification_type as t on t.type = (p_outbox).topic;
end;

alter function internal.message_of owner to definer;

comment on function internal.message_of is $$
One message as facts, in the shape the mailer reads. It carries an address and, for sign-in
messages, what proves one: it is built for the service role and never travels through a queue.
$$;
