-- Exporting all data of a person: a function for each area, which api.export_my_data puts together.

create or replace function api.export_my_data()
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_me uuid := internal.require_user_id();
begin
  return jsonb_build_object(
    'exported_at', now(),
    'person', (select to_jsonb(p) - 'words' from core.person as p where p.person_id = v_me),
    'private', (select to_jsonb(p) from core.person_private as p where p.person_id = v_me),
    'roles', (
      select jsonb_agg(r.name order by r.name)
      from core.person_role as pr
      join core.role as r using (role_id)
      where pr.person_id = v_me),
    'customer', (select to_jsonb(c) from core.customer as c where c.customer_id = v_me),
    'notifications', (
      select jsonb_agg(to_jsonb(n) order by n.seq)
      from core.notification as n
      where n.person_id = v_me),
    'notification_preferences', (
      select jsonb_agg(to_jsonb(n))
      from core.notification_preference as n
      where n.person_id = v_me),
    'locations', (
      select jsonb_agg(to_jsonb(l) || to_jsonb(x) order by l.created_at)
      from core.location as l
      left join core.location_exact as x using (location_id)
      where l.person_id = v_me),
    'subjects', (
      select jsonb_agg(
        to_jsonb(s) || jsonb_build_object('photos', (
          select jsonb_agg(to_jsonb(p)) from core.subject_photo as p
          where p.subject_id = s.subject_id))
        order by s.created_at)
      from core.subject as s
      where s.customer_id = v_me),
    'quiet_hours', (select to_jsonb(q) from core.quiet_hours as q where q.person_id = v_me))
    || internal.export_talk(v_me)
    || internal.export_login(v_me)
    || internal.export_bookings(v_me)
    || internal.export_learning(v_me)
    || internal.export_posts(v_me)
    || internal.export_offers(v_me)
    || internal.export_calendars(v_me)
    || internal.export_growth(v_me)
    || internal.export_money(v_me);
end
$$;

alter function api.export_my_data owner to definer;

comment on function api.export_my_data is $$
Everything that is stored about the caller, as one JSON document (GDPR, articles 15 and 20), except
secrets such as the password hash.

Raises
  M1001 sign_in_required  nobody is signed in
$$;

create or replace function internal.export_login(p_person_id uuid)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select jsonb_build_object(
    'account', (
      select jsonb_build_object(
        'email', a.email, 'email_confirmed_at', a.email_confirmed_at, 'new_email', a.new_email,
        'user_metadata', a.user_metadata, 'app_metadata', a.app_metadata,
        'is_anonymous', a.is_anonymous, 'created_at', a.created_at,
        'last_sign_in_at', a.last_sign_in_at)
      from identity.account as a
      where a.account_id = p_person_id),
    'sessions', (
      select jsonb_agg(jsonb_build_object(
        'created_at', s.created_at, 'refreshed_at', s.refreshed_at, 'user_agent', s.user_agent))
      from identity.session as s
      where s.account_id = p_person_id),
    'identities', (
      select jsonb_agg(jsonb_build_object(
        'provider', x.provider, 'identity_data', x.identity_data, 'created_at', x.created_at,
        'last_sign_in_at', x.last_sign_in_at))
      from identity.external_login as x
      where x.account_id = p_person_id),
    'factors', (
      select jsonb_agg(jsonb_build_object(
        'friendly_name', f.friendly_name, 'verified_at', f.verified_at, 'created_at', f.created_at))
      from identity.factor as f
      where f.account_id = p_person_id));
end;

alter function internal.export_login owner to definer;

comment on function internal.export_login is
  'The part of api.export_my_data about the login: account, sessions, other logins, factors.';

