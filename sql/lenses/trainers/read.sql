-- The lens of the trainer profiles: trainers offer services, clients book them, wallets are paid out.
--
-- Every view is security_invoker: row-level security of core decides what its reader sees. Hours,
-- disciplines, certifications, rates and attachments are rows in core, and JSON here.

create schema trainers;

comment on schema trainers is 'Lens: trainers, clients, services, bookings, wallets, promotions.';

create view trainers.users with (security_invoker = true) as
select
  p.person_id as id,
  s.contact_email as email,
  p.display_name as name,
  case
    when exists (
      select
      from core.person_role as pr
      join core.role as r using (role_id)
      where pr.person_id = p.person_id and r.name in ('staff', 'admin')
    ) then 'admin'
    when v.provider_id is not null then 'trainer'
    else 'client'
  end as user_type,
  s.phone,
  p.avatar_url as profile_image,
  p.timezone,
  p.status,
  coalesce(w.currency, v.currency, m.default_currency) as currency,
  coalesce(w.balance, case when p.person_id = internal.user_id() then 0 end) as balance,
  coalesce(w.bonus, case when p.person_id = internal.user_id() then 0 end) as bonus_balance,
  p.created_at,
  p.updated_at,
  -- Embedding follows keys: bookings refer to customers, and services to providers.
  v.provider_id,
  c.customer_id
from core.person as p
cross join core.marketplace as m
left join core.provider as v on v.provider_id = p.person_id
left join core.customer as c on c.customer_id = p.person_id
left join core.person_private as s on s.person_id = p.person_id
left join lateral (
  select
    a.currency,
    internal.to_decimal(b.balance_minor, a.currency) as balance,
    internal.to_decimal(coalesce((
      select sum(e.amount_minor)
      from core.ledger_entry as e
      join core.ledger_transfer as t using (ledger_transfer_id)
      where e.ledger_account_id = a.ledger_account_id and t.kind = 'bonus'), 0)::bigint,
      a.currency) as bonus
  from core.ledger_account as a
  join core.ledger_balance as b using (ledger_account_id)
  where a.person_id = p.person_id
    and a.kind = 'available'
    and a.currency = coalesce(v.currency, m.default_currency)
) as w on true
-- Who wrote a post somewhere is named there, and no client for strangers to find here.
where p.is_listed or not p.is_heard or (select internal.user_id()) is not null;

comment on view trainers.users is
  'People: oneself, trainers, and those one has a booking or a conversation with. E-mail, phone and '
  'balances are the reader''s own.';

create view trainers.trainer_availability with (security_invoker = true) as
select
  -- An expression is no key, so that users are embedded by trainer_id alone.
  coalesce(v.provider_id) as id,
  v.provider_id as trainer_id,
  r.slots,
  coalesce(r.created_at, v.created_at) as created_at,
  coalesce(r.updated_at, v.updated_at) as updated_at
from core.provider as v
left join core.person as p on p.person_id = v.provider_id
cross join lateral (
  select
    coalesce(jsonb_agg(
      jsonb_build_object(
        'day', (array['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday',
                      'saturday'])[a.weekday + 1],
        'startTime', to_char(a.start_local, 'HH24:MI'),
        'endTime', to_char(a.end_local, 'HH24:MI'))
      -- Hours in another zone than the trainer's say so; otherwise they would be lost in writing.
      || case when a.timezone <> p.timezone then jsonb_build_object('timezone', a.timezone)
              else '{}' end
      order by (a.weekday + 6) % 7, a.start_local, a.end_local), '[]') as slots,
    min(a.created_at) as created_at,
    max(a.updated_at) as updated_at
  from core.availability_rule as a
  where a.provider_id = v.provider_id and a.is_active
) as r;

comment on view trainers.trainer_availability is
  'The weekly hours of a trainer as one array of {day, startTime, endTime}. Writing it replaces '
  'the hours, and the bookable times follow in the same transaction.';

