-- Writing through the avenrae lens: which column is which field of core, and which verb saves it.
--
-- First the numbers of a row are turned into keys (api.key_of), among the rows its writer sees;
-- then one verb of api saves it. The triggers run as the caller, and what they give back is read
-- under the caller's own policies.

create function avenrae.on_user_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_fields jsonb;
begin
  if tg_op = 'DELETE' then
    perform api.erase_person(old.uuid);
    return old;
  end if;
  new.uuid := api.key_of('user', new.id,
    (select k.uuid from avenrae.users as k where k.id = new.id), new.uuid);
  new.user_type := api.one_of('user_type', new.user_type, 'client', 'healer', 'admin');
  if tg_op = 'UPDATE' and new.status is distinct from old.status then
    if api.one_of('status', new.status, 'active', 'suspended') = 'active' then
      perform api.lift_suspension(new.uuid);
    else
      perform api.suspend_person(new.uuid, 'Set to ' || new.status || ' by staff.');
    end if;
  end if;
  v_fields := api.written_fields('{
    "uuid": "person_id", "first_name": "first_name", "last_name": "last_name",
    "display_name": "display_name", "avatar_url": "avatar_url", "timezone": "timezone",
    "locale": "locale", "phone": "phone", "email": "email", "password_hash": "password_hash"}',
    to_jsonb(new), to_jsonb(old));
  if tg_op = 'INSERT' or v_fields - 'person_id' <> '{}' then
    new.uuid := api.save_person(v_fields, api.if_exists(tg_op));
  end if;
  if new.uuid is not null and new.user_type is distinct from old.user_type then
    case new.user_type
      when 'healer' then perform api.save_provider(jsonb_build_object('provider_id', new.uuid));
      when 'admin' then perform api.grant_role(new.uuid, 'staff');
      else perform api.save_customer(jsonb_build_object('customer_id', new.uuid));
    end case;
  end if;
  if new.uuid is null then
    return null;
  end if;
  select u.* into new from avenrae.users as u where u.uuid = new.uuid;
  return new;
end
$$;

comment on function avenrae.on_user_written is
  'Trigger: a person. user_type begins a part, status is staff''s, email belongs to /auth/v1; '
  'deleting erases the person.';

create trigger users_write
  instead of insert or update or delete on avenrae.users
  for each row execute function avenrae.on_user_written();

create function avenrae.on_healer_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_fields jsonb;
begin
  new.uuid := api.key_of('healer', new.id,
    (select k.uuid from avenrae.healers as k where k.id = new.id), new.uuid);
  new.uuid := api.key_of('user', new.user_id,
    (select k.uuid from avenrae.users as k where k.id = new.user_id), new.uuid);
  new.availability_status := api.one_of(
    'availability_status', new.availability_status, 'available', 'busy', 'offline');
  -- Who is offline is not booked, and is again once they are back.
  if new.is_accepting_bookings is not distinct from old.is_accepting_bookings
     and new.availability_status is distinct from old.availability_status
     and 'offline' in (new.availability_status, old.availability_status) then
    new.is_accepting_bookings := new.availability_status <> 'offline';
  end if;
  v_fields := api.written_fields('{
    "uuid": "provider_id", "healer_type": "provider_type", "hourly_rate": "hourly_rate",
    "availability_status": "presence", "bio": "bio", "specialties": "specialties",
    "years_of_experience": "years_experience", "currency": "currency",
    "is_accepting_bookings": "accepting_bookings"}', to_jsonb(new), to_jsonb(old));
  if tg_op = 'INSERT' or v_fields - 'provider_id' <> '{}' then
    new.uuid := api.save_provider(v_fields, api.if_exists(tg_op));
  end if;
  if tg_op = 'UPDATE' and new.is_verified_healer is distinct from old.is_verified_healer then
    perform api.verify_provider(
      new.uuid, case when new.is_verified_healer then 'verified' else 'pending' end);
  end if;
  if new.uuid is null then
    return null;
  end if;
  select h.* into new from avenrae.healers as h where h.uuid = new.uuid;
  return new;
end
$$;

comment on function avenrae.on_healer_written is
  'Trigger: a provider and their person, as one row; staff verifies.';

create trigger healers_write
  instead of insert or update on avenrae.healers
  for each row execute function avenrae.on_healer_written();

