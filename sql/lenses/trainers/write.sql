-- Writing through the trainers lens: which column is which field of core, and which verb saves it.
--
-- Triggers run as the caller and call api alone; what they give back is read under the caller's
-- own policies. JSON is taken as an array, or as the text of one.

create function trainers.read_list(p_list jsonb)
returns jsonb
language sql
immutable
return case jsonb_typeof(p_list)
  when 'string' then
    case when p_list #>> '{}' ~ '^\s*[\[{]' then (p_list #>> '{}')::jsonb
         else jsonb_build_array(p_list) end
  when 'null' then '[]'
  else coalesce(p_list, '[]') end;

comment on function trainers.read_list is
  'JSON as it is, from the text of it, or as an array of one word; null is an empty array.';

create function trainers.read_slots(p_slots jsonb)
returns jsonb
language sql
immutable
return case when jsonb_typeof(trainers.read_list(p_slots)) <> 'array' then p_slots else (
  select coalesce(jsonb_agg(jsonb_build_object(
    'weekday', case
      when s.s ->> 'day' ~ '^[0-7]$' then (s.s ->> 'day')::integer % 7
      when length(s.s ->> 'day') >= 3 then (
        select d.at - 1
        from unnest(array['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday',
                          'saturday']) with ordinality as d(name, at)
        where starts_with(d.name, lower(s.s ->> 'day')))
    end,
    'start_local', coalesce(s.s -> 'startTime', s.s -> 'start_time'),
    'end_local', coalesce(s.s -> 'endTime', s.s -> 'end_time'),
    'timezone', s.s -> 'timezone')), '[]')
  from jsonb_array_elements(trainers.read_list(p_slots)) as s(s)) end;

comment on function trainers.read_slots is $$
Slots as windows of api.set_availability. A day is a name, the first letters of one (three or
more), or a number; 0 and 7 are Sunday.
$$;

create function trainers.check_slots(p_slots jsonb, p_trainer_id uuid)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_windows jsonb := trainers.read_slots(p_slots);
  v_there   jsonb := api.get_availability(p_trainer_id) -> 'windows';
  v_slot    record;
begin
  if jsonb_typeof(v_windows) <> 'array' then
    return v_windows;
  end if;
  for v_slot in
    select w.n, w.w, s.s,
           case when w.w ->> 'weekday' is null then 'day'
                when w.w ->> 'start_local' is null then 'startTime'
                when w.w ->> 'end_local' is null then 'endTime' end as missing
    from jsonb_array_elements(v_windows) with ordinality as w(w, n)
    join jsonb_array_elements(trainers.read_list(p_slots)) with ordinality as s(s, n) using (n)
  loop
    if v_slot.missing is not null then
      raise exception using
        errcode = 'M0106',
        message = 'windows_invalid',
        detail  = format('%s of slot %s is missing, or is none: %s.', v_slot.missing, v_slot.n,
                         left(v_slot.s::text, 200)),
        hint    = 'A slot is {"day": "monday", "startTime": "09:00", "endTime": "17:00"}.';
    end if;
    -- Hours over midnight that another system has made may be written back.
    if not exists (
      select from jsonb_array_elements(v_there) as t(t)
      where (t.t ->> 'weekday', (t.t ->> 'start_local')::time, (t.t ->> 'end_local')::time)
            = (v_slot.w ->> 'weekday', (v_slot.w ->> 'start_local')::time,
               (v_slot.w ->> 'end_local')::time)
    ) then
      perform api.check_day_hours((v_slot.w ->> 'start_local')::time,
                                  (v_slot.w ->> 'end_local')::time);
    end if;
  end loop;
  return v_windows;
end
$$;

comment on function trainers.check_slots is $$
Slots as windows of api.set_availability, if each has a day, a start and an end that follows.

Raises
  M0106 windows_invalid  a slot has no day, start or end, or a day that is none
  M0117 hours_reversed   a new slot ends before it begins
$$;

create function trainers.on_availability_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'DELETE' then
    perform api.set_availability('[]', null, old.trainer_id);
    return old;
  end if;
  -- There is one row per trainer whatever has been set, so a second insert replaces the first.
  if tg_op = 'INSERT' and api.if_exists(tg_op) = 'ignore' and exists (
    select from trainers.trainer_availability as a
    where a.trainer_id = new.trainer_id and a.slots <> '[]'
  ) then
    return null;
  end if;
  new.trainer_id := coalesce(new.trainer_id, new.id, old.trainer_id);
  perform api.set_availability(
    trainers.check_slots(new.slots, new.trainer_id), null, new.trainer_id);
  select a.* into new from trainers.trainer_availability as a where a.trainer_id = new.trainer_id;
  return new;
