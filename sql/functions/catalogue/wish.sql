-- Wishes: a person keeps a list of products.

create or replace function api.add_wish(
  p_offering_id uuid,
  p_person_id   uuid default null,
  p_wish_id     uuid default null
)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_me uuid := internal.require_identity(coalesce(p_person_id, internal.user_id()));
begin
  perform from core.offering as o
  where o.offering_id = p_offering_id and o.kind = 'product' and o.is_active;
  if not found then
    perform internal.refuse(
      'M4306', 'product_not_found', format('There is no product %s.', p_offering_id));
  end if;
  perform internal.ensure_person(v_me);
  perform internal.require_room(
    (select count(*) from core.wish as w where w.person_id = v_me), 1000, 'wishes');

  insert into core.wish (wish_id, person_id, offering_id)
  values (coalesce(p_wish_id, gen_random_uuid()), v_me, p_offering_id)
  on conflict (person_id, offering_id) do nothing;
  return found;
end
$$;

alter function api.add_wish owner to definer;

comment on function api.add_wish is $$
Put a product on the list of wishes of the caller, who may be named; false if it was there already.
At most 1,000. p_wish_id is the id of the wish, if its client has made one.

Raises
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  M4306 product_not_found  there is no such product
  M9002 too_many_made
  42501                    p_person_id is somebody else
$$;

create or replace function api.remove_wish(p_offering_id uuid)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_me uuid := internal.require_user_id();
begin
  perform internal.require_actor();
  delete from core.wish as w where w.person_id = v_me and w.offering_id = p_offering_id;
  return found;
end
$$;

alter function api.remove_wish owner to definer;

comment on function api.remove_wish is $$
Take a product off the caller's list of wishes; false if it was not there.

Raises
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
$$;
