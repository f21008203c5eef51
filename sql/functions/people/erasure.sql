-- Erasing a person.
--
-- The books must stay complete, so rows of money stay and personal data is removed from them.

create or replace function internal.require_nothing_open(p_person_id uuid)
returns void
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (
    select
    from core.booking as b
    where p_person_id in (b.customer_id, b.provider_id)
      and internal.is_coming(b.status)
      and b.ends_at > now()
  ) then
    perform internal.refuse(
      'M9701', 'bookings_are_open', 'This person has bookings in the future.',
      'Cancel them first.');
  end if;

  -- It must not be negative either: an erased person can neither be paid nor pay back.
  if exists (
    select
    from core.ledger_account as a
    join core.ledger_balance as b using (ledger_account_id)
    where a.person_id = p_person_id and b.balance_minor <> 0
  ) then
    perform internal.refuse(
      'M9702', 'wallet_not_empty', 'The wallet of this person holds or owes money.',
      'Have it paid out, or settled by staff, first.');
  end if;
end
$$;

alter function internal.require_nothing_open owner to definer;

comment on function internal.require_nothing_open is $$
Raises
  M9701 bookings_are_open  a booking lies ahead
  M9702 wallet_not_empty   money of the person has not been paid out, or is owed
$$;

create or replace function internal.erase_payment_details(p_person_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Stripe's ids stay, like those of payments, so that transfers can still be explained.
  update core.payout_account as a
  set details = case when a.rail = 'manual' then '' end, bank_ref = null, requirements = '[]',
      replaced_at = coalesce(a.replaced_at, now())
  where a.provider_id = p_person_id;

  delete from core.payment_method as m where m.person_id = p_person_id;
  delete from core.referral_code as c where c.person_id = p_person_id;
  update core.promotion as p set features = null where p.provider_id = p_person_id;

  -- Stripe's events carry names and addresses. They are applied and no longer needed.
  update core.stripe_event as e
  set payload = ''
  where e.status in ('done', 'ignored')
    and e.object_id in (
      select a.external_id from core.payout_account as a where a.provider_id = p_person_id
      union all
      select unnest(array[p.external_id, p.charge_id])
      from core.payment as p
      where p.payer_id = p_person_id
      union all
      select d.external_id
      from core.dispute as d
      join core.payment as p using (payment_id)
      where p.payer_id = p_person_id);
end
$$;

alter function internal.erase_payment_details owner to definer;

comment on function internal.erase_payment_details is
  'The part of internal.erase_person for Stripe and bank details.';

create or replace function internal.erase_words(p_person_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  update core.booking as b
  set customer_notes = null,
      cancel_reason = case when b.cancelled_by <> 'customer' then b.cancel_reason end
  where b.customer_id = p_person_id
    and (b.customer_notes is not null or b.cancel_reason is not null);

  update core.booking as b
  set cancel_reason = null
  where b.provider_id = p_person_id and b.cancelled_by = 'provider' and b.cancel_reason is not null;

  update core.booking_event as e
  set reason = null
  from core.booking as b
  where b.booking_id = e.booking_id
    and e.reason is not null
    and (e.actor_id = p_person_id
         or e.actor = 'customer' and b.customer_id = p_person_id
         or e.actor = 'provider' and b.provider_id = p_person_id);

  update core.refund as r
  set reason = null
  from core.payment as p
  where p.payment_id = r.payment_id
    and r.reason is not null
    and p_person_id in (p.payer_id, p.payee_id);

  update core.call_off as c set reason = null where c.provider_id = p_person_id;
  update core.availability_exception as x set reason = null where x.provider_id = p_person_id;

  update core.move_proposal as m
  set reason = null
  from core.booking as b
  where b.booking_id = m.booking_id and b.provider_id = p_person_id and m.reason is not null;

  update core.booking_note as n
  set provider_notes = ''
  from core.booking as b
  where b.booking_id = n.booking_id and b.provider_id = p_person_id;

  -- The ratings stay, because the averages contain them; the texts go.
  update core.review as r
  set comment = case when r.author_id <> p_person_id then r.comment end,
      reply = case when r.provider_id <> p_person_id or r.author_side = 'provider' then r.reply end
  where p_person_id in (r.author_id, r.provider_id);
end
$$;

alter function internal.erase_words owner to definer;

comment on function internal.erase_words is
  'The part of internal.erase_person for texts about bookings that the person wrote.';

create or replace function internal.erase_talk(p_person_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  delete from core.message_original as o
  using core.message as m
  where m.message_id = o.message_id and m.sender_id = p_person_id;
  update core.message as m set body = '' where m.sender_id = p_person_id;
  update core.conversation as c set title = null where c.opened_by = p_person_id;
  delete from core.block as b where p_person_id in (b.person_id, b.blocked_id);

  delete from core.case_attachment as a
  using core.support_case as c
  where c.support_case_id = a.support_case_id and c.person_id = p_person_id;
  update core.support_case as c
  set title = '', description = null, booking_ref = null, resolution = null, kind = 'other'
  where c.person_id = p_person_id;
end
$$;

alter function internal.erase_talk owner to definer;

comment on function internal.erase_talk is
  'The part of internal.erase_person for messages and cases that the person wrote.';

create or replace function internal.erase_offerings(p_person_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- What a calendar has closed goes with it.
  delete from core.busy_calendar as c where c.provider_id = p_person_id;
  -- The title stays: it says what was bought.
  delete from core.offering_venue as v
  using core.offering as o
  where o.offering_id = v.offering_id and o.provider_id = p_person_id;
  delete from core.offering_material as m
  using core.offering as o
  where o.offering_id = m.offering_id and o.provider_id = p_person_id;
  update core.offering as o
  set is_active = false, summary = null, description = null, prerequisites = null, tags = '{}',
      slug = case when o.kind = 'course' then o.offering_id::text end, category_code = null,
      attrs = '{}'
  where o.provider_id = p_person_id;
  update core.stock_item as s
  set sku = null
  from core.offering as o
  where o.offering_id = s.offering_id and o.provider_id = p_person_id;
end
$$;

alter function internal.erase_offerings owner to definer;

comment on function internal.erase_offerings is
  'The part of internal.erase_person for what the person offers.';

create or replace function internal.erase_places(p_person_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  delete from core.location as l where l.person_id = p_person_id;
  delete from core.credential as c where c.provider_id = p_person_id;
  delete from core.provider_rate_tier as t where t.provider_id = p_person_id;

  -- Bookings refer to the dogs, so the rows stay.
  delete from core.subject_photo as f
  using core.subject as s
  where s.subject_id = f.subject_id and s.customer_id = p_person_id;
  update core.subject as s
  set name = '', breed = null, age_years = null, age_recorded_on = null, size = null,
      notes = null, retired_at = coalesce(s.retired_at, now())
  where s.customer_id = p_person_id;
end
$$;

alter function internal.erase_places owner to definer;

comment on function internal.erase_places is
  'The part of internal.erase_person for places, credentials, rates and dogs.';

create or replace function internal.erase_keys(p_person_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  delete from core.calendar_feed as f where f.person_id = p_person_id;
  update core.booking as b
  set idempotency_key = null
  where b.customer_id = p_person_id and b.idempotency_key is not null;
  update core.order as o
  set idempotency_key = null, asked = null
  where o.customer_id = p_person_id and (o.idempotency_key is not null or o.asked is not null);
  update core.payout as p
  set idempotency_key = null
  where p.provider_id = p_person_id and p.idempotency_key is not null;

  -- What a mail server answered names the address.
  update core.delivery as d
  set detail = null
  from core.outbox as o
  where o.outbox_id = d.outbox_id and o.person_id = p_person_id and d.detail is not null;
end
$$;

alter function internal.erase_keys owner to definer;

comment on function internal.erase_keys is $$
The part of internal.erase_person for keys, which are a client's own words, and for what the mail
server said of an address.
$$;

create or replace function internal.erase_courses(p_person_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  delete from core.profile as p where p.customer_id = p_person_id;
  delete from core.profile_leave as l where p_person_id in (l.customer_id, l.provider_id);

  -- That a course was completed stays, and who has completed it goes.
  update core.certificate as c
  set learner_name = case when c.customer_id <> p_person_id then c.learner_name else '' end,
      provider_name = case when e.provider_id <> p_person_id then c.provider_name else '' end
  from core.enrolment as e
  where e.enrolment_id = c.enrolment_id and p_person_id in (c.customer_id, e.provider_id);

  -- The courses of an author go with all that is in them. Who bought one keeps the order.
  delete from core.course_section as s
  using core.offering as o
  where o.offering_id = s.offering_id and o.provider_id = p_person_id;
  delete from core.course_body as b
  using core.offering as o
  where o.offering_id = b.offering_id and o.provider_id = p_person_id;
  update core.course as c
  set image_url = null, preview_url = null
  from core.offering as o
  where o.offering_id = c.offering_id and o.provider_id = p_person_id;
end
$$;

alter function internal.erase_courses owner to definer;

comment on function internal.erase_courses is
  'The part of internal.erase_person for courses, certificates and the profile.';

create or replace function internal.erase_posts(p_person_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_heard constant uuid[] := array(
    select c.author_id
    from core.post as p
    join core.comment as c using (post_id)
    where p.author_id = p_person_id);
begin
  -- The row of a post stays, because the comments of others hang on it; nobody sees it.
  update core.post as p
  set title = '', body = '', is_published = false, hidden_reason = null
  where p.author_id = p_person_id;
  delete from core.comment as c where c.author_id = p_person_id;
  update core.report as r set reason = '' where r.reporter_id = p_person_id;
  perform internal.settle_heard(v_heard || p_person_id);
end
$$;

alter function internal.erase_posts owner to definer;

comment on function internal.erase_posts is
  'The part of internal.erase_person for posts, comments and reports.';

create or replace function internal.erase_person(p_person_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform internal.require_nothing_open(p_person_id);

  delete from identity.account as a where a.account_id = p_person_id;
  delete from core.person_private as p where p.person_id = p_person_id;

  update core.customer as c
  set goals = '{}', interests = '{}', experience_level = null, preferred_duration_min = null
  where c.customer_id = p_person_id;

  update core.provider as p
  set provider_type = null, specialties = '{}', accepting_bookings = false,
      presence = 'offline', service_radius_m = null, years_experience = null
  where p.provider_id = p_person_id;

  perform internal.erase_words(p_person_id);
  perform internal.erase_talk(p_person_id);
  perform internal.erase_places(p_person_id);
  perform internal.erase_offerings(p_person_id);
  perform internal.erase_courses(p_person_id);
  perform internal.erase_posts(p_person_id);
  perform internal.erase_keys(p_person_id);
  perform internal.erase_payment_details(p_person_id);

  delete from core.notification as n where n.person_id = p_person_id;
  delete from core.notification_preference as n where n.person_id = p_person_id;
  delete from core.quiet_hours as q where q.person_id = p_person_id;
  delete from core.favorite as f where f.person_id = p_person_id;
  delete from core.wish as w where w.person_id = p_person_id;

  -- Messages that wait to be sent could contain personal data.
  update core.outbox as o
  set payload = '{}', sent_at = coalesce(o.sent_at, now())
  where o.person_id = p_person_id;

  -- Last of all: from here on the person may change nothing.
  update core.person as p
  set username = null, display_name = '', first_name = null, last_name = null,
      avatar_url = null, bio = null, legacy_ref = null, status = 'deleted', is_listed = false,
      locale = default
  where p.person_id = p_person_id;

  perform internal.audit('erase', 'person', p_person_id::text, null, null);
end
$$;

alter function internal.erase_person owner to definer;

comment on function internal.erase_person is $$
Erase a person and keep the books: the login, its sessions, names, addresses, bank details and texts
are removed; orders, payments, the ledger and the ids in them stay. Cannot be undone.

Raises
  M9701 bookings_are_open  a booking lies ahead
  M9702 wallet_not_empty   money of the person has not been paid out
$$;

create or replace function api.erase_person(p_person_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_person_id is null
     or p_person_id is distinct from internal.user_id() and not internal.is_service() then
    raise exception using errcode = '42501', message = 'People erase themselves.';
  end if;
  perform internal.erase_person(p_person_id);
end
$$;

alter function api.erase_person owner to definer;

comment on function api.erase_person is $$
Erase the caller, or for the house anybody; see internal.erase_person. For the triggers of lenses:
deleting one's row there is this.

Raises
  M9701 bookings_are_open  a booking lies ahead
  M9702 wallet_not_empty   money of the person has not been paid out
  42501                    it is somebody else
$$;

create or replace function api.erase_me()
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_me uuid := internal.require_user_id();
begin
  perform internal.erase_person(v_me);
end
$$;

alter function api.erase_me owner to definer;

comment on function api.erase_me is $$
Erase the caller (GDPR, article 17); see internal.erase_person. Tokens that are still out are
refused by everything that writes, and expire within the hour.

Raises
  M1001 sign_in_required   nobody is signed in
  M9701 bookings_are_open  a booking lies ahead
  M9702 wallet_not_empty   money of the caller has not been paid out
$$;
