-- The lens of the Avenrae sanctuary: healers offer services and events, clients book, register and
-- buy in a shop.
--
-- Its tables have integer ids. Each view shows the number as `id`, and beside each number the key
-- it stands for, as `uuid` and `<what>_uuid`: rows are found, embedded and upserted by those. Every
-- view is security_invoker: row-level security of core decides what its reader sees.

create schema avenrae;

comment on schema avenrae is 'Lens: healers, clients, services, events, a shop, tickets.';

create view avenrae.users with (security_invoker = true) as
select
  p.seq as id,
  internal.email_of(p.person_id) as email,
  null::text as password_hash,
  p.first_name,
  p.last_name,
  case
    when exists (
      select
      from core.person_role as pr
      join core.role as r using (role_id)
      where pr.person_id = p.person_id and r.name in ('staff', 'admin')
    ) then 'admin'
    when p.is_listed then 'healer'
    else 'client'
  end as user_type,
  internal.is_email_confirmed(p.person_id) as is_verified,
  p.created_at,
  p.updated_at,
  p.display_name,
  p.avatar_url,
  p.timezone,
  p.locale,
  (internal.private_of(p.person_id)).phone as phone,
  p.status,
  p.person_id as uuid
from core.person as p;

comment on view avenrae.users is
  'People: oneself, healers, and those one has a booking with; staff sees all. email, phone and '
  'is_verified are shown to the person and staff, password_hash to nobody.';

create view avenrae.healers with (security_invoker = true) as
select
  v.seq as id,
  p.seq as user_id,
  v.provider_type as healer_type,
  internal.to_decimal(v.hourly_rate_minor, v.currency) as hourly_rate,
  -- Who has no review yet stands last, as MySQL orders a column that is never null.
  coalesce(v.rating_avg, 0)::numeric(3, 2) as rating,
  v.verification = 'verified' as is_verified_healer,
  v.presence as availability_status,
  p.bio,
  v.specialties,
  v.years_experience as years_of_experience,
  v.rating_count as total_reviews,
  v.sessions_completed as total_sessions,
  v.currency,
  v.accepting_bookings as is_accepting_bookings,
  v.created_at,
  v.updated_at,
  v.provider_id as uuid
from core.provider as v
join core.person as p on p.person_id = v.provider_id;

comment on view avenrae.healers is
  'Healers. Their own row is writable; staff sets is_verified_healer.';

create view avenrae.clients with (security_invoker = true) as
select
  c.seq as id,
  p.seq as user_id,
  (internal.private_of(c.customer_id)).date_of_birth as date_of_birth,
  (internal.private_of(c.customer_id)).gender as gender,
  internal.emergency_phone(c.customer_id) as emergency_contact_phone,
  c.goals,
  c.interests,
  c.created_at,
  c.updated_at,
  c.customer_id as uuid
from core.customer as c
join core.person as p on p.person_id = c.customer_id;

comment on view avenrae.clients is
  'Clients: the caller, and for a healer those who have booked them. Birth and gender are shown to '
  'the client and staff; emergency_contact_phone also to the healer of a booking to come.';

create view avenrae.services with (security_invoker = true) as
select
  o.seq as id,
  v.seq as healer_id,
  o.title as service_name,
  o.duration_min as duration_minutes,
  internal.to_decimal(o.price_minor, o.currency) as price,
  o.category_code as service_category,
  o.description,
  o.currency,
  o.is_active,
  o.created_at,
  o.updated_at,
  o.offering_id as uuid,
  o.provider_id as healer_uuid
from core.offering as o
join core.provider as v on v.provider_id = o.provider_id
-- What another system calls a session is stored and booked in the same way.
where o.kind in ('service', 'session');

comment on view avenrae.services is 'Services that are offered, and the caller''s own.';

create view avenrae.products with (security_invoker = true) as
select
  o.seq as id,
  o.title as product_name,
  o.attrs ->> 'product_type' as product_type,
  internal.to_decimal(o.price_minor, o.currency) as price,
  s.pieces_left as stock_quantity,
  s.sku,
  o.category_code as product_category,
  o.category_code as category,
  o.is_active,
  o.description,
  o.currency,
  v.seq as healer_id,
  o.created_at,
  o.updated_at,
  o.offering_id as uuid,
  o.provider_id as healer_uuid
