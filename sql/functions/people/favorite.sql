-- Favourites: a person marks providers.

create or replace function api.add_favorite(
  p_provider_id uuid,
  p_person_id   uuid default null,
  p_favorite_id uuid default null
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
  perform from core.provider as v
  where v.provider_id = p_provider_id and (v.stopped_until is null or v.stopped_until <= now());
  if not found then
    perform internal.refuse(
      'M4001', 'provider_not_found', format('There is no provider %s.', p_provider_id));
  end if;
  perform internal.ensure_person(v_me);
  perform internal.require_room(
    (select count(*) from core.favorite as f where f.person_id = v_me), 1000, 'favourites');

  insert into core.favorite (favorite_id, person_id, provider_id)
  values (coalesce(p_favorite_id, gen_random_uuid()), v_me, p_provider_id)
  on conflict (person_id, provider_id) do nothing;
  return found;
end
$$;

alter function api.add_favorite owner to definer;

comment on function api.add_favorite is $$
Mark a provider as a favourite of the caller's, who may be named; false if it was one already. At
most 1,000. p_favorite_id is the id of the mark, if its client has made one.

Raises
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  M4001 provider_not_found  there is no such provider
  M9002 too_many_made
  42501                     p_person_id is somebody else
$$;

create or replace function api.remove_favorite(p_provider_id uuid)
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
  delete from core.favorite as f where f.person_id = v_me and f.provider_id = p_provider_id;
  return found;
end
$$;

alter function api.remove_favorite owner to definer;

comment on function api.remove_favorite is $$
Take a mark of the caller's away; false if there was none.

Raises
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
$$;
