-- The lens of the dog-training system: trainers offer services, owners book them for their dogs.
--
-- Every view is security_invoker: row-level security of core decides what its reader sees. Columns
-- after those of the document are Convene's own.

create schema dogs;

comment on schema dogs is 'Lens: dog trainers, owners and their dogs, services, bookings.';

create view dogs.users with (security_invoker = true) as
select
  p.person_id as id,
  c.email,
  -- Passwords are kept by auth, as hashes, and shown to nobody.
  null::text as password,
  coalesce(p.first_name, split_part(p.display_name, ' ', 1)) as first_name,
  coalesce(p.last_name, ltrim(substr(p.display_name,
    length(split_part(p.display_name, ' ', 1)) + 1))) as last_name,
  c.phone,
  case when p.status = 'active' and p.suspended_until > now() then 'suspended' else p.status end
    as status,
  p.created_at,
  p.updated_at,
  p.avatar_url,
  p.timezone
from core.person as p
left join lateral internal.contact_of(p.person_id) as c on true
-- Who wrote a post somewhere is named there, and no owner for strangers to find here.
where p.is_listed or not p.is_heard or (select internal.user_id()) is not null;

comment on view dogs.users is
  'People: oneself, trainers, and those one has a booking with. email is told to oneself and '
  'staff; phone to the other side of a confirmed booking too. password is always null.';

create view dogs.roles with (security_invoker = true) as
select
  r.role_id as id,
  case r.name when 'customer' then 'owner' when 'provider' then 'trainer' else 'admin' end as name,
  r.name as core_name
from core.role as r
where r.name <> 'staff';

comment on view dogs.roles is
  'The roles: owner, trainer and admin. Staff, who read and decide cases, are no role here.';

create view dogs.user_roles with (security_invoker = true) as
select pr.person_id as user_id, pr.role_id
from core.person_role as pr
where exists (select from dogs.roles as r where r.id = pr.role_id);

comment on view dogs.user_roles is
  'Who has which roles: one''s own, and everybody''s for staff. A person may have several.';

create view dogs.dog_trainers with (security_invoker = true) as
select
  v.provider_id as id,
  v.provider_id as user_id,
  v.years_experience as years_of_experience,
  p.bio,
  v.verification = 'verified' as is_verified,
  v.rating_avg::double precision as average_rating,
  v.rating_count as total_reviews,
  v.created_at,
  v.updated_at,
  internal.to_decimal(v.hourly_rate_minor, v.currency)::double precision as hourly_rate,
  v.currency,
  v.accepting_bookings
from core.provider as v
join core.person as p on p.person_id = v.provider_id
where v.trains_dogs;

comment on view dogs.dog_trainers is
  'Trainers of dogs. Others who can be booked are in the other lenses until they become one here. '
  'Verification, rating and count are computed. hourly_rate is what a booking without a '
  'service costs.';

create view dogs.dog_owners with (security_invoker = true) as
select c.customer_id as id, c.customer_id as user_id, c.created_at, c.updated_at
from core.customer as c;

comment on view dogs.dog_owners is
  'Owners: the caller, and for a trainer those who have booked them.';

create view dogs.locations with (security_invoker = true) as
select
  l.location_id as id,
  l.person_id as user_id,
  x.address,
  l.city,
  l.region as state,
  x.postal_code as zip_code,
  coalesce(x.latitude, l.area_latitude)::double precision as latitude,
  coalesce(x.longitude, l.area_longitude)::double precision as longitude,
  l.label,
  l.country,
  l.is_primary,
  x.location_id is not null as is_exact,
  l.created_at,
  l.updated_at
from core.location as l
left join core.location_exact as x on x.location_id = l.location_id;

comment on view dogs.locations is
  'Places of the caller, of owners the caller is about to serve, and of trainers. Of trainers '
  'strangers see the town and rounded coordinates (is_exact says which), no address or zip code.';

create view dogs.trainer_services with (security_invoker = true) as
select
  o.offering_id as id,
  o.provider_id as trainer_id,
  o.title as name,
  o.description,
  o.duration_min as duration_minutes,
  internal.to_decimal(o.price_minor, o.currency)::double precision as price,
  o.is_active,
  o.created_at,
  o.updated_at,
  o.currency,
  o.tags,
  o.booking_mode
