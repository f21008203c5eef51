-- Offerings: publishing them and taking them down.

create or replace function internal.shorten(p_text text, p_length integer)
returns text
language sql
immutable
parallel safe
return case
  when length(btrim(p_text)) <= p_length then btrim(p_text)
  -- Cut at the last white space before the limit; a word without any is cut at the limit.
  else coalesce(
    nullif(btrim(substring(left(btrim(p_text), p_length + 1) from '^(.*)\s')), ''),
    left(btrim(p_text), p_length))
end;

comment on function internal.shorten is 'The text, cut at a word so that it has at most p_length.';

create or replace function internal.on_offering_summarized()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if nullif(btrim(new.summary), '') is null then
    new.summary := internal.shorten(new.description, 500);
  end if;
  if new.is_active and new.published_at is null then
    new.published_at := now();
  end if;
  return new;
end
$$;

alter function internal.on_offering_summarized owner to definer;

comment on function internal.on_offering_summarized is
  'Trigger: an offering without a summary gets the beginning of its description.';

create or replace trigger offering_summarize before insert or update on core.offering
  for each row execute function internal.on_offering_summarized();

create or replace function internal.check_price(
  p_price_minor bigint,
  p_currency    text,
  p_kind        text default 'session'
)
returns void
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_currency core.currency;
begin
  select c.* into v_currency from core.currency as c where c.currency = p_currency;

  if not found then
    perform internal.refuse(
      'M0101', 'currency_unknown', format('%s is not a currency here.', left(p_currency, 10)),
      'Use an ISO 4217 code such as DKK, USD or EUR.');
  end if;

  if p_price_minor is null or p_price_minor < 0 or p_price_minor > 99999999 then
    perform internal.refuse(
      'M0102', 'price_out_of_range', 'A price lies between 0 and 99999999 minor units.');
  end if;

  if p_price_minor > 0 then
    perform internal.require_settled(p_currency);
  end if;

  -- For goods only the sum of the order must be chargeable, so one piece may cost less.
  if p_price_minor > 0
     and (p_price_minor < v_currency.charge_min_minor and p_kind <> 'product'
          or p_price_minor % v_currency.charge_step <> 0) then
    perform internal.refuse(
      'M0103', 'price_not_chargeable',
      format('The least charge is %s %s, in steps of %s.',
             internal.to_decimal(v_currency.charge_min_minor, p_currency), p_currency,
             internal.to_decimal(v_currency.charge_step, p_currency)),
      'Use 0 for free, or a price that can be charged.');
  end if;
end
$$;

alter function internal.check_price owner to definer;

comment on function internal.check_price is $$
Refuse a price that cannot be charged to a card.

Raises
  M0101 currency_unknown      there is no such currency
  M0102 price_out_of_range    negative, missing or over eight digits
  M0103 price_not_chargeable  under the currency's least charge, or between its steps
  M0304 currency_not_settled  the platform has no balance in it at Stripe
$$;

create or replace function internal.on_offering_priced()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform internal.check_price(new.price_minor, new.currency, new.kind);
  return new;
end
$$;

alter function internal.on_offering_priced owner to definer;

comment on function internal.on_offering_priced is
  'Trigger: a price can be charged, whichever path wrote it.';

create or replace trigger offering_price before insert or update of price_minor, currency
  on core.offering
  for each row execute function internal.on_offering_priced();

create or replace function internal.on_offering_timed()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if new.kind = 'session' and new.duration_min is null
     or new.duration_min < 1
     or new.kind = 'session' and new.duration_min % 15 <> 0
     or new.duration_min > (case when new.kind in ('session', 'service') then 1440
                                 else 10080 end) then
    perform internal.refuse('M0105', 'duration_invalid',
      case new.kind
        when 'session' then 'A session lasts 15 to 1440 minutes, in steps of 15.'
        when 'service' then 'A service lasts 1 to 1440 minutes.'
        else format('A %s lasts 1 to 10080 minutes.', new.kind) end);
  end if;
  return new;
end
$$;

alter function internal.on_offering_timed owner to definer;

comment on function internal.on_offering_timed is $$
Trigger: check how long an offering lasts, by its kind. This is the only place of the rule.

Raises
  M0105 duration_invalid  it lasts too long, or a session is no multiple of 15 minutes
$$;

create or replace trigger offering_time before insert or update of kind, duration_min
  on core.offering
  for each row execute function internal.on_offering_timed();