create or replace function internal.export_bookings(p_person_id uuid)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select jsonb_build_object(
    'bookings_made', (
      select jsonb_agg(to_jsonb(b) order by b.seq)
      from core.booking as b
      where b.customer_id = p_person_id),
    'orders', (
      select jsonb_agg(
        to_jsonb(o) || jsonb_build_object('lines', (
          select jsonb_agg(to_jsonb(l)) from core.order_line as l where l.order_id = o.order_id))
        order by o.seq)
      from core.order as o
      where o.customer_id = p_person_id),
    'booking_events', (
      select jsonb_agg(to_jsonb(e) order by e.booking_event_id)
      from core.booking_event as e
      where e.actor_id = p_person_id),
    'move_proposals', (
      select jsonb_agg(to_jsonb(m) order by m.created_at)
      from core.move_proposal as m
      join core.booking as b using (booking_id)
      where p_person_id in (b.customer_id, b.provider_id)),
    'reviews', (
      select jsonb_agg(to_jsonb(r) order by r.seq)
      from core.review as r
      where r.author_id = p_person_id),
    'tickets', (
      select jsonb_agg(to_jsonb(t) order by t.seq)
      from core.ticket as t
      join core.booking as b using (booking_id)
      where b.customer_id = p_person_id),
    'favourites', (
      select jsonb_agg(to_jsonb(f) order by f.seq)
      from core.favorite as f
      where f.person_id = p_person_id),
    'wishes', (
      select jsonb_agg(to_jsonb(w) order by w.seq)
      from core.wish as w
      where w.person_id = p_person_id),
    'waitlist', (
      select jsonb_agg(to_jsonb(w)) from core.waitlist_entry as w where w.customer_id = p_person_id));
end;

alter function internal.export_bookings owner to definer;

comment on function internal.export_bookings is
  'The part of api.export_my_data about what a customer booked, ordered and wrote.';

create or replace function internal.export_calendars(p_person_id uuid)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select jsonb_build_object(
    'calendar_feed', (
      select to_jsonb(f) - 'key_hash'
      from core.calendar_feed as f
      where f.person_id = p_person_id),
    'busy_calendars', (
      select jsonb_agg(to_jsonb(c) order by c.created_at)
      from core.busy_calendar as c
      where c.provider_id = p_person_id));
end;

alter function internal.export_calendars owner to definer;

comment on function internal.export_calendars is
  'The part of api.export_my_data about calendars elsewhere: the feed, and those that are read.';

create or replace function internal.export_learning(p_person_id uuid)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select jsonb_build_object(
    'profile', (select to_jsonb(p) from core.profile as p where p.customer_id = p_person_id),
    'profile_leaves', (
      select jsonb_agg(to_jsonb(l))
      from core.profile_leave as l
      where l.customer_id = p_person_id),
    'enrolments', (
      select jsonb_agg(
        to_jsonb(e) || jsonb_build_object(
          'lessons', (
            select jsonb_agg(to_jsonb(p)) from core.lesson_progress as p
            where p.enrolment_id = e.enrolment_id),
          'sections', (
            select jsonb_agg(to_jsonb(p)) from core.section_progress as p
            where p.enrolment_id = e.enrolment_id))
        order by e.asked_at)
      from core.enrolment as e
      where e.customer_id = p_person_id),
    'certificates', (
      select jsonb_agg(to_jsonb(c) order by c.issued_at)
      from core.certificate as c
      where c.customer_id = p_person_id),
    'courses', (
      select jsonb_agg(
        to_jsonb(c) || jsonb_build_object(
          'body', (select b.body from core.course_body as b where b.offering_id = c.offering_id),
          'sections', (
            select jsonb_agg(to_jsonb(s) || coalesce(to_jsonb(b), '{}') order by s.position)
            from core.course_section as s
            left join core.section_body as b using (section_id)
            where s.offering_id = c.offering_id),
          'lessons', (
            select jsonb_agg(to_jsonb(l) || coalesce(to_jsonb(b), '{}') order by l.position)
            from core.lesson as l
            left join core.lesson_body as b using (lesson_id)
            where l.offering_id = c.offering_id),
          'files', (
            select jsonb_agg(to_jsonb(a)) from core.lesson_attachment as a
            where a.offering_id = c.offering_id)))
      from core.course as c
      join core.offering as o using (offering_id)
      where o.provider_id = p_person_id));
end;

