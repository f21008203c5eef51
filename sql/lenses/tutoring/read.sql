-- The lens of the tutoring system: experts offer sessions, learners book them.
--
-- Every view is security_invoker: row-level security of core decides what its reader sees. Clients
-- write here what they may write; status, money and seats change through functions.

create schema tutoring;

comment on schema tutoring is 'Lens: experts, learners, sessions, bookable slots, bookings.';

create view tutoring.user_profiles with (security_invoker = true) as
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
    when p.is_listed then 'expert'
    else 'learner'
  end as role,
  p.display_name, p.first_name, p.last_name, p.avatar_url, p.timezone, p.created_at, p.updated_at,
  p.locale
from core.person as p;

comment on view tutoring.user_profiles is
  'People: oneself, experts, and those one has a booking with. One''s own row is writable.';

create view tutoring.expert_profiles with (security_invoker = true) as
select
  v.provider_id as id,
  v.provider_id as user_profile_id,
  p.bio,
  v.specialties as expertise_areas,
  v.hourly_rate_minor as hourly_rate_cents,
  v.currency,
  v.rating_avg as rating,
  v.sessions_completed as total_sessions,
  internal.earned_minor(v.provider_id) as total_earnings_cents,
  v.accepting_bookings as is_available,
  v.verification as verification_status,
  v.created_at,
  v.updated_at
from core.provider as v
join core.person as p on p.person_id = v.provider_id;

comment on view tutoring.expert_profiles is
  'Experts. total_earnings_cents is the caller''s own, in their currency and less what went back; '
  'for others it is 0.';

create view tutoring.learner_profiles with (security_invoker = true) as
select
  c.customer_id as id,
  c.customer_id as user_profile_id,
  c.goals as learning_goals,
  c.interests,
  case c.experience_level when 'EXPERT' then 'ADVANCED' else c.experience_level end
    as experience_level,
  c.preferred_duration_min as preferred_session_duration,
  (
    select count(*)
    from core.booking as b
    where b.customer_id = c.customer_id
      and internal.is_bought(b.status)
  )::integer as total_sessions_booked,
  (
    select coalesce(sum(y.captured_minor - least(y.refunded_minor + y.lost_minor,
                                                 y.captured_minor)), 0)
    from core.payment as y
    join core.marketplace as m on m.default_currency = y.currency
    where y.payer_id = c.customer_id
  )::bigint as total_spent_cents,
  c.created_at,
  c.updated_at
from core.customer as c;

comment on view tutoring.learner_profiles is
  'Learners: the caller, and for an expert those who have booked them. total_spent_cents is in the '
  'default currency of the marketplace, less what went back; api.my_totals has all currencies.';

create view tutoring.sessions with (security_invoker = true) as
select
  o.offering_id as id,
  o.provider_id as expert_id,
  o.title,
  o.description,
  o.summary as short_description,
  o.tags as topic_tags,
  o.duration_min as duration_minutes,
  o.price_minor as price_cents,
  o.currency,
  case o.level when 'EXPERT' then 'ADVANCED' else o.level end as level,
  o.prerequisites,
  (
    select m.materials_url from core.offering_material as m where m.offering_id = o.offering_id
  ) as materials_url,
  o.capacity as max_participants,
  o.is_active,
  o.created_at,
  o.updated_at,
  o.booking_mode,
  o.min_notice_min as min_notice_minutes,
  o.buffer_before_min as buffer_before_minutes,
  o.buffer_after_min as buffer_after_minutes,
  o.slot_step_min as slot_step_minutes,
  o.horizon_days,
  o.max_per_day,
  o.cancellation_policy_id,
  (select v.place from core.offering_venue as v where v.offering_id = o.offering_id) as place,
  (
    select v.meeting_url from core.offering_venue as v where v.offering_id = o.offering_id
  ) as meeting_url
from core.offering as o
-- What another system calls a service is stored and booked in the same way.
where o.kind in ('session', 'service');

comment on view tutoring.sessions is
  'Published sessions, and the caller''s own. Only its expert and its learners see materials_url, '
  'place and meeting_url. After updated_at come the rules that it is booked by.';

create view tutoring.availability_windows with (security_invoker = true) as
select
  r.availability_rule_id as id,
  r.provider_id as expert_id,
  r.weekday as day_of_week,
  r.start_local as start_time,
  r.end_local as end_time,
  r.timezone,
  r.is_active,
  r.created_at,
  r.updated_at
from core.availability_rule as r;

comment on view tutoring.availability_windows is
  'Weekly hours. Writing them changes the bookable slots in the same transaction.';

create view tutoring.bookable_slots with (security_invoker = true) as
select
  s.slot_id as id,
  s.offering_id as session_id,
  s.availability_rule_id as availability_window_id,
  s.starts_at as start_time,
  s.ends_at as end_time,
  -- The last condition implies the others, which let an index find bookable slots and pass
  -- those that are full.
  s.state = 'open' and s.starts_at > now() and internal.seats_left(s) > 0
    and f.slot_id is not null as is_available,
  s.taken as current_bookings,
  s.capacity as max_bookings,
  s.created_at,
  s.updated_at,
  -- The whole foreign key to sessions is shown, or the two would not embed.
  s.provider_id as expert_id,
  s.origin = 'manual' as is_by_hand,
  s.is_capacity_own,
  s.state,
  internal.live_holds(s.holds) as held_bookings