create view trainers.user_profiles with (security_invoker = true) as
select
  p.person_id as id,
  p.person_id as user_id,
  case
    when exists (
      select
      from core.person_role as pr
      join core.role as r using (role_id)
      where pr.person_id = p.person_id and r.name in ('staff', 'admin')
    ) then 'admin'
    when v.provider_id is not null then 'trainer'
    else 'client'
  end as user_type,
  p.display_name as name,
  to_jsonb(v.specialties) as disciplines,
  case when v.provider_id is not null then coalesce((
    select jsonb_agg(
      case when c.issued_by is null and c.issued_on is null and c.url is null then to_jsonb(c.name)
           else jsonb_strip_nulls(jsonb_build_object(
             'name', c.name, 'issued_by', c.issued_by, 'issued_on', c.issued_on, 'url', c.url)) end
      order by c.created_at, c.credential_id)
    from core.credential as c
    where c.provider_id = v.provider_id), '[]') end as certifications,
  internal.to_decimal(v.hourly_rate_minor, v.currency) as hourly_rate,
  case when v.provider_id is not null then coalesce((
    select jsonb_agg(jsonb_build_object(
      'radius_km', trim_scale(t.max_radius_m / 1000.0),
      'rate', internal.to_decimal(t.rate_minor, v.currency)) order by t.max_radius_m)
    from core.provider_rate_tier as t
    where t.provider_id = v.provider_id), '[]') end as hourly_rate_by_radius,
  v.service_radius_m / 1000 as service_radius,
  (
    select a.slots from trainers.trainer_availability as a where a.trainer_id = v.provider_id
  ) as availability,
  internal.payout_details(p.person_id) as payout_details,
  p.avatar_url as profile_image,
  p.bio,
  v.rating_avg as rating,
  v.rating_count as total_reviews,
  v.verification = 'verified' as is_approved,
  coalesce(x.latitude, l.area_latitude) as location_lat,
  coalesce(x.longitude, l.area_longitude) as location_lng,
  l.label as location_label,
  v.currency,
  v.accepting_bookings as is_available,
  p.timezone,
  p.created_at,
  greatest(p.updated_at, v.updated_at) as updated_at,
  v.provider_id,
  l.location_id
from core.person as p
left join core.provider as v on v.provider_id = p.person_id
left join core.location as l on l.person_id = p.person_id and l.is_primary
left join core.location_exact as x on x.location_id = l.location_id
where p.is_listed or not p.is_heard or (select internal.user_id()) is not null;

comment on view trainers.user_profiles is
  'Profiles, with what a trainer says of themselves. Strangers see a trainer''s place to about a '
  'kilometre; payout_details are the reader''s own, without the account.';

-- Both are the same row of core, and no key leads from one to the other: a trainer's key would, but
-- clients have none. So functions say what user_id means, and both tables embed each other.
create function trainers.users(p_profile trainers.user_profiles)
returns setof trainers.users
language sql
stable
rows 1
begin atomic
  select u.* from trainers.users as u where u.id = (p_profile).user_id;
end;

comment on function trainers.users(trainers.user_profiles) is
  'Whose profile it is; embeds as a column.';

create function trainers.user_profiles(p_user trainers.users)
returns setof trainers.user_profiles
language sql
stable
rows 1
begin atomic
  select p.* from trainers.user_profiles as p where p.user_id = (p_user).id;
end;

comment on function trainers.user_profiles is 'The profile of a user; embeds as a column.';

create view trainers.categories with (security_invoker = true) as
select c.category_id as id, c.name, c.slug, c.image_url, c.created_at
from core.category as c;

comment on view trainers.categories is 'Categories of services, made by staff.';

create view trainers.services with (security_invoker = true) as
select
  o.offering_id as id,
  o.provider_id as trainer_id,
  o.title,
  o.description,
  o.category_code as category,
  internal.to_decimal(o.price_minor, o.currency) as price,
  o.currency,
  o.duration_min as duration_minutes,
  o.capacity as max_participants,
  o.is_active,
  o.created_at,
  o.updated_at
from core.offering as o
-- What another system calls a session is stored and booked in the same way.
where o.kind in ('service', 'session');

comment on view trainers.services is 'What trainers offer: all that is published, and one''s own.';

create view trainers.service_categories with (security_invoker = true) as
select k.offering_id as service_id, k.category_id
from core.offering_category as k;

comment on view trainers.service_categories is
  'Which services stand in which categories; categories and services embed each other through it.';