create or replace function internal.offering_to_save(p_offering jsonb, p_old core.offering)
returns core.offering
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_offering core.offering := p_old;
begin
  v_offering := internal.read_rules(p_old, p_offering);
  v_offering := jsonb_populate_record(v_offering,
    p_offering - array['booking_mode', 'min_notice_min', 'buffer_before_min', 'buffer_after_min',
                       'slot_step_min', 'horizon_days', 'max_per_day', 'cancellation_policy_id']
    || case when p_offering ? 'tags'
            then jsonb_build_object('tags', internal.read_words(p_offering -> 'tags'))
            else '{}' end);
  v_offering.title := btrim(v_offering.title);
  if coalesce(length(v_offering.title), 0) not between 1 and 200 then
    perform internal.refuse('M0104', 'title_required', 'A title has 1 to 200 characters.');
  end if;
  v_offering.currency := upper(btrim(v_offering.currency));
  if p_offering ? 'price' then
    v_offering.price_minor :=
      internal.to_minor((p_offering ->> 'price')::numeric, v_offering.currency);
  end if;
  return v_offering;
end
$$;

alter function internal.offering_to_save owner to definer;

comment on function internal.offering_to_save is $$
An offering with the fields of p_offering in place of the old ones.

Raises
  M0014 amount_invalid, M0015 amount_too_fine, M0101 currency_unknown
  M0104 title_required  the title is empty or too long
  M0109 rule_invalid    a booking rule is out of range
$$;

create or replace function internal.new_offering(p_offering jsonb, p_provider_id uuid)
returns core.offering
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_offering core.offering;
begin
  select coalesce(v.currency, m.default_currency) into v_offering.currency
  from core.marketplace as m
  left join core.provider as v on v.provider_id = p_provider_id
  where p_provider_id is null or v.provider_id is not null;
  if not found then
    perform internal.refuse(
      'M4001', 'provider_not_found', 'The caller is not a provider.', 'Become one first.');
  end if;

  v_offering.offering_id := coalesce((p_offering ->> 'offering_id')::uuid, gen_random_uuid());
  v_offering.provider_id := p_provider_id;
  v_offering.kind := 'session';
  v_offering.tags := '{}';
  v_offering.capacity := 1;
  v_offering.booking_mode := (select m.booking_mode from core.marketplace as m);
  v_offering.min_notice_min := 0;
  v_offering.buffer_before_min := 0;
  v_offering.buffer_after_min := 0;
  v_offering.cancellation_policy_id := (
    select c.cancellation_policy_id
    from core.cancellation_policy as c
    where c.provider_id is null and c.name = 'flexible');
  v_offering.is_active := true;
  return v_offering;
end
$$;

alter function internal.new_offering owner to definer;

comment on function internal.new_offering is $$
The defaults of a new offering: a session for one person, in the currency of its provider, or of
the marketplace if the platform sells it.

Raises
  M4001 provider_not_found  the person is not a provider
$$;

create or replace function internal.write_materials(p_offering_id uuid, p_url text)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_url is null then
    delete from core.offering_material as m where m.offering_id = p_offering_id;
  else
    insert into core.offering_material as m (offering_id, materials_url)
    values (p_offering_id, p_url)
    on conflict (offering_id) do update set materials_url = excluded.materials_url;
  end if;
end
$$;

alter function internal.write_materials owner to definer;

comment on function internal.write_materials is
  'Store the materials that only customers with a booking may open; null removes them.';

create or replace function internal.write_offering(p_offering core.offering, p_is_new boolean)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_is_new then
    insert into core.offering as o
      (offering_id, provider_id, kind, title, slug, summary, description, tags, category_code,
       level, prerequisites, duration_min, capacity, price_minor, currency, booking_mode,
       min_notice_min, buffer_before_min, buffer_after_min, slot_step_min, horizon_days,
       max_per_day, cancellation_policy_id, is_active)
    select p_offering.offering_id, p_offering.provider_id, p_offering.kind, p_offering.title,
           p_offering.slug, p_offering.summary, p_offering.description, p_offering.tags,
           p_offering.category_code, p_offering.level, p_offering.prerequisites,
           p_offering.duration_min, p_offering.capacity, p_offering.price_minor,
           p_offering.currency, p_offering.booking_mode, p_offering.min_notice_min,
           p_offering.buffer_before_min, p_offering.buffer_after_min,
           p_offering.slot_step_min, p_offering.horizon_days, p_offering.max_per_day,
           p_offering.cancellation_policy_id, p_offering.is_active;
  else
    update core.offering as o
    set kind = p_offering.kind, title = p_offering.title, slug = p_offering.slug,
        summary = p_offering.summary, description = p_offering.description,
        tags = p_offering.tags, category_code = p_offering.category_code,
        level = p_offering.level, prerequisites = p_offering.prerequisites,
        duration_min = p_offering.duration_min, capacity = p_offering.capacity,
        price_minor = p_offering.price_minor, currency = p_offering.currency,
        booking_mode = p_offering.booking_mode, min_notice_min = p_offering.min_notice_min,
        buffer_before_min = p_offering.buffer_before_min,
        buffer_after_min = p_offering.buffer_after_min,
        slot_step_min = p_offering.slot_step_min, horizon_days = p_offering.horizon_days,
        max_per_day = p_offering.max_per_day,
        cancellation_policy_id = p_offering.cancellation_policy_id,
        is_active = p_offering.is_active
    where o.offering_id = p_offering.offering_id;
  end if;