from core.slot as s
left join internal.open_slots() as f on f.slot_id = s.slot_id;

comment on view tutoring.bookable_slots is
  'Times of sessions. is_available is the booking check itself and cannot be set. is_by_hand: its '
  'expert has named this time, so it needs no weekly hours. is_capacity_own: its seats do not '
  'follow the session. state: open, closed or removed; others see open slots alone. held_bookings: '
  'seats that are kept for somebody who has not paid yet; current_bookings does not count them.';

-- What a row needs of other tables is joined to it by a key, or asked of a function once. Postgres
-- leaves out what a statement does not want: each join finds one row at most, which `group by ()`
-- and `having` promise of a function. So the data API finds the keys of a page first, at the price
-- of the bookings alone, and asks for twenty rows (shared/data_api/src/sql/page.rs).
create view tutoring.bookings with (security_invoker = true) as
select
  b.booking_id as id,
  b.customer_id as learner_id,
  b.provider_id as expert_id,
  b.offering_id as session_id,
  b.slot_id,
  b.starts_at as start_at,
  b.ends_at as end_at,
  case
    when b.status = 'pending_payment' and b.hold_expires_at <= now() then 'cancelled'
    when b.status in ('pending_payment', 'requested') then 'pending'
    when b.status = 'no_show_customer' then 'completed'
    when b.status in ('expired', 'no_show_provider') then 'cancelled'
    else b.status
  end as status,
  case
    when (y.payment).status = 'requires_payment' then 'pending'
    when (y.payment).status = 'dispute_lost'
      and (y.payment).returned_minor >= (y.payment).captured_minor then 'refunded'
    when (y.payment).status in ('refund_pending', 'partially_refunded', 'disputed', 'dispute_lost')
      then 'captured'
    else (y.payment).status
  end as payment_status,
  (y.payment).authorized_minor as amount_authorized,
  (y.payment).captured_minor as amount_captured,
  (y.payment).returned_minor as amount_refunded,
  b.currency,
  (y.payment).external_id as stripe_payment_intent_id,
  b.customer_notes as learner_notes,
  n.provider_notes as expert_notes,
  case
    when b.status = 'no_show_provider' or b.cancelled_by = 'provider' then 'expert'
    when b.cancelled_by = 'customer' then 'learner'
    when b.cancelled_by is not null or b.status = 'expired'
      or b.status = 'pending_payment' and b.hold_expires_at <= now() then 'system'
  end as cancelled_by,
  b.cancel_reason as cancellation_reason,
  case
    when b.status = 'no_show_provider' then b.ends_at
    when b.status = 'expired' or b.status = 'pending_payment' and b.hold_expires_at <= now()
      then coalesce(b.hold_expires_at, b.accept_by, b.updated_at)
    else b.cancelled_at
  end as cancelled_at,
  b.created_at,
  b.updated_at,
  b.status as core_status,
  b.seats,
  b.hold_expires_at,
  v.place,
  v.meeting_url,
  (m.proposal).slot_id as proposed_slot_id,
  (m.proposal).starts_at as proposed_start_at,
  (m.proposal).ends_at as proposed_end_at,
  (m.proposal).expires_at as proposal_expires_at,
  (m.proposal).reason as proposal_reason
from core.booking as b
left join core.booking_note as n on n.booking_id = b.booking_id
left join core.offering_venue as v
  on v.offering_id = b.offering_id
  and b.status in ('confirmed', 'completed', 'no_show_customer')
left join lateral (select internal.shown_payment(b.booking_id) as payment group by ()) as y on true
-- A booking that is over has no proposal, and is not asked for one.
left join lateral (
  select internal.shown_proposal(b.booking_id) as proposal
  having b.status in ('pending_payment', 'requested', 'confirmed')
) as m on true;

comment on view tutoring.bookings is
  'Bookings of the reader, on either side. core_status is the exact state behind status. place and '
  'meeting_url are told once it is confirmed. proposed_…: another time that the expert proposes, '
  'which the learner answers with answer_move.';

create view tutoring.booking_details with (security_invoker = true) as
select
  b.*,
  (d.details).title as session_title,
  (d.details).description as session_description,
  (extract(epoch from b.end_at - b.start_at) / 60)::integer as duration_minutes,
  (d.details).provider_name as expert_name,
  (d.details).provider_bio as expert_bio,
  (d.details).customer_name as learner_name,
  b.start_at as slot_start_time,
  b.end_at as slot_end_time
from tutoring.bookings as b
left join lateral (select internal.shown_details(b.id) as details group by ()) as d on true;

comment on view tutoring.booking_details is
  'A booking with its session, both names and its times: one row, no joins for the reader.';

create view tutoring.expert_sessions with (security_invoker = true) as
select s.* from tutoring.sessions as s;

comment on view tutoring.expert_sessions is 'The old name of sessions, to read.';

create view tutoring.slots with (security_invoker = true) as
select s.* from tutoring.bookable_slots as s;

comment on view tutoring.slots is 'The old name of bookable_slots, to read.';
