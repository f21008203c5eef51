-- Writing through the dogs lens: which column is which field of core, and which verb saves it.
--
-- A view that joins or derives takes writes through INSTEAD OF triggers. They run as the caller
-- and call api alone; what they give back is read under the caller's own policies.

create function dogs.on_user_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_email  text := new.email;
  v_status text := new.status;
begin
  if tg_op = 'DELETE' then
    perform api.erase_person(old.id);
    return old;
  end if;
  if new.password is not null then
    raise exception using errcode = '0A000', message = 'A password is not a column.',
      hint = 'Sign up with auth.signUp, and change it with auth.updateUser.';
  end if;
  if tg_op = 'UPDATE' and v_status is distinct from old.status then
    case v_status
      when 'deleted' then perform api.erase_person(old.id);
      when 'suspended' then perform api.suspend_person(old.id, 'Suspended by an administrator.');
      when 'active' then perform api.lift_suspension(old.id);
      else perform api.one_of('status', coalesce(v_status, ''), 'active', 'suspended', 'deleted');
    end case;
    new.status := old.status;
    if to_jsonb(new) = to_jsonb(old) then
      select u.* into new from dogs.users as u where u.id = old.id;
      return new;
    end if;
  end if;

  new.id := api.save_person(
    api.written_fields('{
      "id": "person_id", "first_name": "first_name", "last_name": "last_name", "phone": "phone",
      "avatar_url": "avatar_url", "timezone": "timezone"}', to_jsonb(new), to_jsonb(old))
      -- Other systems show one name.
      || case when new.first_name is not null and new.last_name is not null
                   and (new.first_name, new.last_name)
                       is distinct from (old.first_name, old.last_name)
              then jsonb_build_object('display_name', concat_ws(' ', new.first_name, new.last_name))
              else '{}' end,
    api.if_exists(tg_op));
  if new.id is null then
    return null;
  end if;
  select u.* into new from dogs.users as u where u.id = new.id;
  if v_email is distinct from new.email and (v_email is not null or tg_op = 'UPDATE') then
    raise exception using errcode = '0A000', message = 'An address is not changed here.',
      hint = 'Change it with auth.updateUser: it has to be confirmed.';
  end if;
  return new;
end
$$;

comment on function dogs.on_user_written is
  'Trigger: a person and their number. Deleting one''s row, or the status deleted, erases what is '
  'personal; the row stays. Staff suspends.';

create trigger users_write
  instead of insert or update or delete on dogs.users
  for each row execute function dogs.on_user_written();

create function dogs.on_user_role_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_role text := (select r.core_name from dogs.roles as r
                  where r.id = coalesce(new.role_id, old.role_id));
begin
  if tg_op = 'DELETE' and v_role = 'admin' then
    perform api.revoke_role(old.user_id, v_role);
    return old;
  elsif tg_op = 'DELETE' then
    raise exception using errcode = '0A000', message = 'Owners and trainers stay what they are.',
      hint = 'Take no more bookings (dog_trainers.accepting_bookings), or delete the user.';
  end if;

  -- Signing up has given roles already: to take one that one has changes nothing.
  case v_role
    when 'customer' then
      perform api.save_customer(jsonb_build_object('customer_id', new.user_id));
    when 'provider' then
      perform api.save_provider(
        jsonb_build_object('provider_id', new.user_id, 'trains_dogs', true));
    when 'admin' then
      perform api.grant_role(new.user_id, v_role);
    else
      raise exception using errcode = '23503', message = 'There is no such role.';
  end case;
  return new;
end
$$;

comment on function dogs.on_user_role_written is
  'Trigger: people make themselves owners and trainers; administrators make administrators.';

create trigger user_roles_write
  instead of insert or delete on dogs.user_roles
  for each row execute function dogs.on_user_role_written();

create function dogs.on_dog_trainer_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_fields jsonb;
begin
  new.id := coalesce(new.user_id, new.id);
  v_fields := api.written_fields('{
    "id": "provider_id", "years_of_experience": "years_experience", "bio": "bio",
    "hourly_rate": "hourly_rate", "currency": "currency",
    "accepting_bookings": "accepting_bookings"}', to_jsonb(new), to_jsonb(old));
  if tg_op = 'UPDATE' and new.is_verified is distinct from old.is_verified then
    -- Staff decides of a trainer without changing what they say.
    perform api.verify_provider(
      new.id, case when new.is_verified then 'verified' else 'rejected' end);
    if v_fields - 'provider_id' = '{}' then
      select t.* into new from dogs.dog_trainers as t where t.id = new.id;
      return new;
    end if;
  end if;
  -- A profile that only the role has made, or another system, is filled in by the first insert.
  new.id := api.save_provider(
    v_fields || '{"trains_dogs": true}',
    case when exists (
      select from dogs.dog_trainers as t
      where t.id = new.id and (t.bio is not null or t.years_of_experience is not null)
    ) then api.if_exists(tg_op) else 'merge' end);
  if new.id is null then
    return null;
  end if;
  select t.* into new from dogs.dog_trainers as t where t.id = new.id;
  return new;
