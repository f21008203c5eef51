-- Enrolments: who may read a course. A free course is entered, another is ordered; the enrolment
-- waits from the order on and holds the one place that a customer has in a course.

create or replace function internal.is_enrolled(p_enrolment core.enrolment)
returns boolean
language sql
stable
return (p_enrolment).enrolled_at is not null
  and (p_enrolment).ended_at is null
  and ((p_enrolment).expires_at is null or (p_enrolment).expires_at > now());

comment on function internal.is_enrolled is
  'Whether an enrolment gives access at this instant: paid or free, not given back, not expired.';

create or replace function internal.open_course_ids()
returns setof uuid
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select e.offering_id
  from core.enrolment as e
  where e.customer_id = internal.user_id() and internal.is_enrolled(e);
end
$$;

alter function internal.open_course_ids owner to definer;

comment on function internal.open_course_ids is
  'Courses whose bodies, videos and files the caller may open at this instant.';

create or replace function internal.enrolled_course_ids()
returns setof uuid
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select e.offering_id
  from core.enrolment as e
  where e.customer_id = internal.user_id();
end
$$;

alter function internal.enrolled_course_ids owner to definer;

comment on function internal.enrolled_course_ids is
  'Courses the caller has ever been in, or has ordered: they see their table of contents after they '
  'were taken down, and what an unpaid order is for.';

create or replace function internal.has_learners()
returns boolean
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return exists (select from core.enrolment as e where e.provider_id = internal.user_id());
end
$$;

alter function internal.has_learners owner to definer;

comment on function internal.has_learners is
  'Whether anybody is in a course of the caller''s: asked once, before it is asked who.';

create or replace function internal.take_place(
  p_customer_id  uuid,
  p_offering     core.offering,
  p_enrolment_id uuid default null
)
returns core.enrolment
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_enrolment core.enrolment;
begin
  if p_offering.provider_id = p_customer_id then
    perform internal.refuse('M3201', 'own_offering', 'Nobody buys of themselves.');
  elsif not p_offering.is_active then
    perform internal.refuse('M9205', 'offering_inactive', 'This was taken down.');
  end if;

  insert into core.enrolment (enrolment_id, customer_id, offering_id, provider_id)
  values (coalesce(p_enrolment_id, gen_random_uuid()), p_customer_id, p_offering.offering_id,
          p_offering.provider_id)
  on conflict (customer_id, offering_id) do nothing;
  select e.* into v_enrolment
  from core.enrolment as e
  where e.customer_id = p_customer_id and e.offering_id = p_offering.offering_id
  for no key update;
  if internal.is_enrolled(v_enrolment) then
    perform internal.refuse('M9801', 'already_enrolled', 'You are in this course already.');
  end if;
  return v_enrolment;
end
$$;

alter function internal.take_place owner to definer;

comment on function internal.take_place is $$
Lock the one place that a customer has in a course, and make it, with the id that is given, if there
is none.

Raises
  M3201 own_offering       the course is the caller's own
  M9205 offering_inactive  it was taken down
  M9801 already_enrolled   they are in it
$$;

create or replace function internal.lock_enrolments(p_order_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform
  from core.enrolment as e
  join core.order_line as l
    on l.customer_id = e.customer_id and l.offering_id = e.offering_id
  where l.order_id = p_order_id and l.kind = 'enrolment'
  order by e.enrolment_id
  for no key update of e;
end
$$;

alter function internal.lock_enrolments owner to definer;

comment on function internal.lock_enrolments is
  'Lock the enrolments that an order pays for, in the order of their key.';

create or replace function internal.begin_enrolment(p_line core.order_line)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_enrolment core.enrolment;
begin
  update core.enrolment as e
  set order_line_id = p_line.order_line_id,
      enrolled_at = now(),
      ended_at = null,
      expires_at = now() + make_interval(days => c.access_days)
  from core.course as c
  where e.customer_id = p_line.customer_id
    and e.offering_id = p_line.offering_id
    and c.offering_id = e.offering_id
    and not internal.is_enrolled(e)
  returning e.* into v_enrolment;
  if not found then
    return false;
  end if;
  perform internal.notify(t.person_id, 'course_enrolled',
                          jsonb_build_object('enrolment_id', v_enrolment.enrolment_id))
  from unnest(array[v_enrolment.customer_id, v_enrolment.provider_id]) as t(person_id);
  return true;
end
$$;

alter function internal.begin_enrolment owner to definer;

comment on function internal.begin_enrolment is $$
Give access for a paid line, and tell both sides; false if another line has given it since, so that the second payment
goes back. The caller holds internal.lock_enrolments.
$$;

create or replace function internal.settle_enrolment(p_order_line_id uuid, p_is_returned boolean)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  update core.enrolment as e
  set ended_at = case when p_is_returned then now() end
  where e.order_line_id = p_order_line_id
    and (e.ended_at is not null) <> p_is_returned;
end
$$;

alter function internal.settle_enrolment owner to definer;

comment on function internal.settle_enrolment is $$
End the access that a line paid for, when all of the line has gone back to its payer; give it again
if the refund did not stand.
$$;

create or replace function api.enrol(
  p_offering_id  uuid,
  p_customer_id  uuid default null,
  p_enrolment_id uuid default null
)
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_customer_id uuid := internal.require_identity(coalesce(p_customer_id, internal.user_id()));
  v_offering    core.offering;
  v_enrolment   core.enrolment;
begin
  perform internal.require_active(v_customer_id);
  select o.* into v_offering
  from core.offering as o
  join core.course as c using (offering_id)
  where o.offering_id = p_offering_id;
  if not found then
    perform internal.refuse('M4801', 'course_not_found',
      format('There is no course %s.', p_offering_id));
  end if;
  if internal.course_price(v_offering) > 0 then
    if v_offering.offering_id in (select internal.open_course_ids()) then
      perform internal.refuse('M9801', 'already_enrolled', 'You are in this course already.');
    end if;
    perform internal.refuse('M2801', 'course_costs_money', 'This course is not free.',
      'Order it: place_order with {"offering_id": …}, or a new row of "Payment" in the lens fitness.');
  end if;
  perform internal.ensure_person(v_customer_id);
  perform internal.ensure_customer(v_customer_id);

  v_enrolment := internal.take_place(v_customer_id, v_offering, p_enrolment_id);
  update core.enrolment as e
  set order_line_id = null, enrolled_at = now(), ended_at = null,
      expires_at = now() + make_interval(days => c.access_days)
  from core.course as c
  where e.enrolment_id = v_enrolment.enrolment_id and c.offering_id = e.offering_id;
  return v_enrolment.enrolment_id;
end
$$;

alter function api.enrol owner to definer;

comment on function api.enrol is $$
Enter a free course; return the id of the enrolment: p_enrolment_id, if its client has made one and
the caller was never in the course. One that costs money is ordered instead
(api.place_order), and the enrolment begins when the money has arrived. Locks the enrolment.

Raises
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  M2801 course_costs_money  it is not free
  M3201 own_offering        the course is the caller's own
  M4801 course_not_found    there is no such course
  M9205 offering_inactive   it was taken down
  M9801 already_enrolled    the caller is in it
  23505                     there is an enrolment of this id
$$;