end
$$;

alter function internal.write_offering owner to definer;

comment on function internal.write_offering is
  'Insert an offering, or change all of one that may change. Triggers check it and refresh slots.';

create or replace function internal.seller_to_save(p_offering jsonb, p_old core.offering)
returns uuid
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_given uuid := (p_offering ->> 'provider_id')::uuid;
begin
  if p_old.offering_id is not null and p_old.provider_id is null then
    perform internal.require_staff();
    return null;
  end if;
  if p_old.offering_id is null and v_given is null and p_offering ->> 'kind' = 'product'
     and (internal.is_service() or internal.is_staff()) then
    return null;
  end if;
  return internal.require_identity(coalesce(p_old.provider_id, v_given, internal.user_id()));
end
$$;

alter function internal.seller_to_save owner to definer;

comment on function internal.seller_to_save is $$
Whose offering is saved, if the caller may: their own, or null for the platform's, which are goods
and staff's business.

Raises
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  M3301 staff_only  it is the platform's
  42501             it is somebody else's
$$;

create or replace function api.save_offering(
  p_offering  jsonb,
  p_if_exists text default 'merge'
)
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_offering core.offering;
  v_is_new   boolean;
  v_seller   uuid;
begin
  perform internal.require_fields(p_offering,
    'offering_id', 'provider_id', 'kind', 'title', 'slug', 'summary', 'description', 'tags',
    'category_code', 'level', 'prerequisites', 'duration_min', 'capacity', 'price_minor',
    'price', 'currency', 'booking_mode', 'min_notice_min', 'buffer_before_min',
    'buffer_after_min', 'slot_step_min', 'horizon_days', 'max_per_day',
    'cancellation_policy_id', 'is_active', 'materials_url', 'place', 'meeting_url');

  select o.* into v_offering
  from core.offering as o
  where o.offering_id = (p_offering ->> 'offering_id')::uuid;
  v_is_new := not found;
  v_seller := internal.seller_to_save(p_offering, v_offering);

  if v_is_new then
    v_offering := internal.new_offering(p_offering, v_seller);
  elsif (p_offering ->> 'provider_id')::uuid <> v_offering.provider_id then
    raise exception using errcode = '42501', message = 'An offering stays with its provider.';
  elsif not internal.found_to_save('offering', p_if_exists) then
    return null;
  else
    -- If two change it at once, the second continues from what the first has written.
    select o.* into v_offering
    from core.offering as o
    where o.offering_id = v_offering.offering_id
    for no key update;
  end if;
  v_offering := internal.offering_to_save(p_offering, v_offering);

  perform internal.write_offering(v_offering, v_is_new);
  if p_offering ? 'materials_url' then
    perform internal.write_materials(v_offering.offering_id, p_offering ->> 'materials_url');
  end if;
  perform internal.write_venue(v_offering.offering_id, p_offering);
  return v_offering.offering_id;
end
$$;

alter function api.save_offering owner to definer;

comment on function api.save_offering is $$
Make or change an offering of the caller's, and return its id. Slots for a session appear at once,
wherever the provider's hours have room.