end
$$;

comment on function dogs.on_dog_trainer_written is
  'Trigger: a provider and their person, as one row; staff verifies.';

create trigger dog_trainers_write
  instead of insert or update on dogs.dog_trainers
  for each row execute function dogs.on_dog_trainer_written();

create function dogs.on_dog_owner_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Signing up has made the row already, and there is nothing in it to lose.
  new.id := api.save_customer(
    jsonb_strip_nulls(jsonb_build_object('customer_id', coalesce(new.user_id, new.id))));
  select o.* into new from dogs.dog_owners as o where o.id = new.id;
  return new;
end
$$;

comment on function dogs.on_dog_owner_written is 'Trigger: somebody becomes an owner.';

create trigger dog_owners_write
  instead of insert or update on dogs.dog_owners
  for each row execute function dogs.on_dog_owner_written();

create function dogs.on_location_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'DELETE' then
    perform api.remove_location(old.id);
    return old;
  end if;
  new.id := api.save_location(
    api.written_fields('{
      "id": "location_id", "user_id": "person_id", "address": "address", "city": "city",
      "state": "region", "zip_code": "postal_code", "latitude": "latitude",
      "longitude": "longitude", "label": "label", "country": "country",
      "is_primary": "is_primary"}', to_jsonb(new), to_jsonb(old)),
    api.if_exists(tg_op));
  if new.id is null then
    return null;
  end if;
  select l.* into new from dogs.locations as l where l.id = new.id;
  return new;
end
$$;

comment on function dogs.on_location_written is 'Trigger: a place, as its person gives it.';

create trigger locations_write
  instead of insert or update or delete on dogs.locations
  for each row execute function dogs.on_location_written();

create function dogs.on_trainer_service_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'DELETE' then
    perform api.remove_offering(old.id);
    return old;
  end if;
  new.id := api.save_offering(
    api.written_fields('{
      "id": "offering_id", "trainer_id": "provider_id", "name": "title",
      "description": "description", "duration_minutes": "duration_min", "price": "price",
      "is_active": "is_active", "currency": "currency", "tags": "tags",
      "booking_mode": "booking_mode"}', to_jsonb(new), to_jsonb(old))
      || case tg_op when 'INSERT' then '{"kind": "service"}' else '{}' end::jsonb,
    api.if_exists(tg_op));
  if new.id is null then
    return null;
  end if;
  select s.* into new from dogs.trainer_services as s where s.id = new.id;
  return new;
end
$$;

comment on function dogs.on_trainer_service_written is
  'Trigger: a service. One that was booked is not deleted: is_active takes it down.';

create trigger trainer_services_write
  instead of insert or update or delete on dogs.trainer_services
  for each row execute function dogs.on_trainer_service_written();

create function dogs.on_trainer_certification_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'DELETE' then
    perform api.remove_credential(old.id);
    return old;
  end if;
  new.id := api.save_credential(
    api.written_fields('{
      "id": "credential_id", "trainer_id": "provider_id", "name": "name",
      "issued_by": "issued_by", "issued_at": "issued_on"}', to_jsonb(new), to_jsonb(old)),
    api.if_exists(tg_op));
  if new.id is null then
    return null;
  end if;
  select c.* into new from dogs.trainer_certifications as c where c.id = new.id;
  return new;
end
$$;

comment on function dogs.on_trainer_certification_written is 'Trigger: a credential of a provider.';

create trigger trainer_certifications_write
  instead of insert or update or delete on dogs.trainer_certifications
  for each row execute function dogs.on_trainer_certification_written();

create function dogs.on_trainer_availability_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'DELETE' then
    return case when api.remove_hours(old.id) then old end;
  elsif tg_op = 'UPDATE' and not api.may_write(old.trainer_id) then
    return null;
  end if;
  if tg_op = 'INSERT' or (new.start_time, new.end_time) <> (old.start_time, old.end_time) then
    perform api.check_day_hours(new.start_time, new.end_time);
  end if;
  new.id := api.save_hours(
    api.written_fields('{
      "id": "availability_rule_id", "trainer_id": "provider_id", "day_of_week": "weekday",
      "start_time": "start_local", "end_time": "end_local", "timezone": "timezone"}', to_jsonb(new), to_jsonb(old)),
    api.if_exists(tg_op));
  if new.id is null then
    return null;
  end if;
  select a.* into new from dogs.trainer_availability as a where a.id = new.id;
  return new;
end
$$;

comment on function dogs.on_trainer_availability_written is
  'Trigger: one weekly window; the free slots follow it.';

create trigger trainer_availability_write
  instead of insert or update or delete on dogs.trainer_availability
  for each row execute function dogs.on_trainer_availability_written();

