-- Subjects: the dogs of customers.

create or replace function internal.booked_subject_ids()
returns setof uuid
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select distinct b.subject_id
  from core.booking as b
  where b.provider_id = internal.user_id()
    and b.subject_id is not null
    and internal.takes_seat(b.status);
end
$$;

alter function internal.booked_subject_ids owner to definer;

comment on function internal.booked_subject_ids is
  'Dogs that the caller is to train or has trained; what was called off does not count.';

create or replace function api.save_subject(p_subject jsonb, p_if_exists text default 'merge')
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_subject core.subject;
begin
  perform internal.require_fields(p_subject,
    'subject_id', 'customer_id', 'kind', 'name', 'breed', 'age_years', 'size', 'notes');

  select s.* into v_subject
  from core.subject as s
  where s.subject_id = (p_subject ->> 'subject_id')::uuid;
  if found then
    perform internal.require_identity(v_subject.customer_id);
    if (p_subject ->> 'customer_id')::uuid <> v_subject.customer_id then
      raise exception using errcode = '42501', message = 'A dog stays with its owner.';
    elsif not internal.found_to_save('subject', p_if_exists) then
      return null;
    end if;
  else
    v_subject.subject_id := coalesce((p_subject ->> 'subject_id')::uuid, gen_random_uuid());
    v_subject.kind := 'dog';
    v_subject.customer_id := internal.require_identity(
      coalesce((p_subject ->> 'customer_id')::uuid, internal.user_id()));
    perform internal.require_customer(v_subject.customer_id);
    perform internal.require_room(count(*), 100, 'dogs')
    from core.subject as s
    where s.customer_id = v_subject.customer_id;
  end if;
  v_subject := jsonb_populate_record(
    v_subject, p_subject - array['subject_id', 'customer_id']);
  v_subject.name := internal.require_name(v_subject.name, 100);
  if p_subject ? 'age_years' then
    v_subject.age_recorded_on := case when v_subject.age_years is not null then current_date end;
  end if;

  insert into core.subject as s
    (subject_id, customer_id, kind, name, breed, age_years, age_recorded_on, size, notes)
  values (v_subject.subject_id, v_subject.customer_id, v_subject.kind, v_subject.name,
          v_subject.breed, v_subject.age_years, v_subject.age_recorded_on, v_subject.size,
          v_subject.notes)
  on conflict (subject_id) do update
    set kind = excluded.kind, name = excluded.name, breed = excluded.breed,
        age_years = excluded.age_years, age_recorded_on = excluded.age_recorded_on,
        size = excluded.size, notes = excluded.notes;
  return v_subject.subject_id;
end
$$;

alter function api.save_subject owner to definer;

comment on function api.save_subject is $$
Add a dog of the caller's, or change one, and return its id. p_subject: {"subject_id"?,
"customer_id"? (the caller), "kind"? (dog), "name", "breed"?, "age_years"?, "size"?, "notes"?}. A
field that is not given stays. p_if_exists: merge; ignore leaves it and returns null; fail refuses.

Raises
  M0011 if_exists_unknown, M0012 fields_invalid, M0013 field_unknown
  M0016 name_required       the name is empty or too long
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  M4202 customer_not_found  the caller is not a customer
  M9002 too_many_made       the customer has 100 of them
  23505                     p_if_exists is fail, and it is there
  42501                     the owner is somebody else
$$;