from core.offering as o
where o.kind in ('session', 'service')
  and exists (select from core.provider as v where v.provider_id = o.provider_id and v.trains_dogs);

comment on view dogs.trainer_services is
  'Active services, and the caller''s own. price is exact to the cent, in currency. booking_mode: '
  'instant, or request, which the trainer accepts.';

create view dogs.trainer_certifications with (security_invoker = true) as
select
  c.credential_id as id,
  c.provider_id as trainer_id,
  c.name,
  c.issued_by,
  c.issued_on as issued_at,
  c.created_at,
  c.updated_at
from core.credential as c;

comment on view dogs.trainer_certifications is 'What trainers have learned, as they say.';

create view dogs.trainer_availability with (security_invoker = true) as
select
  r.availability_rule_id as id,
  r.provider_id as trainer_id,
  r.weekday as day_of_week,
  r.start_local as start_time,
  r.end_local as end_time,
  r.created_at,
  r.updated_at,
  r.timezone
from core.availability_rule as r
where r.is_active;

comment on view dogs.trainer_availability is
  'Weekly hours; day 0 is Sunday. Writing them changes the free slots in the same transaction. The '
  'zone is that of the trainer if none is given.';

create view dogs.dogs with (security_invoker = true) as
select
  s.subject_id as id,
  s.customer_id as owner_id,
  s.name,
  s.breed,
  (s.age_years + extract(year from age(current_date, s.age_recorded_on)))::integer as age,
  s.size,
  s.notes,
  s.created_at,
  s.updated_at
from core.subject as s
where s.kind = 'dog' and s.retired_at is null;

comment on view dogs.dogs is
  'Dogs of the caller, and those a trainer has a booking with. age grows by itself. Deleting one '
  'retires it.';

create view dogs.dog_photos with (security_invoker = true) as
select f.subject_photo_id as id, f.subject_id as dog_id, f.url as photo_url, f.created_at
from core.subject_photo as f
where exists (select from dogs.dogs as d where d.id = f.subject_id);

comment on view dogs.dog_photos is 'Where pictures of dogs are, for whoever may see the dog.';

create view dogs.bookings with (security_invoker = true) as
select
  b.booking_id as id,
  b.provider_id as trainer_id,
  b.customer_id as owner_id,
  b.subject_id as dog_id,
  case when not internal.sells_hours(b.offering_id) then b.offering_id end as service_id,
  b.starts_at as start_time,
  b.ends_at as end_time,
  internal.to_decimal(b.price_minor, b.currency)::double precision as price_snapshot,
  case
    when b.status = 'pending_payment' and b.hold_expires_at <= now() then 'cancelled'
    when b.status in ('pending_payment', 'requested') then 'pending'
    when b.status = 'confirmed' then 'accepted'
    when b.status in ('completed', 'no_show_customer') then 'completed'
    else 'cancelled'
  end as status,
  b.cancel_reason as cancellation_reason,
  b.created_at,
  b.currency,
  b.status as core_status,
  b.hold_expires_at,
  b.customer_notes as notes,
  -- The bare key, so that services embed.
  b.offering_id,
  b.updated_at
from core.booking as b;

comment on view dogs.bookings is
  'Bookings of the reader, on either side. core_status is the exact state behind status. '
  'price_snapshot is computed when it is booked, before any coupon.';

create view dogs.reviews with (security_invoker = true) as
select
  r.review_id as id,
  r.booking_id,
  r.provider_id as trainer_id,
  r.author_id as owner_id,
  r.rating,
  r.comment,
  r.created_at,
  r.reply
from core.review as r
where r.author_side = 'customer'
  and exists (select from core.provider as v where v.provider_id = r.provider_id and v.trains_dogs);

comment on view dogs.reviews is
  'What owners say of trainers, once for each completed booking; everybody reads it.';