create function avenrae.on_client_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  new.uuid := api.key_of('client', new.id,
    (select k.uuid from avenrae.clients as k where k.id = new.id), new.uuid);
  new.uuid := api.key_of('user', new.user_id,
    (select k.uuid from avenrae.users as k where k.id = new.user_id), new.uuid);
  new.gender := api.one_of(
    'gender', new.gender, 'female', 'male', 'non_binary', 'other', 'prefer_not_to_say');
  -- The house makes the row at sign-up, so who inserts their own fills it in.
  new.uuid := api.save_customer(
    api.written_fields('{"uuid": "customer_id", "goals": "goals", "interests": "interests"}',
      to_jsonb(new), to_jsonb(old)),
    case api.if_exists(tg_op) when 'fail' then 'merge' else api.if_exists(tg_op) end);
  if new.uuid is null then
    return null;
  end if;
  perform api.save_person(jsonb_build_object('person_id', new.uuid)
    || api.written_fields('{
      "date_of_birth": "date_of_birth", "gender": "gender",
      "emergency_contact_phone": "emergency_phone"}', to_jsonb(new), to_jsonb(old)));
  select c.* into new from avenrae.clients as c where c.uuid = new.uuid;
  return new;
end
$$;

comment on function avenrae.on_client_written is
  'Trigger: a customer, and what only they and staff read of them.';

create trigger clients_write
  instead of insert or update on avenrae.clients
  for each row execute function avenrae.on_client_written();

create function avenrae.on_service_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'DELETE' then
    perform api.remove_offering(old.uuid);
    return old;
  end if;
  new.uuid := api.key_of('service', new.id,
    (select k.uuid from avenrae.services as k where k.id = new.id), new.uuid);
  new.healer_uuid := api.key_of('healer', new.healer_id,
    (select k.uuid from avenrae.healers as k where k.id = new.healer_id), new.healer_uuid);
  new.uuid := api.save_offering(
    case tg_op when 'INSERT' then '{"kind": "service"}'::jsonb else '{}' end
    || api.written_fields('{
      "uuid": "offering_id", "healer_uuid": "provider_id", "service_name": "title",
      "description": "description", "duration_minutes": "duration_min", "price": "price",
      "service_category": "category_code", "currency": "currency", "is_active": "is_active"}',
      to_jsonb(new), to_jsonb(old)),
    api.if_exists(tg_op));
  if new.uuid is null then
    return null;
  end if;
  select s.* into new from avenrae.services as s where s.uuid = new.uuid;
  return new;
end
$$;

comment on function avenrae.on_service_written is
  'Trigger: an offering that is booked at the healer''s hours.';

create trigger services_write
  instead of insert or update or delete on avenrae.services
  for each row execute function avenrae.on_service_written();

create function avenrae.on_product_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_fields jsonb;
begin
  if tg_op = 'DELETE' then
    perform api.remove_offering(old.uuid);
    return old;
  end if;
  new.product_category := case when new.product_category is distinct from old.product_category
    then new.product_category else coalesce(new.category, new.product_category) end;
  new.uuid := api.key_of('product', new.id,
    (select k.uuid from avenrae.products as k where k.id = new.id), new.uuid);
  new.healer_uuid := api.key_of('healer', new.healer_id,
    (select k.uuid from avenrae.healers as k where k.id = new.healer_id), new.healer_uuid);
  new.product_type := api.one_of(
    'product_type', new.product_type, 'crystal', 'book', 'tool', 'supplement', 'other');
  v_fields := api.written_fields('{
    "uuid": "offering_id", "healer_uuid": "provider_id", "product_name": "title",
    "description": "description", "product_type": "product_type", "price": "price",
    "product_category": "category_code", "sku": "sku", "currency": "currency",
    "is_active": "is_active"}', to_jsonb(new), to_jsonb(old));
  if tg_op = 'INSERT' and new.stock_quantity is not null then
    v_fields := v_fields || jsonb_build_object('on_hand', new.stock_quantity);
  end if;
  new.uuid := api.save_product(v_fields, api.if_exists(tg_op));
  if tg_op = 'UPDATE' and new.stock_quantity is distinct from old.stock_quantity then
    perform api.set_pieces_left(new.uuid, new.stock_quantity);
  end if;
  if new.uuid is null then
    return null;
  end if;
  select p.* into new from avenrae.products as p where p.uuid = new.uuid;
  return new;
end
$$;

comment on function avenrae.on_product_written is
  'Trigger: goods with their stock; what staff makes is the platform''s.';