alter function internal.export_learning owner to definer;

comment on function internal.export_learning is
  'The part of api.export_my_data about courses, taken and given, and about the profile.';

create or replace function internal.export_posts(p_person_id uuid)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select jsonb_build_object(
    'posts', (
      select jsonb_agg(to_jsonb(p) order by p.created_at)
      from core.post as p
      where p.author_id = p_person_id),
    'comments', (
      select jsonb_agg(to_jsonb(c) order by c.created_at)
      from core.comment as c
      where c.author_id = p_person_id),
    'reports', (
      select jsonb_agg(to_jsonb(r) - 'closed_by' order by r.created_at)
      from core.report as r
      where r.reporter_id = p_person_id));
end;

alter function internal.export_posts owner to definer;

comment on function internal.export_posts is
  'The part of api.export_my_data about what a person has said to everybody.';

create or replace function internal.export_offers(p_person_id uuid)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select jsonb_build_object(
    'provider', (select to_jsonb(p) from core.provider as p where p.provider_id = p_person_id),
    'offerings', (
      select jsonb_agg(to_jsonb(o) - 'words' order by o.seq)
      from core.offering as o
      where o.provider_id = p_person_id),
    'venues', (
      select jsonb_agg(to_jsonb(v))
      from core.offering_venue as v
      join core.offering as o using (offering_id)
      where o.provider_id = p_person_id),
    'credentials', (
      select jsonb_agg(to_jsonb(c) order by c.created_at)
      from core.credential as c
      where c.provider_id = p_person_id),
    'rate_tiers', (
      select jsonb_agg(to_jsonb(t) order by t.max_radius_m)
      from core.provider_rate_tier as t
      where t.provider_id = p_person_id),
    'categories', (
      select jsonb_agg(to_jsonb(k))
      from core.offering_category as k
      join core.offering as o using (offering_id)
      where o.provider_id = p_person_id),
    'stock', (
      select jsonb_agg(to_jsonb(s))
      from core.stock_item as s
      join core.offering as o using (offering_id)
      where o.provider_id = p_person_id),
    'offering_materials', (
      select jsonb_agg(to_jsonb(m))
      from core.offering_material as m
      join core.offering as o using (offering_id)
      where o.provider_id = p_person_id),
    'reviews_received', (
      select jsonb_agg(jsonb_build_object('review_id', r.review_id, 'reply', r.reply))
      from core.review as r
      where r.provider_id = p_person_id and r.author_side = 'customer'),
    'availability_rules', (
      select jsonb_agg(to_jsonb(r))
      from core.availability_rule as r
      where r.provider_id = p_person_id),
    'availability_exceptions', (
      select jsonb_agg(to_jsonb(x))
      from core.availability_exception as x
      where x.provider_id = p_person_id),
    'call_offs', (
      select jsonb_agg(to_jsonb(c) order by c.created_at)
      from core.call_off as c
      where c.provider_id = p_person_id),
    -- Notes of customers belong to the customers; the provider gets their own notes.
    'bookings_received', (
      select jsonb_agg(
        to_jsonb(b) - 'customer_notes' || jsonb_build_object('provider_notes', n.provider_notes)
        order by b.seq)
      from core.booking as b
      left join core.booking_note as n using (booking_id)
      where b.provider_id = p_person_id));
end;

alter function internal.export_offers owner to definer;

comment on function internal.export_offers is
  'The part of api.export_my_data about a provider: offerings, hours and bookings.';