from core.offering as o
left join core.provider as v on v.provider_id = o.provider_id
left join lateral internal.shelf(o.offering_id) as s on true
where o.kind = 'product';

comment on view avenrae.products is
  'The shop. stock_quantity is what can be ordered now, without what is kept for unpaid orders.';

create view avenrae.events with (security_invoker = true) as
select
  e.seq as id,
  o.title as event_name,
  s.starts_at as event_date,
  s.capacity as max_capacity,
  internal.to_decimal(o.price_minor, o.currency) as price,
  v.seq as organizer_healer_id,
  s.ends_at as event_end_date,
  s.taken as registered_seats,
  o.category_code as event_type,
  o.description,
  o.currency,
  case
    when s.state = 'removed' then 'cancelled'
    when s.ends_at <= now() then 'completed'
    when s.starts_at <= now() then 'ongoing'
    else 'upcoming'
  end as status,
  o.is_active,
  s.created_at,
  s.updated_at,
  s.slot_id as uuid,
  o.offering_id as offering_uuid,
  s.provider_id as organizer_healer_uuid
from core.event as e
join core.slot as s on s.slot_id = e.slot_id
join core.offering as o on o.offering_id = s.offering_id
join core.provider as v on v.provider_id = s.provider_id;

comment on view avenrae.events is
  'Dates of events, one row each. Seats are counted; another event_date moves who has registered.';

create view avenrae.bookings with (security_invoker = true) as
select
  b.seq as id,
  c.seq as client_id,
  v.seq as healer_id,
  o.seq as service_id,
  b.starts_at as booking_date,
  case
    when b.status = 'pending_payment' and b.hold_expires_at <= now() then 'cancelled'
    when b.status in ('pending_payment', 'requested') then 'pending'
    when b.status = 'no_show_customer' then 'completed'
    when b.status in ('declined', 'expired', 'no_show_provider') then 'cancelled'
    else b.status
  end as status,
  case
    when internal.line_status(l, null) in ('paid', 'refunded') then internal.line_status(l, null)
    when l.total_minor = 0 and internal.is_bought(b.status) then 'paid'
    else 'unpaid'
  end as payment_status,
  internal.to_decimal(l.total_minor, b.currency) as total_price,
  r.rating as client_rating,
  b.ends_at as booking_end_date,
  b.starts_at at time zone h.timezone as booking_date_local,
  b.currency,
  b.customer_notes as client_notes,
  (
    select n.provider_notes from core.booking_note as n where n.booking_id = b.booking_id
  ) as healer_notes,
  b.cancel_reason as cancellation_reason,
  b.status as core_status,
  b.created_at,
  b.updated_at,
  b.booking_id as uuid,
  b.customer_id as client_uuid,
  b.provider_id as healer_uuid,
  b.offering_id as service_uuid,
  l.order_id as order_uuid
from core.booking as b
join core.provider as v on v.provider_id = b.provider_id
join core.order_line as l on l.booking_id = b.booking_id
left join core.customer as c on c.customer_id = b.customer_id
left join core.person as h on h.person_id = b.provider_id
left join core.offering as o on o.offering_id = b.offering_id
left join core.review as r on r.booking_id = b.booking_id and r.author_side = 'customer'
where not exists (select from core.event as e where e.slot_id = b.slot_id);

comment on view avenrae.bookings is
  'Bookings of services, on either side; core_status is the exact state behind status. '
  'booking_date_local is the healer''s clock.';

create view avenrae.event_registrations with (security_invoker = true) as
select
  b.seq as id,
  e.seq as event_id,
  c.seq as client_id,
  b.seats,
  case
    when b.status = 'pending_payment' and b.hold_expires_at <= now() then 'cancelled'
    when b.status in ('pending_payment', 'requested') then 'pending'
    when b.status in ('declined', 'expired', 'cancelled', 'no_show_provider') then 'cancelled'
    when t.scanned > 0 then 'attended'
    when b.status = 'no_show_customer' then 'no_show'
    else 'registered'
  end as status,
  case
    when internal.line_status(l, null) in ('paid', 'refunded') then internal.line_status(l, null)
    when l.total_minor = 0 and internal.is_bought(b.status) then 'paid'
    else 'unpaid'
  end as payment_status,
  internal.to_decimal(l.total_minor, b.currency) as total_price,
  b.currency,
  b.created_at as registration_date,
  t.codes as ticket_codes,
  t.scanned as checked_in,
  b.customer_notes as client_notes,
  b.status as core_status,
  b.updated_at,
  b.booking_id as uuid,
  b.slot_id as event_uuid,
  b.customer_id as client_uuid,
  l.order_id as order_uuid