create trigger products_write
  instead of insert or update or delete on avenrae.products
  for each row execute function avenrae.on_product_written();

create function avenrae.on_event_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'DELETE' then
    perform api.remove_slot(old.uuid);
    return old;
  end if;
  new.uuid := api.key_of('event', new.id,
    (select k.uuid from avenrae.events as k where k.id = new.id), new.uuid);
  new.organizer_healer_uuid := api.key_of('healer', new.organizer_healer_id,
    (select k.uuid from avenrae.healers as k where k.id = new.organizer_healer_id),
    new.organizer_healer_uuid);
  if tg_op = 'UPDATE' and new.status is distinct from old.status then
    perform api.one_of('status', new.status, 'cancelled');
    perform api.call_off_slot(new.uuid);
  end if;
  new.uuid := api.save_event(
    api.written_fields('{
      "uuid": "slot_id", "offering_uuid": "offering_id", "organizer_healer_uuid": "provider_id",
      "event_name": "title", "description": "description", "event_type": "category_code",
      "event_date": "starts_at", "event_end_date": "ends_at", "max_capacity": "capacity",
      "price": "price", "currency": "currency", "is_active": "is_active"}',
      to_jsonb(new), to_jsonb(old)),
    api.if_exists(tg_op));
  if new.uuid is null then
    return null;
  end if;
  select e.* into new from avenrae.events as e where e.uuid = new.uuid;
  return new;
end
$$;

comment on function avenrae.on_event_written is
  'Trigger: an event and its date; another date moves it, cancelled calls it off.';

create trigger events_write
  instead of insert or update or delete on avenrae.events
  for each row execute function avenrae.on_event_written();

create function avenrae.on_booking_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_status text;
begin
  new.uuid := api.key_of('booking', new.id,
    (select k.uuid from avenrae.bookings as k where k.id = new.id), new.uuid);
  select k.status into v_status from avenrae.bookings as k where k.uuid = new.uuid;
  if not found then
    new.client_uuid := api.key_of('client', new.client_id,
      (select k.uuid from avenrae.clients as k where k.id = new.client_id), new.client_uuid);
    new.healer_uuid := api.key_of('healer', new.healer_id,
      (select k.uuid from avenrae.healers as k where k.id = new.healer_id), new.healer_uuid);
    new.service_uuid := api.key_of('service', new.service_id,
      (select k.uuid from avenrae.services as k where k.id = new.service_id), new.service_uuid);
    if new.service_uuid is null and new.booking_end_date is null then
      raise exception using errcode = '23502', column = 'service_id',
        message = 'service_id is missing.',
        hint = 'Name a service; without one, booking_end_date says how long.';
    end if;
    perform api.one_of('status', new.status, 'pending'),
            api.one_of('payment_status', new.payment_status, 'unpaid');
    new.healer_uuid := coalesce(new.healer_uuid, (
      select s.healer_uuid from avenrae.services as s where s.uuid = new.service_uuid));
  elsif new.status is distinct from v_status then
    perform api.one_of('status', new.status, 'confirmed', 'declined', 'cancelled', 'completed',
                       'no_show_customer', 'no_show_provider');
  end if;
  -- A time without a zone is said by the healer's clock.
  if new.booking_date is not distinct from old.booking_date
     and new.booking_date_local is distinct from old.booking_date_local then
    new.booking_date := new.booking_date_local at time zone (
      select u.timezone from avenrae.users as u where u.uuid = new.healer_uuid);
  end if;

  new.uuid := api.save_booking(
    api.written_fields('{
      "uuid": "booking_id", "client_uuid": "customer_id", "healer_uuid": "provider_id",
      "service_uuid": "offering_id", "booking_date": "starts_at", "booking_end_date": "ends_at",
      "total_price": "price", "status": "status", "cancellation_reason": "cancel_reason",
      "client_notes": "customer_notes", "healer_notes": "provider_notes"}',
      to_jsonb(new), to_jsonb(old)),
    api.if_exists(tg_op));
  if new.uuid is null then
    return null;
  end if;
  select b.* into new from avenrae.bookings as b where b.uuid = new.uuid;
  return new;
end
$$;

comment on function avenrae.on_booking_written is
  'Trigger: a new row books the time; another date moves the booking; a written status takes the '
  'step of that meaning.';

create trigger bookings_write
  instead of insert or update on avenrae.bookings
  for each row execute function avenrae.on_booking_written();