end
$$;

comment on function trainers.on_availability_written is
  'Trigger: the array of slots replaces the weekly hours.';

create trigger trainer_availability_write
  instead of insert or update or delete on trainers.trainer_availability
  for each row execute function trainers.on_availability_written();

create function trainers.save_trainer(p_new jsonb, p_old jsonb, p_if_exists text)
returns boolean
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_id     uuid := (p_new ->> 'id')::uuid;
  v_fields jsonb := api.written_fields('{
    "id": "provider_id", "name": "display_name", "bio": "bio", "profile_image": "avatar_url",
    "timezone": "timezone", "disciplines": "specialties", "hourly_rate": "hourly_rate",
    "service_radius": "service_radius_m", "currency": "currency",
    "is_available": "accepting_bookings"}', p_new, p_old);
  v_lists  jsonb := api.written_fields('{
    "certifications": "certifications", "hourly_rate_by_radius": "rates",
    "availability": "slots", "payout_details": "payout"}', p_new, p_old);
begin
  if v_fields ? 'service_radius_m' then
    v_fields := v_fields || jsonb_build_object(
      'service_radius_m', (v_fields ->> 'service_radius_m')::integer * 1000);
  end if;
  if v_fields ? 'specialties' then
    v_fields := v_fields || jsonb_build_object(
      'specialties', trainers.read_list(v_fields -> 'specialties'));
  end if;
  if api.save_provider(v_fields, p_if_exists) is null then
    return false;
  end if;
  if v_lists ? 'certifications' then
    perform api.set_credentials(trainers.read_list(v_lists -> 'certifications'), v_id);
  end if;
  if v_lists ? 'rates' then
    perform api.set_rate_tiers((
      select coalesce(jsonb_agg(jsonb_build_object(
        'max_radius_m', round((t.t ->> 'radius_km')::numeric * 1000), 'rate', t.t -> 'rate')), '[]')
      from jsonb_array_elements(trainers.read_list(v_lists -> 'rates')) as t(t)), v_id);
  end if;
  if v_lists ? 'slots' then
    perform api.set_availability(trainers.check_slots(v_lists -> 'slots', v_id), null, v_id);
  end if;
  if v_lists ? 'payout' then
    perform api.set_manual_payout_account(v_lists ->> 'payout');
  end if;
  return true;
end
$$;

comment on function trainers.save_trainer is $$
What a profile says of a trainer: the row of the provider, and the lists that are rows of their own.
False when the profile is there and is to be left.
$$;

create function trainers.on_profile_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_person    jsonb;
  v_place     jsonb;
  v_trainer   jsonb;
  v_there     trainers.user_profiles;
  v_if_exists text := api.if_exists(tg_op);
begin
  new.id := coalesce(new.user_id, new.id);
  select u.* into v_there from trainers.user_profiles as u where u.id = new.id;
  -- Signing up has made a profile; the first insert says what is in it.
  if v_if_exists = 'fail' and v_there.bio is null and v_there.hourly_rate is null
     and coalesce(v_there.disciplines, '[]') = '[]' then
    v_if_exists := 'merge';
  end if;
  v_trainer := api.written_fields('{
    "disciplines": "disciplines", "certifications": "certifications", "hourly_rate": "hourly_rate",
    "hourly_rate_by_radius": "rates", "service_radius": "radius", "availability": "availability",
    "payout_details": "payout", "currency": "currency", "is_available": "is_available"}',
    to_jsonb(new), to_jsonb(old));
  v_person := api.written_fields('{
    "id": "person_id", "name": "display_name", "bio": "bio", "profile_image": "avatar_url",
    "timezone": "timezone"}', to_jsonb(new), to_jsonb(old));
  v_place := api.written_fields('{
    "location_id": "location_id", "location_lat": "latitude", "location_lng": "longitude",
    "location_label": "label"}', to_jsonb(new), to_jsonb(old));

  if v_there.provider_id is not null or new.user_type = 'trainer' or v_trainer <> '{}' then
    -- Staff decides of a trainer without changing what they say.
    if (to_jsonb(new) - 'is_approved') is distinct from (to_jsonb(old) - 'is_approved')
       and not trainers.save_trainer(to_jsonb(new), to_jsonb(old), v_if_exists) then
      return null;
    end if;
  elsif new.user_type = 'client' and tg_op = 'INSERT' then
    if api.save_customer(v_person - array['person_id', 'bio', 'avatar_url']
         || jsonb_build_object('customer_id', new.id), v_if_exists) is null then
      return null;
    end if;
    perform api.save_person(v_person);
  else
    perform api.save_person(v_person);
  end if;
  if v_place - 'location_id' <> '{}' then
    perform api.save_location(jsonb_strip_nulls(jsonb_build_object(
      'person_id', new.id, 'is_primary', true, 'location_id', coalesce(old.location_id, (
        select u.location_id from trainers.user_profiles as u where u.id = new.id))))
      || (v_place - 'location_id'));
  end if;
  if tg_op = 'UPDATE' and new.is_approved is distinct from old.is_approved then
    perform api.verify_provider(
      new.id, case when new.is_approved then 'verified' else 'rejected' end);
  end if;
  select u.* into new from trainers.user_profiles as u where u.id = new.id;
  return new;