create or replace function api.retire_subject(p_subject_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Who is to train a dog needs its name and its notes.
  if exists (
    select
    from core.subject as s
    join core.booking as b using (subject_id)
    where s.subject_id = p_subject_id
      and s.retired_at is null
      and (s.customer_id = internal.user_id() or internal.is_service())
      and b.ends_at > now()
      and (internal.is_secured(b.status)
           or b.status = 'pending_payment' and b.hold_expires_at > now())
  ) then
    perform internal.refuse('M9007', 'subject_in_use', 'The dog has a booking that is not over.',
      'Cancel the booking first.');
  end if;
  update core.subject as s
  set retired_at = coalesce(s.retired_at, now())
  where s.subject_id = p_subject_id
    and (s.customer_id = internal.user_id() or internal.is_service());
  if not found then
    perform internal.refuse(
      'M4006', 'subject_not_found', format('You have no dog %s.', p_subject_id));
  end if;
end
$$;

alter function api.retire_subject owner to definer;

comment on function api.retire_subject is $$
Retire a dog of the caller's: it is neither shown nor booked any more. Its bookings stand, so it is
kept. Safe to repeat.

Raises
  M4006 subject_not_found  there is none, or it is somebody else's
  M9007 subject_in_use     it has a booking that is not over
$$;

create or replace function api.save_subject_photo(
  p_photo     jsonb,
  p_if_exists text default 'merge'
)
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_photo core.subject_photo;
  v_owner uuid;
begin
  perform internal.require_fields(p_photo, 'subject_photo_id', 'subject_id', 'url');
  select p.* into v_photo
  from core.subject_photo as p
  where p.subject_photo_id = (p_photo ->> 'subject_photo_id')::uuid;

  select s.customer_id into v_owner
  from core.subject as s
  where s.subject_id = coalesce(v_photo.subject_id, (p_photo ->> 'subject_id')::uuid);
  if not found then
    perform internal.refuse('M4006', 'subject_not_found', 'You have no such dog.');
  end if;
  perform internal.require_identity(v_owner);

  if v_photo.subject_photo_id is null then
    v_photo.subject_photo_id :=
      coalesce((p_photo ->> 'subject_photo_id')::uuid, gen_random_uuid());
    v_photo.subject_id := (p_photo ->> 'subject_id')::uuid;
    perform internal.require_room(count(*), 50, 'photos')
    from core.subject_photo as p
    where p.subject_id = v_photo.subject_id;
  elsif (p_photo ->> 'subject_id')::uuid <> v_photo.subject_id then
    raise exception using errcode = '42501', message = 'A photo stays with its dog.';
  elsif not internal.found_to_save('photo', p_if_exists) then
    return null;
  end if;
  v_photo := jsonb_populate_record(v_photo, p_photo - array['subject_photo_id', 'subject_id']);

  insert into core.subject_photo as p (subject_photo_id, subject_id, url)
  values (v_photo.subject_photo_id, v_photo.subject_id, v_photo.url)
  on conflict (subject_photo_id) do update set url = excluded.url;
  return v_photo.subject_photo_id;
end
$$;

alter function api.save_subject_photo owner to definer;

comment on function api.save_subject_photo is $$
Add a photo of a dog of the caller's, or change one, and return its id. p_photo:
{"subject_photo_id"?, "subject_id", "url"}. The picture itself is kept elsewhere.

Raises
  M0011 if_exists_unknown, M0012 fields_invalid, M0013 field_unknown
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  M4006 subject_not_found  there is no such dog
  M9002 too_many_made      the dog has 50 of them
  23505                    p_if_exists is fail, and it is there
  42501                    the dog is somebody else's
$$;

create or replace function api.remove_subject_photo(p_subject_photo_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  delete from core.subject_photo as p
  using core.subject as s
  where p.subject_photo_id = p_subject_photo_id
    and s.subject_id = p.subject_id
    and (s.customer_id = internal.user_id() or internal.is_service());
  if not found then
    perform internal.refuse(
      'M4007', 'photo_not_found', format('You have no photo %s.', p_subject_photo_id));
  end if;
end
$$;

alter function api.remove_subject_photo owner to definer;

comment on function api.remove_subject_photo is $$
Remove a photo of a dog of the caller's.

Raises
  M4007 photo_not_found  there is none, or the dog is somebody else's
$$;

create or replace trigger subject_touch before update on core.subject
  for each row execute function internal.on_row_touched();