create function avenrae.on_registration_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_status text;
begin
  new.uuid := api.key_of('registration', new.id,
    (select k.uuid from avenrae.event_registrations as k where k.id = new.id), new.uuid);
  select k.status into v_status from avenrae.event_registrations as k where k.uuid = new.uuid;
  if not found then
    new.client_uuid := api.key_of('client', new.client_id,
      (select k.uuid from avenrae.clients as k where k.id = new.client_id), new.client_uuid);
    new.event_uuid := api.key_of('event', new.event_id,
      (select k.uuid from avenrae.events as k where k.id = new.event_id), new.event_uuid);
    new.uuid := api.save_booking(jsonb_strip_nulls(jsonb_build_object(
      'booking_id', new.uuid, 'customer_id', new.client_uuid, 'slot_id', new.event_uuid,
      'seats', coalesce(new.seats, 1), 'customer_notes', new.client_notes)),
      api.if_exists(tg_op));
  else
    if new.status is distinct from v_status then
      new.status := case api.one_of('status', new.status, 'cancelled', 'no_show')
        when 'no_show' then 'no_show_customer' else new.status end;
    end if;
    new.uuid := api.save_booking(
      api.written_fields(
        '{"uuid": "booking_id", "status": "status", "client_notes": "customer_notes"}',
        to_jsonb(new), to_jsonb(old)),
      api.if_exists(tg_op));
  end if;
  if new.uuid is null then
    return null;
  end if;
  select r.* into new from avenrae.event_registrations as r where r.uuid = new.uuid;
  return new;
end
$$;

comment on function avenrae.on_registration_written is
  'Trigger: a new row takes seats of an event; cancelled gives them back.';

create trigger event_registrations_write
  instead of insert or update on avenrae.event_registrations
  for each row execute function avenrae.on_registration_written();

create function avenrae.on_order_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if new.status is not distinct from old.status then
    return new;
  end if;
  if api.one_of('status', new.status, 'cancelled', 'shipped', 'delivered', 'returned')
     = 'cancelled' then
    perform api.cancel_order(old.uuid);
    select o.* into new from avenrae.orders as o where o.uuid = old.uuid;
    return new;
  end if;
  perform api.move_fulfilment(i.uuid, new.status)
  from avenrae.order_items as i
  where i.order_uuid = old.uuid
    and i.item_type = 'product'
    and i.status not in ('cancelled', new.status)
  order by i.id;
  select o.* into new from avenrae.orders as o where o.uuid = old.uuid;
  return new;
end
$$;

comment on function avenrae.on_order_written is
  'Trigger: a client calls an unpaid order off; staff says how far all goods of one have come.';

create trigger orders_write
  instead of update on avenrae.orders
  for each row execute function avenrae.on_order_written();

create function avenrae.on_order_item_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if new.status is distinct from old.status then
    perform api.move_fulfilment(
      old.uuid, api.one_of('status', new.status, 'shipped', 'delivered', 'returned'));
  end if;
  select i.* into new from avenrae.order_items as i where i.uuid = old.uuid;
  return new;
end
$$;

comment on function avenrae.on_order_item_written is
  'Trigger: a seller or staff says how far the goods of one line have come.';

create trigger order_items_write
  instead of update on avenrae.order_items
  for each row execute function avenrae.on_order_item_written();

create function avenrae.on_coupon_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  new.uuid := api.key_of('coupon', new.id,
    (select k.uuid from avenrae.coupons as k where k.id = new.id), new.uuid);
  new.discount_type := api.one_of(
    'discount_type',
    coalesce(new.discount_type,
             (select k.discount_type from avenrae.coupons as k where k.uuid = new.uuid), ''),
    'percentage', 'fixed');
  new.uuid := api.save_coupon(
    api.written_fields(
      case new.discount_type when 'fixed' then '{"discount_value": "amount"}'::jsonb
                             else '{"discount_value": "percent"}' end
      || '{
        "uuid": "coupon_id", "code": "code", "currency": "currency",
        "minimum_purchase": "min_subtotal", "usage_limit": "max_uses",
        "per_client_limit": "per_customer", "valid_from": "valid_from",
        "valid_until": "valid_until", "is_active": "is_active"}', to_jsonb(new), to_jsonb(old)),
    api.if_exists(tg_op));
  if new.uuid is null then
    return null;
  end if;
  select c.* into new from avenrae.coupons as c where c.uuid = new.uuid;
  return new;