-- What a row needs of other tables is asked for in its columns: Postgres works these out after it
-- has sorted and taken the page, and joins before.
create view trainers.bookings with (security_invoker = true) as
select
  b.booking_id as id,
  b.customer_id as client_id,
  b.provider_id as trainer_id,
  b.offering_id as service_id,
  b.slot_id,
  b.starts_at as start_time,
  b.ends_at as end_time,
  case
    when b.status = 'pending_payment' and b.hold_expires_at <= now() then 'cancelled'
    when b.status in ('pending_payment', 'requested') then 'pending'
    when b.status = 'no_show_customer' then 'completed'
    when b.status in ('expired', 'no_show_provider') then 'cancelled'
    else b.status
  end as status,
  (
    select
      case
        when y.goes_back then 'refunded'
        when y.captured_minor > 0 or y.status = 'captured' then 'completed'
        when y.status in ('failed', 'cancelled') then 'failed'
        else 'pending'
      end
    from internal.shown_payment(b.booking_id) as y
    where y.status is not null
  ) as payment_status,
  internal.to_decimal(b.price_minor, b.currency) as total_price,
  b.currency,
  b.seats,
  b.customer_notes as notes,
  (
    select n.provider_notes from core.booking_note as n where n.booking_id = b.booking_id
  ) as trainer_notes,
  b.cancel_reason as cancellation_reason,
  case b.cancelled_by when 'customer' then 'client' when 'provider' then 'trainer'
                      else b.cancelled_by end as cancelled_by,
  b.cancelled_at,
  b.created_at,
  b.updated_at,
  b.status as core_status,
  b.hold_expires_at
from core.booking as b;

comment on view trainers.bookings is
  'Bookings of the reader, on either side. core_status is the exact state behind status.';

create view trainers.reviews with (security_invoker = true) as
select
  r.review_id as id,
  r.booking_id,
  r.author_id as client_id,
  r.provider_id as trainer_id,
  r.offering_id as service_id,
  r.rating,
  r.comment,
  r.reply,
  r.created_at,
  r.updated_at
from core.review as r
where r.author_side = 'customer';

comment on view trainers.reviews is 'What clients have written of trainers, with the answers.';

create view trainers.payments with (security_invoker = true) as
select
  y.payment_id as id,
  y.booking_id,
  y.order_id,
  y.payer_id as user_id,
  y.payee_id as trainer_id,
  internal.to_decimal(y.amount_minor, y.currency) as amount,
  internal.to_decimal(y.refunded_minor, y.currency) as amount_refunded,
  y.currency,
  case
    when y.goes_back then 'refunded'
    when y.captured_minor > 0 or y.status = 'captured' then 'completed'
    when y.status in ('failed', 'cancelled') then 'failed'
    else 'pending'
  end as status,
  case y.processor when 'stripe' then 'card' else y.processor end as payment_method,
  y.captured_at as paid_at,
  y.created_at
from core.payment as y;

comment on view trainers.payments is
  'What the reader has paid, or was paid with bookings. refunded: all of it goes back, or has arrived, '
  'or what was reserved on the card is let go; amount_refunded is what has arrived.';

create view trainers.payment_methods with (security_invoker = true) as
select
  m.payment_method_id as id,
  m.person_id as user_id,
  m.kind as type,
  m.brand,
  m.last4,
  m.created_at,
  m.last_used_at
from core.payment_method as m;

comment on view trainers.payment_methods is
  'The cards the reader has paid with. They appear by paying, and can be removed.';

create view trainers.user_wallets with (security_invoker = true) as
select
  -- Expressions are no keys, so that users are embedded by owner_id alone.
  coalesce(p.person_id) as id,
  coalesce(p.person_id) as user_id,
  internal.to_decimal(w.available, k.currency) as balance,
  internal.to_decimal(w.clearing + w.reserved, k.currency) as pending_balance,
  internal.to_decimal(w.earned, k.currency) as total_earned,
  internal.to_decimal(w.paid + w.purchased, k.currency) as total_spent,
  k.currency,
  greatest(w.last_transaction_at, w.paid_at) as last_transaction_at,
  coalesce(w.created_at, p.created_at) as created_at,
  internal.to_decimal(w.clearing, k.currency) as clearing_balance,
  internal.to_decimal(w.reserved, k.currency) as reserved_balance,
  internal.to_decimal(w.held, k.currency) as held_balance,
  s.person_id as owner_id
