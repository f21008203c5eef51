-- The functions of the tutoring lens: those of api, under the names its clients know.

create function tutoring.create_session(
  p_expert_user_id   uuid,
  p_title            text,
  p_description      text,
  p_duration_minutes integer,
  p_price_cents      integer,
  p_currency         text default 'DKK'
)
returns uuid
language sql
volatile
return api.create_session(p_expert_user_id, p_title, p_description, p_duration_minutes,
                          p_price_cents, p_currency);

comment on function tutoring.create_session is 'See api.create_session.';

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
  select b.booking_id, b.amount_cents, b.currency, b.expert_id, b.session_id
  from api.create_booking_with_payment(
    p_learner_user_id, p_slot_id, p_notes, p_idempotency_key, p_seats, p_coupon_code) as b;
end;

comment on function tutoring.create_booking_with_payment is 'See api.create_booking_with_payment.';

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
return api.become_provider(p_display_name, p_bio, p_expertise_areas, p_currency, p_timezone);

comment on function tutoring.become_expert is 'See api.become_provider.';

create function tutoring.become_learner(
  p_display_name   text default null,
  p_learning_goals text[] default null,
  p_interests      text[] default null,
  p_timezone       text default null
)
returns uuid
language sql
volatile
return api.become_customer(p_display_name, p_learning_goals, p_interests, p_timezone);

comment on function tutoring.become_learner is 'See api.become_customer.';

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