create view dogs.payments with (security_invoker = true) as
select
  p.payment_id as id,
  p.booking_id,
  internal.to_decimal(p.amount_minor, p.currency)::double precision as amount,
  p.currency,
  p.processor as provider,
  case
    when p.goes_back then 'refunded'
    when p.status in ('requires_payment', 'processing', 'authorized') then 'pending'
    when p.status in ('failed', 'cancelled') then 'failed'
    else 'paid'
  end as status,
  p.created_at,
  p.status as core_status,
  internal.to_decimal(p.refunded_minor, p.currency)::double precision as amount_refunded
from core.payment as p;

comment on view dogs.payments is
  'Payments of the reader, on either side. refunded: all of it goes back, or has arrived, or what '
  'was reserved on the card is let go. amount_refunded is what has arrived; core_status is the exact '
  'state.';

create view dogs.payouts with (security_invoker = true) as
select
  p.payout_id as id,
  p.provider_id as trainer_id,
  internal.to_decimal(p.amount_minor, p.currency)::double precision as amount,
  case p.status when 'paid' then 'processed' else 'pending' end as status,
  p.processed_at,
  p.currency,
  p.status as core_status,
  p.failure
from core.payout as p;

comment on view dogs.payouts is
  'Payouts of the reader; a new row asks for one. core_status tells a failed one from a pending '
  'one.';

create view dogs.notifications with (security_invoker = true) as
select
  n.notification_id as id,
  n.person_id as user_id,
  n.type,
  t.title || coalesce(': ' || b.offering_title, '') as message,
  n.read_at is not null as is_read,
  n.created_at,
  n.payload
from core.notification as n
left join core.notification_type as t on t.type = n.type
left join core.booking as b on b.booking_id = (n.payload ->> 'booking_id')::uuid;

comment on view dogs.notifications is
  'What the reader has been told. is_read may be set to true. payload has the ids it is about.';

create view dogs.audit_logs with (security_invoker = true) as
select
  l.audit_log_id as id,
  l.actor_id as actor_user_id,
  l.action,
  l.entity,
  l.entity_id,
  l.at as created_at
from core.audit_log as l
union all
select
  e.booking_event_id,
  e.actor_id,
  case e.to_status when 'confirmed' then 'accept' when 'completed' then 'complete'
                   when 'cancelled' then 'cancel' else e.to_status end,
  'booking',
  e.booking_id::text,
  e.at
from core.booking_event as e
where e.from_status is not null
union all
select b.booking_id, b.customer_id, 'create', 'booking', b.booking_id::text, b.created_at
from core.booking as b;

comment on view dogs.audit_logs is
  'What people have done with bookings, for the two sides of each and for staff; and what staff and '
  'the house have done, for staff.';

create function dogs.dog_owners(p_review dogs.reviews)
returns setof dogs.dog_owners
language sql
stable
rows 1
begin atomic
  select o.* from dogs.dog_owners as o where o.id = (p_review).owner_id;
end;

comment on function dogs.dog_owners is 'The owner who wrote a review, for its two sides; embeds.';

create function dogs.reviews(p_owner dogs.dog_owners)
returns setof dogs.reviews
language sql
stable
begin atomic
  select r.* from dogs.reviews as r where r.owner_id = (p_owner).id;
end;

comment on function dogs.reviews is 'What an owner has written; embeds as rows.';

create function dogs.actor(p_log dogs.audit_logs)
returns setof dogs.users
language sql
stable
rows 1
begin atomic
  select u.* from dogs.users as u where u.id = (p_log).actor_user_id;
end;

comment on function dogs.actor is 'Who has done what an audit log says; embeds as a column.';

create function dogs.users(p_log dogs.audit_logs)
returns setof dogs.users
language sql
stable
rows 1
begin atomic
  select u.* from dogs.users as u where u.id = (p_log).actor_user_id;
end;

comment on function dogs.users is 'The same user by the name of the table; embeds as a column.';

create function dogs.audit_logs(p_user dogs.users)
returns setof dogs.audit_logs
language sql
stable
begin atomic
  select l.* from dogs.audit_logs as l where l.actor_user_id = (p_user).id;
end;

comment on function dogs.audit_logs is 'What a user has done as staff; embeds as rows.';