end
$$;

comment on function trainers.on_profile_written is
  'Trigger: a profile is the person, what a trainer says of themselves, and where they are.';

create trigger user_profiles_write
  instead of insert or update on trainers.user_profiles
  for each row execute function trainers.on_profile_written();

create function trainers.on_user_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_fields jsonb := api.written_fields('{
    "id": "person_id", "name": "display_name", "profile_image": "avatar_url", "phone": "phone",
    "timezone": "timezone"}', to_jsonb(new), to_jsonb(old));
begin
  -- Signing up has made the row already, so an insert says what it is.
  new.id := case when tg_op = 'INSERT' and api.if_exists(tg_op) = 'ignore'
                   and exists (select from trainers.users as u where u.id = new.id)
                 then null else api.save_person(v_fields) end;
  if new.id is null then
    return null;
  end if;
  if new.user_type = 'trainer' and old.user_type is distinct from 'trainer' then
    perform api.save_provider(jsonb_build_object('provider_id', new.id));
  elsif new.user_type = 'client' and new.customer_id is null then
    perform api.save_customer(jsonb_build_object('customer_id', new.id));
  end if;
  select u.* into new from trainers.users as u where u.id = new.id;
  return new;
end
$$;

comment on function trainers.on_user_written is
  'Trigger: the person, and with the type trainer or client the part they play.';

create trigger users_write
  instead of insert or update on trainers.users
  for each row execute function trainers.on_user_written();

create function trainers.on_category_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'DELETE' then
    perform api.remove_category(old.id);
    return old;
  end if;
  new.id := api.save_category(
    api.written_fields('{
      "id": "category_id", "name": "name", "slug": "slug", "image_url": "image_url"}',
      to_jsonb(new), to_jsonb(old)),
    api.if_exists(tg_op));
  if new.id is null then
    return null;
  end if;
  select c.* into new from trainers.categories as c where c.id = new.id;
  return new;
end
$$;

comment on function trainers.on_category_written is 'Trigger: staff makes and removes categories.';

create trigger categories_write
  instead of insert or update or delete on trainers.categories
  for each row execute function trainers.on_category_written();

create function trainers.on_service_written()
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
      "id": "offering_id", "trainer_id": "provider_id", "title": "title",
      "description": "description", "category": "category_code", "price": "price",
      "currency": "currency", "duration_minutes": "duration_min",
      "max_participants": "capacity", "is_active": "is_active"}', to_jsonb(new), to_jsonb(old))
    || case when exists (select from trainers.services as s where s.id = new.id) then '{}'
            else '{"kind": "service"}' end::jsonb,
    api.if_exists(tg_op));
  if new.id is null then
    return null;
  end if;
  select s.* into new from trainers.services as s where s.id = new.id;
  return new;
end
$$;

comment on function trainers.on_service_written is 'Trigger: an offering of the kind service.';

create trigger services_write
  instead of insert or update or delete on trainers.services
  for each row execute function trainers.on_service_written();

create function trainers.on_service_category_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  perform api.set_offering_categories(
    coalesce(new.service_id, old.service_id),
    array(
      select k.category_id from trainers.service_categories as k
      where k.service_id = coalesce(new.service_id, old.service_id)
        and k.category_id is distinct from old.category_id
      union
      select new.category_id where new.category_id is not null));
  return coalesce(new, old);
