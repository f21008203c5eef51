-- The functions of the tutoring lens: those of api, under the names its clients know.

create function tutoring.create_session(
  p_expert_user_id   uuid,
  p_title            text,
  p_description      text,
  p_duration_minutes integer,
  p_price_cents      integer,
  p_currency         text default null
)
returns uuid
language sql
volatile
return api.save_offering(jsonb_build_object(
  'provider_id', p_expert_user_id, 'title', p_title, 'description', p_description,
  'duration_min', p_duration_minutes, 'price_minor', p_price_cents)
  || jsonb_strip_nulls(jsonb_build_object('currency', p_currency)));

comment on function tutoring.create_session is
  'See api.save_offering. Without a currency it is the expert''s, which is DKK unless the marketplace '
  'has another.';

create function tutoring.create_booking_with_payment(
  p_learner_user_id uuid,
  p_slot_id         uuid,
  p_notes           text default null,
  p_idempotency_key text default null,
  p_seats           integer default 1,
  p_coupon_code     text default null
)
returns table (
  booking_id   uuid,
  amount_cents integer,
  currency     text,
  expert_id    uuid,
  session_id   uuid
)
language sql
volatile
begin atomic
  select b.booking_id, b.amount_minor::integer, b.currency, b.provider_id, b.offering_id
  from api.book_slot(
    p_learner_user_id, p_slot_id, p_notes, p_idempotency_key, p_seats, p_coupon_code) as b;
end;

comment on function tutoring.create_booking_with_payment is 'See api.book_slot.';

create function tutoring.become_expert(
  p_display_name    text default null,
  p_bio             text default null,
  p_expertise_areas text[] default null,
  p_currency        text default null,
  p_timezone        text default null
)
returns uuid
language sql
volatile
return api.save_provider(jsonb_strip_nulls(jsonb_build_object(
  'display_name', p_display_name, 'bio', p_bio, 'specialties', p_expertise_areas,
  'currency', p_currency, 'timezone', p_timezone)));

comment on function tutoring.become_expert is 'See api.save_provider.';

create function tutoring.become_learner(
  p_display_name   text default null,
  p_learning_goals text[] default null,
  p_interests      text[] default null,
  p_timezone       text default null
)
returns uuid
language sql
volatile
return api.save_customer(jsonb_strip_nulls(jsonb_build_object(
  'display_name', p_display_name, 'goals', p_learning_goals, 'interests', p_interests,
  'timezone', p_timezone)));

comment on function tutoring.become_learner is 'See api.save_customer.';

create function tutoring.publish_session(p_session_id uuid)
returns void
language sql
volatile
return api.publish_offering(p_session_id);

comment on function tutoring.publish_session is 'See api.publish_offering.';

create function tutoring.unpublish_session(p_session_id uuid)
returns void
language sql
volatile
return api.unpublish_offering(p_session_id);

comment on function tutoring.unpublish_session is 'See api.unpublish_offering.';

create function tutoring.set_availability(p_windows jsonb, p_timezone text default null)
returns integer
language sql
volatile
return api.set_availability(
  case jsonb_typeof(p_windows) when 'array' then (
    select coalesce(jsonb_agg(jsonb_build_object(
      'weekday', w.w -> 'day_of_week', 'start_local', w.w -> 'start_time',
      'end_local', w.w -> 'end_time', 'timezone', w.w -> 'timezone')), '[]')
    from jsonb_array_elements(p_windows) as w(w))
  else p_windows end, p_timezone);

comment on function tutoring.set_availability is
  'See api.set_availability. Windows have day_of_week, start_time, end_time, timezone.';

create function tutoring.get_availability(p_provider_id uuid)
returns jsonb
language sql
stable
begin atomic
  select jsonb_set(a.hours, '{windows}', (
    select coalesce(jsonb_agg(
      w.w - array['weekday', 'start_local', 'end_local'] || jsonb_build_object(
        'day_of_week', w.w -> 'weekday', 'start_time', w.w -> 'start_local',
        'end_time', w.w -> 'end_local') order by w.at), '[]')
    from jsonb_array_elements(a.hours -> 'windows') with ordinality as w(w, at)))
  from (select api.get_availability(p_provider_id) as hours) as a;
end;

comment on function tutoring.get_availability is
  'See api.get_availability. Windows have day_of_week, start_time, end_time, timezone.';