from core.booking as b
join core.event as e on e.slot_id = b.slot_id
join core.order_line as l on l.booking_id = b.booking_id
left join core.customer as c on c.customer_id = b.customer_id
left join lateral (
  select array_agg(k.code order by k.seat) filter (where k.voided_at is null) as codes,
         count(k.checked_in_at) as scanned
  from core.ticket as k
  where k.booking_id = b.booking_id
) as t on true;

comment on view avenrae.event_registrations is
  'Registrations for events: one or more seats, with a ticket code for each once they are paid.';

create view avenrae.tickets with (security_invoker = true) as
select
  t.seq as id,
  b.seq as registration_id,
  e.seq as event_id,
  t.seat,
  t.code,
  internal.ticket_state(t, b.status) as status,
  t.checked_in_at,
  t.ticket_id as uuid,
  t.booking_id as registration_uuid,
  b.slot_id as event_uuid
from core.ticket as t
join core.booking as b on b.booking_id = t.booking_id
join core.event as e on e.slot_id = b.slot_id;

comment on view avenrae.tickets is 'Tickets, one for each seat: valid, used or void.';

create view avenrae.orders with (security_invoker = true) as
select
  o.seq as id,
  c.seq as client_id,
  o.number as order_number,
  internal.to_decimal(o.total_minor, o.currency) as total_amount,
  case
    when o.status <> 'paid' then o.status
    when g.goods = 0 then 'paid'
    when g.returned = g.goods then 'returned'
    when g.arrived = g.goods then 'delivered'
    when g.sent = g.goods then 'shipped'
    else 'processing'
  end as status,
  case o.status when 'paid' then 'paid' when 'refunded' then 'refunded' else 'unpaid' end
    as payment_status,
  o.placed_at as order_date,
  internal.to_decimal(o.subtotal_minor, o.currency) as subtotal_amount,
  internal.to_decimal(o.discount_minor, o.currency) as discount_amount,
  internal.to_decimal(o.tax_minor, o.currency) as tax_amount,
  o.currency,
  o.status as core_status,
  o.updated_at,
  o.order_id as uuid,
  o.customer_id as client_uuid
from core.order as o
left join core.customer as c on c.customer_id = o.customer_id
cross join lateral (
  select
    count(*) as goods,
    count(*) filter (where l.fulfilment = 'returned') as returned,
    count(*) filter (where l.fulfilment in ('delivered', 'returned')) as arrived,
    count(*) filter (where l.fulfilment in ('shipped', 'delivered', 'returned')) as sent
  from core.order_line as l
  where l.order_id = o.order_id and l.kind = 'goods' and l.called_off_at is null
) as g;

comment on view avenrae.orders is
  'Orders of the reader; a healer sees what they have sold as order_items. status says how far the '
  'goods have come once they are paid.';

create view avenrae.order_items with (security_invoker = true) as
select
  l.seq as id,
  coalesce(o.seq, internal.order_seq(l.order_id)) as order_id,
  case l.kind when 'goods' then f.seq end as product_id,
  l.quantity,
  internal.to_decimal(l.unit_minor, coalesce(o.currency, f.currency)) as unit_price,
  internal.to_decimal(l.total_minor, coalesce(o.currency, f.currency)) as total_price,
  internal.to_decimal(l.discount_minor, coalesce(o.currency, f.currency)) as discount,
  case l.kind when 'goods' then 'product' else l.kind end as item_type,
  l.title as item_name,
  case
    when l.called_off_at is not null then 'cancelled'
    when l.fulfilment <> 'placed' then l.fulfilment
    when internal.line_status(l, null) in ('paid', 'refunded') then 'processing'
    else 'pending'
  end as status,
  case
    when internal.line_status(l, null) in ('paid', 'refunded') then internal.line_status(l, null)
    else 'unpaid'
  end as payment_status,
  l.order_line_id as uuid,
  l.order_id as order_uuid,
  l.offering_id as product_uuid,
  l.booking_id as booking_uuid,
  l.customer_id as client_uuid,
  l.provider_id as healer_uuid