from core.person as p
cross join core.marketplace as m
left join core.provider as v on v.provider_id = p.person_id
left join core.person_private as s on s.person_id = p.person_id
cross join lateral (select coalesce(v.currency, m.default_currency) as currency) as k
cross join lateral (
  select
    coalesce(sum(b.balance_minor) filter (where a.kind = 'available'), 0)::bigint as available,
    coalesce(sum(b.balance_minor) filter (where a.kind = 'clearing'), 0)::bigint as clearing,
    coalesce(sum(b.balance_minor) filter (where a.kind = 'reserved'), 0)::bigint as reserved,
    coalesce(sum(b.balance_minor) filter (where a.kind = 'held'), 0)::bigint as held,
    min(a.created_at) as created_at,
    max((
      select e.created_at
      from core.ledger_entry as e
      where e.ledger_account_id = a.ledger_account_id
      order by e.ledger_entry_id desc
      limit 1)) as last_transaction_at,
    (
      select coalesce(sum(e.provider_minor - e.returned_minor), 0)::bigint
      from core.earning as e
      where e.provider_id = p.person_id and e.currency = k.currency
    ) as earned,
    (
      select coalesce(sum(y.captured_minor - y.refunded_minor), 0)::bigint
      from core.payment as y
      where y.payer_id = p.person_id and y.currency = k.currency
    ) as paid,
    (
      select max(y.captured_at)
      from core.payment as y
      where y.payer_id = p.person_id and y.currency = k.currency
    ) as paid_at,
    (
      select coalesce(-sum(e.amount_minor), 0)::bigint
      from core.ledger_account as o
      join core.ledger_entry as e using (ledger_account_id)
      join core.ledger_transfer as t using (ledger_transfer_id)
      where o.person_id = p.person_id and o.kind = 'available' and o.currency = k.currency
        and t.kind = 'purchase'
    ) as purchased
  from core.ledger_account as a
  join core.ledger_balance as b using (ledger_account_id)
  where a.person_id = p.person_id and a.currency = k.currency
) as w
where p.person_id = (select internal.user_id())
   or p.person_id between (select internal.first_for_staff()) and (select internal.last_id())
   or (select internal.is_service());

comment on view trainers.user_wallets is
  'The reader''s wallet in their currency; wallet_balances has the others. Everything in it is '
  'counted: pending_balance is what clears and what a payout has reserved.';

create view trainers.wallet_balances with (security_invoker = true) as
select
  a.person_id as user_id,
  a.currency,
  internal.to_decimal(
    coalesce(sum(b.balance_minor) filter (where a.kind = 'available'), 0)::bigint, a.currency)
    as balance,
  internal.to_decimal(
    coalesce(sum(b.balance_minor) filter (where a.kind = 'clearing'), 0)::bigint, a.currency)
    as clearing_balance,
  internal.to_decimal(
    coalesce(sum(b.balance_minor) filter (where a.kind = 'reserved'), 0)::bigint, a.currency)
    as reserved_balance,
  internal.to_decimal(
    coalesce(sum(b.balance_minor) filter (where a.kind = 'held'), 0)::bigint, a.currency)
    as held_balance
from core.ledger_account as a
join core.ledger_balance as b using (ledger_account_id)
where a.person_id is not null
group by a.person_id, a.currency;

comment on view trainers.wallet_balances is 'What the reader has, one row per currency.';

create view trainers.transactions with (security_invoker = true) as
select
  e.ledger_entry_id::text as id,
  a.person_id as user_id,
  case
    when t.kind in ('refund', 'dispute', 'dispute_hold') then 'refund'
    when t.kind in ('bonus', 'adjustment') and e.amount_minor > 0 then 'bonus'
    when t.kind in ('purchase', 'payout', 'payout_reversal') and e.amount_minor > 0 then 'refund'
    when e.amount_minor > 0 then 'income'
    else 'expense'
  end as type,
  internal.to_decimal(abs(e.amount_minor), e.currency) as amount,
  internal.to_decimal(e.balance_after_minor - e.amount_minor, e.currency) as balance_before,
  internal.to_decimal(e.balance_after_minor, e.currency) as balance_after,
  t.reference_kind || ':' || t.reference_id as reference,
  coalesce(t.description, initcap(replace(t.kind, '_', ' '))) as description,
  case internal.transfer_state(t.ledger_transfer_id, t.phase)
    when 'posted' then 'completed'
    when 'voided' then 'failed'
    else 'pending'
  end as status,
  e.created_at,
  e.currency