end
$$;

comment on function trainers.on_service_category_written is
  'Trigger: a service is put into a category, or taken out.';

create trigger service_categories_write
  instead of insert or delete on trainers.service_categories
  for each row execute function trainers.on_service_category_written();

create function trainers.on_booking_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_fields jsonb := api.written_fields('{
    "id": "booking_id", "client_id": "customer_id", "trainer_id": "provider_id",
    "service_id": "offering_id", "slot_id": "slot_id", "start_time": "starts_at",
    "end_time": "ends_at", "seats": "seats", "status": "status", "total_price": "price",
    "cancellation_reason": "cancel_reason", "notes": "customer_notes",
    "trainer_notes": "provider_notes"}', to_jsonb(new), to_jsonb(old));
begin
  -- A slot says whose it is and when.
  if v_fields ? 'slot_id' then
    v_fields := v_fields - array['provider_id', 'offering_id', 'starts_at', 'ends_at'];
  end if;
  new.id := api.save_booking(v_fields, api.if_exists(tg_op));
  if new.id is null then
    return null;
  end if;
  select b.* into new from trainers.bookings as b where b.id = new.id;
  return new;
end
$$;

comment on function trainers.on_booking_written is
  'Trigger: a new row books a slot or a time, another time moves it, a written status takes the step '
  'of that meaning.';

create trigger bookings_write
  instead of insert or update on trainers.bookings
  for each row execute function trainers.on_booking_written();

create function trainers.on_review_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_trainer_id constant uuid := new.trainer_id;
begin
  new.id := api.save_review(
    api.written_fields('{
      "id": "review_id", "client_id": "author_id", "booking_id": "booking_id", "rating": "rating",
      "comment": "comment", "reply": "reply"}', to_jsonb(new), to_jsonb(old)),
    api.if_exists(tg_op));
  if new.id is null then
    return null;
  end if;
  select r.* into new from trainers.reviews as r where r.id = new.id;
  if v_trainer_id <> new.trainer_id then
    raise exception using errcode = '42501', message = 'The booking was with another trainer.';
  end if;
  return new;
end
$$;

comment on function trainers.on_review_written is
  'Trigger: a client reviews a booking, a trainer answers.';

create trigger reviews_write
  instead of insert or update on trainers.reviews
  for each row execute function trainers.on_review_written();

create function trainers.on_payment_method_removed()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  perform api.remove_payment_method(old.id);
  return old;
end
$$;

comment on function trainers.on_payment_method_removed is 'Trigger: a card is forgotten.';

create trigger payment_methods_remove
  instead of delete on trainers.payment_methods
  for each row execute function trainers.on_payment_method_removed();

create function trainers.on_wallet_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  perform api.save_wallet(to_jsonb(new));
  return null;
end
$$;

comment on function trainers.on_wallet_written is
  'Trigger: a balance is counted and never written; the refusal says what to use instead.';

create trigger user_wallets_write
  instead of insert or update on trainers.user_wallets
  for each row execute function trainers.on_wallet_written();

create function trainers.on_payout_request_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'UPDATE' then
    if new.status is distinct from 'cancelled' then
      raise exception using errcode = '42501',
        message = 'A payout request can be cancelled, and nothing else of it be written.';
    end if;
    perform api.cancel_payout(old.id);
  else
    new.id := api.save_payout(
      api.written_fields('{
        "id": "payout_id", "trainer_id": "provider_id", "amount": "amount",
        "currency": "currency"}', to_jsonb(new))
      || case when new.status <> 'pending' then jsonb_build_object('status', new.status)
              else '{}' end,
      api.if_exists(tg_op));
    if new.id is null then
      return null;
    end if;
  end if;
  select r.* into new from trainers.payout_requests as r where r.id = new.id;
  return new;
end
$$;

comment on function trainers.on_payout_request_written is
  'Trigger: a new row asks for a payout; the status cancelled calls it off.';

create trigger payout_requests_write
  instead of insert or update on trainers.payout_requests
  for each row execute function trainers.on_payout_request_written();

create function trainers.on_issue_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_fields jsonb := api.written_fields('{
    "id": "support_case_id", "user_id": "person_id", "trainer_id": "provider_id",
    "booking_reference": "booking_ref", "booking_id": "booking_id", "complaint_type": "kind",
    "title": "title", "description": "description", "status": "status", "priority": "priority",
    "attachments": "attachments", "resolution": "resolution"}', to_jsonb(new), to_jsonb(old));