from core.order_line as l
left join core.order as o on o.order_id = l.order_id
left join core.offering as f on f.offering_id = l.offering_id;

comment on view avenrae.order_items is
  'What was ordered, item by item: the reader''s own orders, and for a healer what they have sold.';

create view avenrae.transactions with (security_invoker = true) as
select
  p.seq::bigint * 4 as id,
  'payment' as transaction_type,
  u.seq as user_id,
  o.seq as order_id,
  internal.to_decimal(p.amount_minor, p.currency) as amount,
  p.currency,
  case
    when p.captured_minor > 0 or p.amount_minor = 0 then 'completed'
    when p.status in ('failed', 'cancelled') then p.status
    else 'pending'
  end as status,
  'Order ' || o.number as description,
  p.created_at,
  p.payment_id as uuid,
  p.payer_id as user_uuid
from core.payment as p
left join core.order as o on o.order_id = p.order_id
left join core.person as u on u.person_id = p.payer_id
union all
select
  r.seq::bigint * 4 + 1, 'refund', u.seq, o.seq, internal.to_decimal(-r.amount_minor, p.currency),
  p.currency,
  case when r.status in ('succeeded', 'by_hand') then 'completed'
       when r.status in ('failed', 'rejected') then 'failed' else 'pending' end,
  coalesce(r.reason, 'Order ' || o.number), r.created_at, r.refund_id, p.payer_id
from core.refund as r
join core.payment as p on p.payment_id = r.payment_id
left join core.order as o on o.order_id = p.order_id
left join core.person as u on u.person_id = p.payer_id
union all
select
  e.ledger_entry_id * 4 + 2, t.kind, u.seq, null, internal.to_decimal(e.amount_minor, a.currency),
  a.currency, 'completed', t.description, t.created_at, null, a.person_id
from core.ledger_entry as e
join core.ledger_account as a on a.ledger_account_id = e.ledger_account_id
join core.ledger_transfer as t on t.ledger_transfer_id = e.ledger_transfer_id
join core.person as u on u.person_id = a.person_id
where a.kind = 'available';

comment on view avenrae.transactions is
  'Every movement of money the reader has part in: payments, refunds, and what a healer''s wallet '
  'received and paid out.';

create view avenrae.coupons with (security_invoker = true) as
select
  c.seq as id,
  c.code,
  case c.kind when 'percent' then 'percentage' else 'fixed' end as discount_type,
  coalesce(c.percent::numeric, internal.to_decimal(c.amount_minor, c.currency)) as discount_value,
  internal.to_decimal(c.min_subtotal_minor, coalesce(c.currency, m.default_currency))
    as minimum_purchase,
  c.max_uses as usage_limit,
  c.uses as used_count,
  c.per_customer as per_client_limit,
  c.currency,
  c.valid_from,
  c.valid_until,
  c.is_active,
  v.seq as healer_id,
  c.created_at,
  c.coupon_id as uuid,
  c.provider_id as healer_uuid
from core.coupon as c
cross join core.marketplace as m
left join core.provider as v on v.provider_id = c.provider_id;

comment on view avenrae.coupons is
  'Codes that lower a price: a healer''s own, staff''s for everything. Clients only try a code.';
-- What people say to each other, mark and are told, and what staff reads.

create view avenrae.conversations with (security_invoker = true) as
select
  c.seq as id,
  a.seq as user1_id,
  b.seq as user2_id,
  c.title,
  c.kind = 'group' as is_group,
  c.last_message_at,
  c.created_at,
  c.conversation_id as uuid,
  c.first_id as user1_uuid,
  c.second_id as user2_uuid
from core.conversation as c
left join core.person as a on a.person_id = c.first_id
left join core.person as b on b.person_id = c.second_id;

comment on view avenrae.conversations is
  'Conversations of the reader. Two people have one; a group has no user1 and user2.';

create view avenrae.messages with (security_invoker = true) as
select
  m.seq as id,
  c.seq as conversation_id,
  s.seq as sender_id,
  r.seq as receiver_id,
  m.body as message,
  exists (
    select from core.message_receipt as t
    where t.message_id = m.message_id and t.person_id <> m.sender_id
  ) as is_read,
  m.created_at,
  m.message_id as uuid,
  m.conversation_id as conversation_uuid,
  m.sender_id as sender_uuid,
  m.recipient_id as receiver_uuid