from core.ledger_account as a
join core.ledger_entry as e using (ledger_account_id)
join core.ledger_transfer as t using (ledger_transfer_id)
where a.person_id is not null and a.kind = 'available'
union all
-- What is earned and still clears. The balances say what it will come to.
select
  e.earning_id::text,
  e.provider_id,
  'income',
  internal.to_decimal(e.due, e.currency),
  internal.to_decimal(e.balance + e.sum - e.due, e.currency),
  internal.to_decimal(e.balance + e.sum, e.currency),
  coalesce('booking:' || e.booking_id, 'order_line:' || e.order_line_id),
  'Earning that clears',
  'pending',
  e.created_at,
  e.currency
from (
  select
    n.*,
    n.provider_minor - n.returned_minor as due,
    (sum(n.provider_minor - n.returned_minor)
       over (partition by n.provider_id, n.currency order by n.created_at, n.earning_id))::bigint
      as sum,
    coalesce((
      select b.balance_minor
      from core.ledger_account as o
      join core.ledger_balance as b using (ledger_account_id)
      where o.person_id = n.provider_id and o.kind = 'available' and o.currency = n.currency), 0)
      as balance
  from core.earning as n
  where n.released_at is null and n.provider_minor > n.returned_minor
) as e
union all
-- What a card has paid, and what went back to it, moves no balance.
select
  m.id::text,
  m.payer_id,
  m.type,
  internal.to_decimal(m.amount_minor, m.currency),
  internal.to_decimal(m.balance, m.currency),
  internal.to_decimal(m.balance, m.currency),
  coalesce('booking:' || m.booking_id, 'order:' || m.order_id),
  m.description,
  m.status,
  m.at,
  m.currency
from (
  select
    y.payer_id, y.booking_id, y.order_id, y.currency, x.*,
    coalesce((
      select b.balance_minor
      from core.ledger_account as o
      join core.ledger_balance as b using (ledger_account_id)
      where o.person_id = y.payer_id and o.kind = 'available' and o.currency = y.currency), 0)
      as balance
  from core.payment as y
  cross join lateral (
    select y.payment_id as id, 'expense' as type, y.captured_minor as amount_minor,
           'Card payment' as description, 'completed' as status, y.captured_at as at
    union all
    select f.refund_id, 'refund', f.amount_minor, 'Card refund',
           case when f.status in ('succeeded', 'by_hand') then 'completed'
                when f.status in ('failed', 'rejected') then 'failed'
                else 'pending' end,
           f.created_at
    from core.refund as f
    where f.payment_id = y.payment_id and f.status not in ('dropped', 'covered')
  ) as x
  where y.captured_minor > 0
    and y.processor = 'stripe'
    and (y.payer_id = (select internal.user_id())
         or y.payer_id between (select internal.first_for_staff()) and (select internal.last_id())
         or (select internal.is_service()))
) as m;

comment on view trainers.transactions is
  'What has moved the reader''s balance, with the balance before and after; earnings that still clear, '
  'which are pending; and what cards have paid and got back, which moves no balance. The amount has no '
  'sign: the type says the direction, and for refunds the balances do.';

create function trainers.users(p_transaction trainers.transactions)
returns setof trainers.users
language sql
stable
rows 1
begin atomic
  select u.* from trainers.users as u where u.id = (p_transaction).user_id;
end;

comment on function trainers.users(trainers.transactions) is
  'Whose transaction it is; embeds as a column.';

create function trainers.transactions(p_user trainers.users)
returns setof trainers.transactions
language sql
stable
begin atomic
  select t.* from trainers.transactions as t where t.user_id = (p_user).id;
end;

comment on function trainers.transactions is 'The transactions of a user; embeds as rows.';

create view trainers.payouts with (security_invoker = true) as
select
  o.payout_id as id,
  o.provider_id as trainer_id,
  internal.to_decimal(o.amount_minor, o.currency) as amount,
  o.currency,
  case
    when o.status in ('requested', 'approved', 'held') then 'pending'
    when o.status in ('transferring', 'in_transit') then 'processing'
    when o.status = 'paid' then 'completed'
    else o.status
  end as status,
  o.requested_at,
  o.processed_at,
  o.requested_at as created_at,
  o.origin,
  o.failure
from core.payout as o;

comment on view trainers.payouts is
  'Money on its way to the reader, asked for (origin request) or due (origin schedule).';