end
$$;

comment on function avenrae.on_coupon_written is
  'Trigger: a coupon is made, and switched on or off.';

create trigger coupons_write
  instead of insert or update on avenrae.coupons
  for each row execute function avenrae.on_coupon_written();

create function avenrae.on_conversation_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_there avenrae.conversations;
begin
  new.user1_uuid := api.key_of('user', new.user1_id,
    (select k.uuid from avenrae.users as k where k.id = new.user1_id), new.user1_uuid);
  new.user2_uuid := api.key_of('user', new.user2_id,
    (select k.uuid from avenrae.users as k where k.id = new.user2_id), new.user2_uuid);
  if api.if_exists(tg_op) <> 'fail' then
    select c.* into v_there from avenrae.conversations as c where c.uuid = new.uuid;
    if found then
      return case when api.if_exists(tg_op) = 'merge' then v_there end;
    end if;
  end if;
  -- The caller is one of them, named or not.
  new.uuid := api.open_conversation(
    array_remove(array[new.user1_uuid, new.user2_uuid], null), new.title, new.uuid);
  select c.* into new from avenrae.conversations as c where c.uuid = new.uuid;
  return new;
end
$$;

comment on function avenrae.on_conversation_written is
  'Trigger: the conversation of the caller and somebody else, made if there is none.';

create trigger conversations_write
  instead of insert on avenrae.conversations
  for each row execute function avenrae.on_conversation_written();

create function avenrae.on_message_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_fields jsonb;
begin
  if tg_op = 'UPDATE' then
    if new.is_read and not old.is_read then
      perform api.mark_messages_read(array[old.uuid]);
    end if;
    select m.* into new from avenrae.messages as m where m.uuid = old.uuid;
    return new;
  end if;
  new.sender_uuid := api.key_of('user', new.sender_id,
    (select k.uuid from avenrae.users as k where k.id = new.sender_id), new.sender_uuid);
  new.receiver_uuid := api.key_of('user', new.receiver_id,
    (select k.uuid from avenrae.users as k where k.id = new.receiver_id), new.receiver_uuid);
  new.conversation_uuid := api.key_of('conversation', new.conversation_id,
    (select k.uuid from avenrae.conversations as k where k.id = new.conversation_id),
    new.conversation_uuid);
  v_fields := api.written_fields('{
    "uuid": "message_id", "sender_uuid": "sender_id", "receiver_uuid": "recipient_id",
    "conversation_uuid": "conversation_id", "message": "body"}', to_jsonb(new));
  -- A message that is sent as it was read is no new one.
  if v_fields - 'message_id' <> '{}' then
    new.uuid := api.save_message(v_fields, api.if_exists(tg_op));
  end if;
  if new.uuid is null then
    return null;
  end if;
  select m.* into new from avenrae.messages as m where m.uuid = new.uuid;
  return new;
end
$$;

comment on function avenrae.on_message_written is
  'Trigger: a message is sent; its receiver writes is_read.';

create trigger messages_write
  instead of insert or update on avenrae.messages
  for each row execute function avenrae.on_message_written();

create function avenrae.on_support_ticket_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  new.uuid := api.key_of('ticket', new.id,
    (select k.uuid from avenrae.support_tickets as k where k.id = new.id), new.uuid);
  new.user_uuid := api.key_of('user', new.user_id,
    (select k.uuid from avenrae.users as k where k.id = new.user_id), new.user_uuid);
  new.status := api.one_of('status', new.status, 'open', 'in_progress', 'resolved', 'closed');
  new.priority := api.one_of('priority', new.priority, 'low', 'normal', 'high', 'urgent');
  new.uuid := api.save_case(
    api.written_fields('{
      "uuid": "support_case_id", "user_uuid": "person_id", "subject": "title",
      "description": "description", "category": "kind", "status": "status",
      "priority": "priority", "resolution": "resolution", "booking_reference": "booking_ref"}',
      to_jsonb(new), to_jsonb(old)),
    api.if_exists(tg_op));
  if new.uuid is null then
    return null;
  end if;
  select t.* into new from avenrae.support_tickets as t where t.uuid = new.uuid;
  return new;
end
$$;

comment on function avenrae.on_support_ticket_written is
  'Trigger: a case is opened; staff writes status, priority and resolution.';

create trigger support_tickets_write
  instead of insert or update on avenrae.support_tickets
  for each row execute function avenrae.on_support_ticket_written();