from core.message as m
join core.conversation as c on c.conversation_id = m.conversation_id
left join core.person as s on s.person_id = m.sender_id
left join core.person as r on r.person_id = m.recipient_id;

comment on view avenrae.messages is 'Messages of the reader''s conversations.';

create view avenrae.support_tickets with (security_invoker = true) as
select
  c.seq as id,
  p.seq as user_id,
  c.title as subject,
  c.description,
  c.kind as category,
  c.status,
  c.priority,
  c.resolution,
  c.resolved_at,
  c.booking_ref as booking_reference,
  c.created_at,
  c.updated_at,
  c.support_case_id as uuid,
  c.person_id as user_uuid,
  c.booking_id as booking_uuid
from core.support_case as c
left join core.person as p on p.person_id = c.person_id;

comment on view avenrae.support_tickets is
  'What the reader has reported; staff sees and answers all.';

create view avenrae.notifications with (security_invoker = true) as
select
  n.seq as id,
  p.seq as user_id,
  n.type,
  t.title,
  t.body as message,
  n.read_at is not null as is_read,
  n.created_at,
  n.read_at,
  n.payload as data,
  n.notification_id as uuid,
  n.person_id as user_uuid
from core.notification as n
join core.person as p on p.person_id = n.person_id
cross join lateral internal.notification_text(n) as t;

comment on view avenrae.notifications is
  'What the reader was told, in their language. Writing is_read marks it.';

create view avenrae.reviews with (security_invoker = true) as
select
  r.seq as id,
  v.seq as healer_id,
  r.rating,
  r.comment,
  r.reply as healer_response,
  internal.customer_number(r.author_id) as client_id,
  internal.name_of(r.author_id) as client_name,
  o.seq as service_id,
  r.status,
  r.created_at,
  r.updated_at,
  r.review_id as uuid,
  r.provider_id as healer_uuid,
  r.author_id as client_uuid,
  r.offering_id as service_uuid
from core.review as r
join core.provider as v on v.provider_id = r.provider_id
left join core.offering as o on o.offering_id = r.offering_id
where r.author_side = 'customer';

comment on view avenrae.reviews is
  'What clients say of healers. A healer answers in healer_response; staff hides by status.';

create view avenrae.favorite_healers with (security_invoker = true) as
select
  f.seq as id,
  p.seq as user_id,
  internal.customer_number(f.person_id) as client_id,
  v.seq as healer_id,
  f.created_at,
  f.favorite_id as uuid,
  f.person_id as client_uuid,
  f.provider_id as healer_uuid
from core.favorite as f
join core.person as p on p.person_id = f.person_id
left join core.provider as v on v.provider_id = f.provider_id;

comment on view avenrae.favorite_healers is 'Healers that the reader has marked.';

create view avenrae.wishlist_items with (security_invoker = true) as
select
  w.seq as id,
  p.seq as user_id,
  internal.customer_number(w.person_id) as client_id,
  o.seq as product_id,
  w.created_at,
  w.wish_id as uuid,
  w.person_id as client_uuid,
  w.offering_id as product_uuid
from core.wish as w
join core.person as p on p.person_id = w.person_id
left join core.offering as o on o.offering_id = w.offering_id;

comment on view avenrae.wishlist_items is 'Products that the reader wishes for.';

create view avenrae.healer_availability with (security_invoker = true) as
select
  r.seq as id,
  v.seq as healer_id,
  r.weekday as day_of_week,
  r.start_local as start_time,
  r.end_local as end_time,
  r.timezone,
  r.is_active as is_available,
  r.created_at,
  r.updated_at,
  r.availability_rule_id as uuid,
  r.provider_id as healer_uuid
from core.availability_rule as r
join core.provider as v on v.provider_id = r.provider_id;

comment on view avenrae.healer_availability is
  'Weekly hours by the clock of timezone, 0 is Sunday. The times that can be booked follow them.';

create view avenrae.blocked_dates with (security_invoker = true) as
select
  x.seq as id,
  v.seq as healer_id,
  (lower(x.during) at time zone p.timezone)::date as blocked_date,
  lower(x.during) as start_at,
  upper(x.during) as end_at,
  internal.exception_reason(x.availability_exception_id) as reason,
  x.created_at,
  x.availability_exception_id as uuid,
  x.provider_id as healer_uuid