create function dogs.on_dog_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'DELETE' then
    perform api.retire_subject(old.id);
    return old;
  end if;
  new.id := api.save_subject(
    api.written_fields('{
      "id": "subject_id", "owner_id": "customer_id", "name": "name", "breed": "breed",
      "age": "age_years", "size": "size", "notes": "notes"}', to_jsonb(new), to_jsonb(old)),
    api.if_exists(tg_op));
  if new.id is null then
    return null;
  end if;
  select d.* into new from dogs.dogs as d where d.id = new.id;
  return new;
end
$$;

comment on function dogs.on_dog_written is
  'Trigger: a dog of its owner''s. A deleted one is retired, because bookings refer to it.';

create trigger dogs_write
  instead of insert or update or delete on dogs.dogs
  for each row execute function dogs.on_dog_written();

create function dogs.on_dog_photo_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'DELETE' then
    perform api.remove_subject_photo(old.id);
    return old;
  end if;
  new.id := api.save_subject_photo(
    api.written_fields('{"id": "subject_photo_id", "dog_id": "subject_id", "photo_url": "url"}',
                       to_jsonb(new), to_jsonb(old)),
    api.if_exists(tg_op));
  if new.id is null then
    return null;
  end if;
  select f.* into new from dogs.dog_photos as f where f.id = new.id;
  return new;
end
$$;

comment on function dogs.on_dog_photo_written is 'Trigger: where a picture of a dog is.';

create trigger dog_photos_write
  instead of insert or update or delete on dogs.dog_photos
  for each row execute function dogs.on_dog_photo_written();

create function dogs.on_booking_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_fields jsonb := api.written_fields('{
    "id": "booking_id", "trainer_id": "provider_id", "owner_id": "customer_id",
    "dog_id": "subject_id", "service_id": "offering_id", "start_time": "starts_at",
    "end_time": "ends_at", "price_snapshot": "price", "status": "status",
    "cancellation_reason": "cancel_reason", "notes": "customer_notes"}',
    to_jsonb(new), to_jsonb(old));
begin
  if new.status is not null and new.status not in ('pending', 'accepted', 'cancelled', 'completed')
  then
    raise exception using errcode = '22P02',
      message = format('A booking cannot be %s.', left(quote_literal(new.status), 60)),
      hint    = 'It is pending, accepted, cancelled or completed.';
  end if;
  if v_fields ->> 'status' = 'accepted' then
    v_fields := jsonb_set(v_fields, '{status}', '"confirmed"');
  end if;

  new.id := api.save_booking(v_fields, api.if_exists(tg_op));
  if new.id is null then
    return null;
  end if;
  select b.* into new from dogs.bookings as b where b.id = new.id;
  return new;
end
$$;

comment on function dogs.on_booking_written is
  'Trigger: a new row books, another time moves it, a status word takes the step of that meaning.';

create trigger bookings_write
  instead of insert or update on dogs.bookings
  for each row execute function dogs.on_booking_written();

create function dogs.on_review_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_trainer_id uuid := new.trainer_id;
begin
  new.id := api.save_review(
    api.written_fields('{
      "id": "review_id", "booking_id": "booking_id", "owner_id": "author_id", "rating": "rating",
      "comment": "comment", "reply": "reply"}', to_jsonb(new), to_jsonb(old)),
    api.if_exists(tg_op));
  if new.id is null then
    return null;
  end if;
  select r.* into new from dogs.reviews as r where r.id = new.id;
  if v_trainer_id <> new.trainer_id then
    raise exception using errcode = '42501',
      message = 'A review is of the trainer of its booking.';
  end if;
  return new;
end
$$;

comment on function dogs.on_review_written is
  'Trigger: the owner reviews a completed booking, once; the trainer replies.';

create trigger reviews_write
  instead of insert or update on dogs.reviews
  for each row execute function dogs.on_review_written();

create function dogs.on_payout_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if new.status <> 'pending' then
    raise exception using errcode = '22P02', message = 'A new payout is pending.';
  end if;
  new.id := api.save_payout(
    api.written_fields('{
      "id": "payout_id", "trainer_id": "provider_id", "amount": "amount",
      "currency": "currency"}', to_jsonb(new)),
    api.if_exists(tg_op));
  if new.id is null then
    return null;
  end if;
  select p.* into new from dogs.payouts as p where p.id = new.id;
  return new;
end
$$;

comment on function dogs.on_payout_written is
  'Trigger: a trainer asks to be paid out.';

create trigger payouts_write
  instead of insert on dogs.payouts
  for each row execute function dogs.on_payout_written();

create function dogs.on_notification_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if old.is_read and not new.is_read then
    raise exception using errcode = '22P02', message = 'What was read stays read.';
  end if;
  if new.is_read then
    perform api.mark_notifications_read(array[old.id]);
  end if;
  select n.* into new from dogs.notifications as n where n.id = old.id;
  return new;
end
$$;

comment on function dogs.on_notification_written is 'Trigger: the reader has read it.';

create trigger notifications_write
  instead of update on dogs.notifications
  for each row execute function dogs.on_notification_written();