create function avenrae.on_notification_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if new.is_read and not old.is_read then
    perform api.mark_notifications_read(array[old.uuid]);
  end if;
  select n.* into new from avenrae.notifications as n where n.uuid = old.uuid;
  return new;
end
$$;

comment on function avenrae.on_notification_written is
  'Trigger: its reader marks a notification as read.';

create trigger notifications_write
  instead of update on avenrae.notifications
  for each row execute function avenrae.on_notification_written();

create function avenrae.on_review_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_fields jsonb;
begin
  new.uuid := api.key_of('review', new.id,
    (select k.uuid from avenrae.reviews as k where k.id = new.id), new.uuid);
  if not exists (select from avenrae.reviews as k where k.uuid = new.uuid) then
    new.healer_uuid := api.key_of('healer', new.healer_id,
      (select k.uuid from avenrae.healers as k where k.id = new.healer_id), new.healer_uuid);
    new.service_uuid := api.key_of('service', new.service_id,
      (select k.uuid from avenrae.services as k where k.id = new.service_id), new.service_uuid);
    new.client_uuid := api.key_of('client', new.client_id,
      (select k.uuid from avenrae.clients as k where k.id = new.client_id), new.client_uuid);
    new.uuid := api.save_review(jsonb_strip_nulls(jsonb_build_object(
      'review_id', new.uuid, 'author_id', new.client_uuid, 'provider_id', new.healer_uuid,
      'offering_id', new.service_uuid, 'rating', new.rating, 'comment', new.comment)),
      api.if_exists(tg_op));
  else
    if tg_op = 'UPDATE' and new.status is distinct from old.status then
      perform api.hide_review(
        new.uuid, api.one_of('status', new.status, 'published', 'hidden') = 'hidden',
        'Set to ' || new.status || '.');
    end if;
    v_fields := api.written_fields('{
      "uuid": "review_id", "rating": "rating", "comment": "comment",
      "healer_response": "reply"}', to_jsonb(new), to_jsonb(old));
    if tg_op = 'INSERT' or v_fields - 'review_id' <> '{}' then
      new.uuid := api.save_review(v_fields, api.if_exists(tg_op));
    end if;
  end if;
  if new.uuid is null then
    return null;
  end if;
  select r.* into new from avenrae.reviews as r where r.uuid = new.uuid;
  return new;
end
$$;

comment on function avenrae.on_review_written is
  'Trigger: the newest completed booking with a healer is reviewed; the healer answers.';

create trigger reviews_write
  instead of insert or update on avenrae.reviews
  for each row execute function avenrae.on_review_written();

create function avenrae.on_favorite_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'DELETE' then
    perform api.remove_favorite(old.healer_uuid);
    return old;
  end if;
  new.healer_uuid := api.key_of('healer', new.healer_id,
    (select k.uuid from avenrae.healers as k where k.id = new.healer_id), new.healer_uuid);
  new.client_uuid := api.key_of('client', new.client_id,
    (select k.uuid from avenrae.clients as k where k.id = new.client_id), new.client_uuid);
  new.client_uuid := api.key_of('user', new.user_id,
    (select k.uuid from avenrae.users as k where k.id = new.user_id), new.client_uuid);
  perform api.add_favorite(new.healer_uuid, new.client_uuid, new.uuid);
  select f.* into new from avenrae.favorite_healers as f where f.healer_uuid = new.healer_uuid;
  return new;
end
$$;

comment on function avenrae.on_favorite_written is
  'Trigger: the caller marks a healer, or takes the mark away.';

create trigger favorite_healers_write
  instead of insert or delete on avenrae.favorite_healers
  for each row execute function avenrae.on_favorite_written();

create function avenrae.on_wish_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'DELETE' then
    perform api.remove_wish(old.product_uuid);
    return old;
  end if;
  new.product_uuid := api.key_of('product', new.product_id,
    (select k.uuid from avenrae.products as k where k.id = new.product_id), new.product_uuid);
  new.client_uuid := api.key_of('client', new.client_id,
    (select k.uuid from avenrae.clients as k where k.id = new.client_id), new.client_uuid);
  new.client_uuid := api.key_of('user', new.user_id,
    (select k.uuid from avenrae.users as k where k.id = new.user_id), new.client_uuid);
  perform api.add_wish(new.product_uuid, new.client_uuid, new.uuid);
  select w.* into new from avenrae.wishlist_items as w where w.product_uuid = new.product_uuid;
  return new;