create view trainers.payout_requests with (security_invoker = true) as
select
  o.payout_id as id,
  o.provider_id as trainer_id,
  internal.to_decimal(o.amount_minor, o.currency) as amount,
  case
    when o.status in ('requested', 'approved', 'held') then 'pending'
    when o.status in ('transferring', 'in_transit') then 'processing'
    when o.status = 'paid' then 'completed'
    else o.status
  end as status,
  o.requested_at,
  o.processed_at,
  o.requested_at as created_at,
  o.currency
from core.payout as o
where o.origin = 'request';

comment on view trainers.payout_requests is
  'Payouts that the reader has asked for. Inserting one reserves the money at once.';

create view trainers.reported_issues with (security_invoker = true) as
select
  c.support_case_id as id,
  c.person_id as user_id,
  c.provider_id as trainer_id,
  c.booking_ref as booking_reference,
  case c.kind when 'provider_conduct' then 'trainer_conduct' else c.kind end as complaint_type,
  c.title,
  c.description,
  c.status,
  c.priority,
  api.attachments_of_case(c.support_case_id) as attachments,
  c.resolution,
  c.resolved_at,
  c.created_at,
  c.updated_at,
  c.booking_id
from core.support_case as c;

comment on view trainers.reported_issues is
  'What the reader has reported; staff sees all and answers. The trainer it is about sees nothing.';

create view trainers.issues with (security_invoker = true) as
select i.* from trainers.reported_issues as i;

comment on view trainers.issues is 'The other name of reported_issues.';

create view trainers.promotion_requests with (security_invoker = true) as
select
  p.promotion_id as id,
  p.provider_id as trainer_id,
  p.kind as promotion_type,
  case
    when p.status = 'requested' then 'pending'
    when p.status = 'running' then case when p.expires_at > now() then 'active' else 'expired' end
    else p.status
  end as status,
  p.duration_days,
  round(p.commission_bp / 100.0, 2) as commission_rate,
  internal.to_decimal(p.cost_minor, p.currency) as cost,
  p.features,
  p.approved_by,
  p.starts_at as started_at,
  p.expires_at,
  p.created_at,
  p.currency,
  p.paid_from,
  p.order_id
from core.promotion as p;

comment on view trainers.promotion_requests is
  'Promotions of the reader''s profile: pending, approved (waits for money), active, expired, '
  'rejected or cancelled. Staff sees and decides all.';

create view trainers.promotions with (security_invoker = true) as
select p.* from trainers.promotion_requests as p;

comment on view trainers.promotions is 'The other name of promotion_requests.';

create view trainers.messages with (security_invoker = true) as
select
  g.message_id as id,
  g.conversation_id,
  g.sender_id,
  g.recipient_id as receiver_id,
  g.body as content,
  exists (
    select
    from core.message_receipt as r
    where r.message_id = g.message_id
      and r.person_id = coalesce(g.recipient_id, internal.user_id())
  ) as is_read,
  (
    select r.read_at
    from core.message_receipt as r
    where r.message_id = g.message_id
      and r.person_id = coalesce(g.recipient_id, internal.user_id())
  ) as read_at,
  g.created_at
from core.message as g;

comment on view trainers.messages is
  'Messages of the reader''s conversations. The receiver marks them as read.';

create view trainers.notifications with (security_invoker = true) as
select
  n.notification_id as id,
  n.person_id as user_id,
  n.type,
  (select t.title from internal.notification_text(n) as t) as title,
  (select t.body from internal.notification_text(n) as t) as message,
  n.payload as data,
  n.read_at is not null as is_read,
  n.read_at,
  n.created_at
from core.notification as n;

comment on view trainers.notifications is 'What the reader has been told; data carries ids.';

create view trainers.referrals with (security_invoker = true) as
select
  r.referral_id as id,
  r.referrer_id,
  r.referee_id as referred_id,
  (
    select c.code from core.referral_code as c where c.person_id = r.referrer_id
  ) as referral_code,
  case r.status when 'claimed' then 'pending' when 'rewarded' then 'completed'
                else r.status end as status,
  internal.to_decimal(r.reward_minor, r.currency) as reward_amount,
  r.currency,
  r.created_at,
  r.rewarded_at as completed_at
from core.referral as r;

comment on view trainers.referrals is
  'Who brought whom: the reader''s, on either side. Inserting a referral_code claims it.';
