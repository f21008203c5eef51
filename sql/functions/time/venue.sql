-- Where an offering takes place, for its provider and for those who have booked it.

create or replace function internal.write_venue(p_offering_id uuid, p_venue jsonb)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_venue core.offering_venue;
begin
  if not p_venue ?| array['place', 'meeting_url'] then
    return;
  end if;
  select v.* into v_venue from core.offering_venue as v where v.offering_id = p_offering_id;
  if p_venue ? 'place' then
    v_venue.place := nullif(btrim(p_venue ->> 'place'), '');
  end if;
  if p_venue ? 'meeting_url' then
    v_venue.meeting_url := nullif(btrim(p_venue ->> 'meeting_url'), '');
  end if;

  if length(v_venue.place) > 500 then
    perform internal.refuse('M0110', 'venue_invalid', 'A place has at most 500 characters.');
  end if;
  if v_venue.meeting_url !~* '^https?://[^[:space:]]+$' or length(v_venue.meeting_url) > 2000 then
    perform internal.refuse('M0110', 'venue_invalid',
      'A meeting link begins with https:// and has at most 2000 characters.');
  end if;

  if v_venue.place is null and v_venue.meeting_url is null then
    delete from core.offering_venue as v where v.offering_id = p_offering_id;
  else
    insert into core.offering_venue as v (offering_id, place, meeting_url)
    values (p_offering_id, v_venue.place, v_venue.meeting_url)
    on conflict (offering_id) do update
      set place = excluded.place, meeting_url = excluded.meeting_url, updated_at = now();
  end if;
end
$$;

alter function internal.write_venue owner to definer;

comment on function internal.write_venue is $$
Store the place and the meeting link that p_venue has; what it does not have stays. The calling
function has checked whose offering it is.

Raises
  M0110 venue_invalid  the place is too long, or the link is none
$$;

create or replace function api.set_venue(
  p_offering_id uuid,
  p_place       text default null,
  p_meeting_url text default null
)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform internal.require_actor();
  if not exists (
    select
    from core.offering as o
    where o.offering_id = p_offering_id
      and (o.provider_id = internal.user_id() or internal.is_service())
  ) then
    perform internal.refuse(
      'M4101', 'offering_not_found', format('You have no offering %s.', p_offering_id));
  end if;
  perform internal.write_venue(
    p_offering_id, jsonb_build_object('place', p_place, 'meeting_url', p_meeting_url));
end
$$;

alter function api.set_venue owner to definer;

comment on function api.set_venue is $$
Say where an offering of the caller's takes place: a place, a link to a meeting, or both; nulls take
it back. Both sides of a confirmed booking read it in their mail, their calendar and the booking;
nobody else does. Safe to repeat.

Raises
  M0110 venue_invalid       the place is too long, or the link is none
  M4101 offering_not_found  there is none, or it is another provider's
$$;

create or replace function internal.confirmed_offering_ids()
returns setof uuid
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select distinct b.offering_id
  from core.booking as b
  where b.customer_id = internal.user_id()
    and b.status in ('confirmed', 'completed', 'no_show_customer');
end
$$;

alter function internal.confirmed_offering_ids owner to definer;

comment on function internal.confirmed_offering_ids is
  'What the caller has a place in: they are told where it takes place.';