create or replace function internal.export_talk(p_person_id uuid)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select jsonb_build_object(
    'conversations', (
      select jsonb_agg(
        to_jsonb(c) || jsonb_build_object('joined_at', m.joined_at) order by c.seq)
      from core.conversation_member as m
      join core.conversation as c using (conversation_id)
      where m.person_id = p_person_id),
    -- What others wrote is theirs; of their own the person gets what they wrote.
    'messages_sent', (
      select jsonb_agg(to_jsonb(m) || jsonb_build_object('original', o.body) order by m.seq)
      from core.message as m
      left join core.message_original as o using (message_id)
      where m.sender_id = p_person_id),
    'messages_read', (
      select jsonb_agg(to_jsonb(r)) from core.message_receipt as r where r.person_id = p_person_id),
    'blocked', (
      select jsonb_agg(to_jsonb(b)) from core.block as b where b.person_id = p_person_id),
    'support_cases', (
      select jsonb_agg(
        to_jsonb(c) || jsonb_build_object('attachments', (
          select jsonb_agg(to_jsonb(a))
          from core.case_attachment as a
          where a.support_case_id = c.support_case_id))
        order by c.seq)
      from core.support_case as c
      where c.person_id = p_person_id));
end;

alter function internal.export_talk owner to definer;

comment on function internal.export_talk is
  'The part of api.export_my_data about what the person has said to others and to the house.';

create or replace function internal.export_growth(p_person_id uuid)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select jsonb_build_object(
    'promotions', (
      select jsonb_agg(to_jsonb(p) order by p.seq)
      from core.promotion as p
      where p.provider_id = p_person_id),
    'referral_code', (
      select c.code from core.referral_code as c where c.person_id = p_person_id),
    'referrals', (
      select jsonb_agg(to_jsonb(r) order by r.seq)
      from core.referral as r
      where p_person_id in (r.referrer_id, r.referee_id)),
    'payment_methods', (
      select jsonb_agg(to_jsonb(m) order by m.created_at)
      from core.payment_method as m
      where m.person_id = p_person_id));
end;

alter function internal.export_growth owner to definer;

comment on function internal.export_growth is
  'The part of api.export_my_data about promotions, referrals and cards.';

create or replace function internal.export_money(p_person_id uuid)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select jsonb_build_object(
    'payments', (
      select jsonb_agg(to_jsonb(p) order by p.seq)
      from core.payment as p
      where p.payer_id = p_person_id),
    'refunds', (
      select jsonb_agg(to_jsonb(r) order by r.created_at)
      from core.refund as r
      join core.payment as p using (payment_id)
      where p_person_id in (p.payer_id, p.payee_id)),
    'disputes', (
      select jsonb_agg(to_jsonb(d) order by d.created_at)
      from core.dispute as d
      join core.payment as p using (payment_id)
      where p_person_id in (p.payer_id, p.payee_id)),
    'coupons', (
      select jsonb_agg(to_jsonb(c) order by c.seq)
      from core.coupon as c
      where c.provider_id = p_person_id),
    'coupon_uses', (
      select jsonb_agg(
        to_jsonb(u) || jsonb_build_object('code', c.code) order by u.created_at)
      from core.coupon_redemption as u
      join core.coupon as c using (coupon_id)
      where u.customer_id = p_person_id),
    'earnings', (
      select jsonb_agg(to_jsonb(e) order by e.created_at)
      from core.earning as e
      where e.provider_id = p_person_id),
    'payout_accounts', (
      select jsonb_agg(to_jsonb(a) order by a.created_at)
      from core.payout_account as a
      where a.provider_id = p_person_id),
    'payouts', (
      select jsonb_agg(
        to_jsonb(p) || jsonb_build_object('legs', (
          select jsonb_agg(to_jsonb(l))
          from core.payout_leg as l
          where l.payout_id = p.payout_id))
        order by p.seq)
      from core.payout as p
      where p.provider_id = p_person_id),
    'ledger', (
      select jsonb_agg(
        to_jsonb(e) || jsonb_build_object(
          'account', a.kind, 'kind', t.kind, 'phase', t.phase,
          'reference_kind', t.reference_kind, 'reference_id', t.reference_id,
          'description', t.description)
        order by e.ledger_entry_id)
      from core.ledger_entry as e
      join core.ledger_account as a using (ledger_account_id)
      join core.ledger_transfer as t using (ledger_transfer_id)
      where a.person_id = p_person_id));
end;

alter function internal.export_money owner to definer;

comment on function internal.export_money is
  'The part of api.export_my_data about money: paid, earned, refunded, paid out.';