p_offering: {"offering_id"?, "provider_id"? (the caller), "kind"? (session, service, event,
product, course), "title", "summary"?, "description"?, "tags"?, "category_code"?, "level"?,
"prerequisites"?, "duration_min", "capacity"?, "price_minor" (or "price", a decimal),
"currency"? (the provider's), "booking_mode"?, "min_notice_min"?, "buffer_before_min"?,
"buffer_after_min"?, "slot_step_min"?, "horizon_days"?, "max_per_day"?,
"cancellation_policy_id"? (see api.set_booking_rules), "is_active"?, "materials_url"?, "place"?,
"meeting_url"? (see api.set_venue)}. A field that is not given stays as it is, or has its default.
p_if_exists: merge; ignore leaves an offering as it is
and returns null; fail refuses. Locks the offering, then the provider.

Raises
  M0011 if_exists_unknown, M0012 fields_invalid, M0013 field_unknown
  M0014 amount_invalid, M0015 amount_too_fine
  M0101 currency_unknown, M0102 price_out_of_range, M0103 price_not_chargeable
  M0104 title_required      the title is empty or too long
  M0105 duration_invalid    it lasts too long, or a session is no multiple of 15 minutes
  M0109 rule_invalid        a booking rule is out of range
  M0110 venue_invalid       the place is too long, or the link is none
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  M3301 staff_only          the platform sells it
  M4001 provider_not_found  the caller is not a provider
  23505                     p_if_exists is fail, and it is there
  42501                     the provider is somebody else
$$;

create or replace function api.remove_offering(p_offering_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if (exists (select from core.booking as b where b.offering_id = p_offering_id)
      or exists (select from core.order_line as l where l.offering_id = p_offering_id))
     and exists (
       select from core.offering as o
       where o.offering_id = p_offering_id
         and (o.provider_id = internal.user_id() or internal.is_service()
              or o.provider_id is null and internal.is_staff())
     ) then
    perform internal.refuse('M9106', 'offering_in_use', 'It has been booked or bought.',
      'Take it down instead: it is not found or booked any more.');
  end if;

  delete from core.offering as o
  where o.offering_id = p_offering_id
    and (o.provider_id = internal.user_id() or internal.is_service()
         or o.provider_id is null and internal.is_staff());
  if not found then
    perform internal.refuse(
      'M4101', 'offering_not_found', format('You have no offering %s.', p_offering_id));
  end if;
end
$$;

alter function api.remove_offering owner to definer;

comment on function api.remove_offering is $$
Remove an offering of the caller's that was never booked or bought, and its slots; staff removes
what the platform sells.

Raises
  M4101 offering_not_found  there is none, or it is another provider's
  M9106 offering_in_use     it has bookings or orders, of whatever state
$$;

create or replace function internal.set_offering_active(p_offering_id uuid, p_is_active boolean)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_is_active then
    perform internal.require_actor();
  end if;
  update core.offering as o
  set is_active = p_is_active
  where o.offering_id = p_offering_id
    and (o.provider_id = internal.user_id() or internal.is_service()
         or o.provider_id is null and internal.is_staff());

  if not found then
    perform internal.refuse(
      'M4101', 'offering_not_found', format('You have no offering %s.', p_offering_id));
  end if;
end
$$;

alter function internal.set_offering_active owner to definer;

comment on function internal.set_offering_active is $$
Raises
  M4101 offering_not_found  there is none, or it is another provider's
$$;

create or replace function api.publish_offering(p_offering_id uuid)
returns void
language sql
volatile
begin atomic
  select internal.set_offering_active(p_offering_id, true);
end;

comment on function api.publish_offering is $$
Publish an offering of the caller's: it can be found and booked.

Raises
  M4101 offering_not_found  there is none, or it is another provider's
$$;

create or replace function api.unpublish_offering(p_offering_id uuid)
returns void
language sql
volatile
begin atomic
  select internal.set_offering_active(p_offering_id, false);
end;

comment on function api.unpublish_offering is $$
Take an offering down. Its bookings are kept; its unused slots are removed.

Raises
  M4101 offering_not_found  there is none, or it is another provider's
$$;

create or replace function internal.booked_offering_ids()
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
    and internal.is_bought(b.status);
end
$$;

alter function internal.booked_offering_ids owner to definer;

comment on function internal.booked_offering_ids is
  'Offerings the caller has paid for; the caller may read them after they were taken down.';

create or replace function internal.ordered_offering_ids()
returns setof uuid
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select b.offering_id from core.booking as b where b.customer_id = internal.user_id()
  union
  select l.offering_id
  from core.order_line as l
  where l.customer_id = internal.user_id() and l.offering_id is not null;
end
$$;

alter function internal.ordered_offering_ids owner to definer;

comment on function internal.ordered_offering_ids is
  'Offerings the caller has ever booked or ordered: they may read what it was, paid or not, after '
  'it was taken down. What only buyers may open is internal.booked_offering_ids.';