begin
  -- A form of this system may leave the title out: the type says what it is about.
  if tg_op = 'INSERT' and new.title is null and new.complaint_type is not null then
    v_fields := v_fields || jsonb_build_object('title',
      upper(left(new.complaint_type, 1)) || replace(substr(new.complaint_type, 2, 100), '_', ' '));
  end if;
  if v_fields ->> 'kind' = 'trainer_conduct' then
    v_fields := v_fields || '{"kind": "provider_conduct"}';
  end if;
  new.id := api.save_case(v_fields, api.if_exists(tg_op));
  if new.id is null then
    return null;
  end if;
  select i.* into new from trainers.reported_issues as i where i.id = new.id;
  return new;
end
$$;

comment on function trainers.on_issue_written is
  'Trigger: somebody reports an issue, staff answers it; under both names of the table.';

create trigger reported_issues_write
  instead of insert or update on trainers.reported_issues
  for each row execute function trainers.on_issue_written();

create trigger issues_write
  instead of insert or update on trainers.issues
  for each row execute function trainers.on_issue_written();

create function trainers.on_promotion_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_fields jsonb := api.written_fields('{
    "id": "promotion_id", "trainer_id": "provider_id", "promotion_type": "kind",
    "status": "status", "duration_days": "duration_days", "commission_rate": "commission_bp",
    "cost": "cost", "currency": "currency", "features": "features"}',
    to_jsonb(new), to_jsonb(old));
begin
  if v_fields ? 'commission_bp' then
    v_fields := v_fields || jsonb_build_object(
      'commission_bp', round((v_fields ->> 'commission_bp')::numeric * 100));
  end if;
  if v_fields ->> 'status' = 'pending' then
    v_fields := v_fields || '{"status": "requested"}';
  end if;
  new.id := api.save_promotion(v_fields, api.if_exists(tg_op));
  if new.id is null then
    return null;
  end if;
  select p.* into new from trainers.promotion_requests as p where p.id = new.id;
  return new;
end
$$;

comment on function trainers.on_promotion_written is
  'Trigger: a trainer asks for a promotion, staff decides; under both names of the table.';

create trigger promotion_requests_write
  instead of insert or update on trainers.promotion_requests
  for each row execute function trainers.on_promotion_written();

create trigger promotions_write
  instead of insert or update on trainers.promotions
  for each row execute function trainers.on_promotion_written();

create function trainers.on_message_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_fields jsonb := api.written_fields('{
    "id": "message_id", "sender_id": "sender_id", "receiver_id": "recipient_id",
    "conversation_id": "conversation_id", "content": "body"}', to_jsonb(new), to_jsonb(old));
begin
  if v_fields - 'message_id' <> '{}' then
    new.id := api.save_message(v_fields, api.if_exists(tg_op));
  elsif new.is_read or new.read_at is not null then
    perform api.mark_messages_read(array[new.id]);
  end if;
  if new.id is null then
    return null;
  end if;
  select m.* into new from trainers.messages as m where m.id = new.id;
  return new;
end
$$;

comment on function trainers.on_message_written is
  'Trigger: a new row is sent; who receives it marks it as read.';

create trigger messages_write
  instead of insert or update on trainers.messages
  for each row execute function trainers.on_message_written();

create function trainers.on_notification_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if new.is_read or new.read_at is not null then
    perform api.mark_notifications_read(array[old.id]);
  end if;
  select n.* into new from trainers.notifications as n where n.id = old.id;
  return new;
end
$$;

comment on function trainers.on_notification_written is 'Trigger: a notification is read.';

create trigger notifications_write
  instead of update on trainers.notifications
  for each row execute function trainers.on_notification_written();

create function trainers.on_referral_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  new.id := api.save_referral(
    api.written_fields('{
      "id": "referral_id", "referred_id": "referee_id", "referral_code": "code"}', to_jsonb(new)),
    api.if_exists(tg_op));
  if new.id is null then
    return null;
  end if;
  select r.* into new from trainers.referrals as r where r.id = new.id;
  return new;
end
$$;

comment on function trainers.on_referral_written is
  'Trigger: somebody says by whose code they came.';

create trigger referrals_write
  instead of insert on trainers.referrals
  for each row execute function trainers.on_referral_written();