from core.availability_exception as x
join core.provider as v on v.provider_id = x.provider_id
join core.person as p on p.person_id = x.provider_id
where x.kind = 'block';

comment on view avenrae.blocked_dates is
  'Times a healer has closed; the reason is shown to the healer alone.';

create view avenrae.healer_qualifications with (security_invoker = true) as
select
  v.seq as healer_id,
  c.name as qualification,
  c.issued_by as institution,
  c.issued_on as obtained_on,
  c.url as document_url,
  c.created_at,
  c.credential_id as uuid,
  c.provider_id as healer_uuid
from core.credential as c
join core.provider as v on v.provider_id = c.provider_id;

comment on view avenrae.healer_qualifications is 'Certificates of healers, as they say themselves.';

create view avenrae.audit_logs with (security_invoker = true) as
select
  l.seq as id,
  p.seq as user_id,
  l.actor_role as user_role,
  l.action,
  l.entity as entity_type,
  l.entity_id,
  l.before as old_values,
  l.after as new_values,
  l.at as created_at,
  l.audit_log_id as uuid,
  l.actor_id as user_uuid
from core.audit_log as l
left join core.person as p on p.person_id = l.actor_id;

comment on view avenrae.audit_logs is
  'What staff and sellers have done that is written down. Staff only.';

create view avenrae.system_logs with (security_invoker = true) as
select
  -- The queues have no numbers in common; this one is always the same for one row.
  hashtext(w.queue || ' ' || w.id) & 2147483647 as id,
  case when w.next_at is null then 'error' else 'warning' end as level,
  w.queue as source,
  concat_ws(': ', w.kind, w.problem) as message,
  jsonb_build_object('id', w.id, 'attempts', w.attempts, 'next_at', w.next_at) as context,
  w.since as created_at
from api.list_stuck_work(1000) as w;

comment on view avenrae.system_logs is
  'What has failed and waits: calls to Stripe, its events, messages, mail, differences of the '
  'books. Staff only.';

-- Relations of the document that no key of core is: a favourite and a wish are a person's, whom the
-- document calls a client, and an audit log outlives who did what it says.
create function avenrae.clients(p_favorite avenrae.favorite_healers)
returns setof avenrae.clients
language sql
stable
rows 1
begin atomic
  select x.* from avenrae.clients as x where x.uuid = (p_favorite).client_uuid;
end;

comment on function avenrae.clients(avenrae.favorite_healers) is 'Who has marked a healer; embeds as a column.';

create function avenrae.favorite_healers(p_client avenrae.clients)
returns setof avenrae.favorite_healers
language sql
stable
begin atomic
  select x.* from avenrae.favorite_healers as x where x.client_uuid = (p_client).uuid;
end;

comment on function avenrae.favorite_healers(avenrae.clients) is 'The healers a client has marked; embeds as rows.';

create function avenrae.clients(p_item avenrae.wishlist_items)
returns setof avenrae.clients
language sql
stable
rows 1
begin atomic
  select x.* from avenrae.clients as x where x.uuid = (p_item).client_uuid;
end;

comment on function avenrae.clients(avenrae.wishlist_items) is 'Who wishes for a product; embeds as a column.';

create function avenrae.wishlist_items(p_client avenrae.clients)
returns setof avenrae.wishlist_items
language sql
stable
begin atomic
  select x.* from avenrae.wishlist_items as x where x.client_uuid = (p_client).uuid;
end;

comment on function avenrae.wishlist_items(avenrae.clients) is 'What a client wishes for; embeds as rows.';

create function avenrae.users(p_log avenrae.audit_logs)
returns setof avenrae.users
language sql
stable
rows 1
begin atomic
  select x.* from avenrae.users as x where x.uuid = (p_log).user_uuid;
end;

comment on function avenrae.users(avenrae.audit_logs) is 'Who did what an audit log says; embeds as a column.';

create function avenrae.audit_logs(p_user avenrae.users)
returns setof avenrae.audit_logs
language sql
stable
begin atomic
  select x.* from avenrae.audit_logs as x where x.user_uuid = (p_user).uuid;
end;

comment on function avenrae.audit_logs(avenrae.users) is 'What a user has done that is written down; embeds as rows.';