end
$$;

comment on function avenrae.on_wish_written is
  'Trigger: the caller wishes for a product, or does no more.';

create trigger wishlist_items_write
  instead of insert or delete on avenrae.wishlist_items
  for each row execute function avenrae.on_wish_written();

create function avenrae.on_availability_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'DELETE' then
    perform api.remove_hours(old.uuid);
    return old;
  end if;
  new.uuid := api.key_of('window', new.id,
    (select k.uuid from avenrae.healer_availability as k where k.id = new.id), new.uuid);
  new.healer_uuid := api.key_of('healer', new.healer_id,
    (select k.uuid from avenrae.healers as k where k.id = new.healer_id), new.healer_uuid);
  perform api.check_day_hours(new.start_time, new.end_time);
  new.uuid := api.save_hours(
    api.written_fields('{
      "uuid": "availability_rule_id", "healer_uuid": "provider_id", "day_of_week": "weekday",
      "start_time": "start_local", "end_time": "end_local", "timezone": "timezone",
      "is_available": "is_active"}', to_jsonb(new), to_jsonb(old)),
    api.if_exists(tg_op));
  if new.uuid is null then
    return null;
  end if;
  select a.* into new from avenrae.healer_availability as a where a.uuid = new.uuid;
  return new;
end
$$;

comment on function avenrae.on_availability_written is
  'Trigger: one weekly window; times to book follow it.';

create trigger healer_availability_write
  instead of insert or update or delete on avenrae.healer_availability
  for each row execute function avenrae.on_availability_written();

create function avenrae.on_blocked_date_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_there avenrae.blocked_dates;
begin
  if tg_op = 'DELETE' then
    perform api.remove_exception(old.uuid);
    return old;
  end if;
  new.healer_uuid := api.key_of('healer', new.healer_id,
    (select k.uuid from avenrae.healers as k where k.id = new.healer_id), new.healer_uuid);
  select x.* into v_there from avenrae.blocked_dates as x where x.uuid = new.uuid;
  if found and api.may_write(v_there.healer_uuid) and api.if_exists(tg_op) <> 'fail' then
    perform api.keep_column(
      (coalesce(new.blocked_date, v_there.blocked_date), coalesce(new.start_at, v_there.start_at),
       coalesce(new.end_at, v_there.end_at), coalesce(new.reason, v_there.reason, ''))
      = (v_there.blocked_date, v_there.start_at, v_there.end_at, coalesce(v_there.reason, '')),
      'A closed time stays as it was closed.', 'Delete it, and close another one.');
    return case when api.if_exists(tg_op) = 'merge' then v_there end;
  end if;
  if new.blocked_date is not null and new.start_at is null then
    new.uuid := api.block_date(new.blocked_date, new.reason, new.healer_uuid, new.uuid);
  else
    new.uuid := api.block_time(
      new.start_at, new.end_at, new.reason, new.healer_uuid, new.uuid);
  end if;
  select x.* into new from avenrae.blocked_dates as x where x.uuid = new.uuid;
  return new;
end
$$;

comment on function avenrae.on_blocked_date_written is
  'Trigger: the caller closes a day, or a time; deleting opens it again.';

create trigger blocked_dates_write
  instead of insert or delete on avenrae.blocked_dates
  for each row execute function avenrae.on_blocked_date_written();

create function avenrae.on_qualification_written()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'DELETE' then
    perform api.remove_credential(old.uuid);
    return old;
  end if;
  new.healer_uuid := api.key_of('healer', new.healer_id,
    (select k.uuid from avenrae.healers as k where k.id = new.healer_id), new.healer_uuid);
  new.uuid := api.save_credential(
    api.written_fields('{
      "uuid": "credential_id", "healer_uuid": "provider_id", "qualification": "name",
      "institution": "issued_by", "obtained_on": "issued_on", "document_url": "url"}',
      to_jsonb(new), to_jsonb(old)),
    api.if_exists(tg_op));
  if new.uuid is null then
    return null;
  end if;
  select q.* into new from avenrae.healer_qualifications as q where q.uuid = new.uuid;
  return new;
end
$$;

comment on function avenrae.on_qualification_written is
  'Trigger: a certificate of the caller''s.';

create trigger healer_qualifications_write
  instead of insert or update or delete on avenrae.healer_qualifications
  for each row execute function avenrae.on_qualification_written();
