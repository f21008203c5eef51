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

  -- Of goods it is the order's sum that a card must bear, so one piece may cost less.
  if p_price_minor > 0
     and (p_price_minor < v_currency.charge_min_minor and p_kind <> 'product'
          or p_price_minor % v_currency.charge_step <> 0) then
    perform internal.refuse(
      'M0103', 'price_not_chargeable',
      format('In %s the least charge is %s minor units, in steps of %s.',
             p_currency, v_currency.charge_min_minor, v_currency.charge_step),
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

create or replace function api.create_session(
  p_expert_user_id   uuid,
  p_title            text,
  p_description      text,
  p_duration_minutes integer,
  p_price_cents      integer,
  p_currency         text default 'DKK'
)
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_provider_id uuid := internal.require_identity(p_expert_user_id);
  v_offering_id uuid;
begin
  perform internal.require_active(v_provider_id);

  if not exists (select from core.provider as p where p.provider_id = v_provider_id) then
    perform internal.refuse(
      'M4002', 'expert_not_found', 'The caller is not a provider.', 'Become one first.');
  end if;

  if nullif(btrim(p_title), '') is null or length(p_title) > 200 then
    perform internal.refuse('M0104', 'title_required', 'A title has 1 to 200 characters.');
  end if;

  if p_duration_minutes is null or p_duration_minutes not between 15 and 1440
     or p_duration_minutes % 15 <> 0 then
    perform internal.refuse(
      'M0105', 'duration_invalid', 'A session lasts 15 to 1440 minutes, in steps of 15.');
  end if;

  insert into core.offering (provider_id, kind, title, description, duration_min,
                             price_minor, currency)
  values (v_provider_id, 'session', btrim(p_title), p_description, p_duration_minutes,
          p_price_cents, upper(btrim(p_currency)))
  returning offering_id into v_offering_id;

  return v_offering_id;
end
$$;

alter function api.create_session owner to definer;

comment on function api.create_session is $$
Put up a session of the caller's and return its id. Slots for it appear at once, wherever the
provider's hours have room. p_price_cents is in minor units of p_currency.

Raises
  M0101 currency_unknown, M0102 price_out_of_range, M0103 price_not_chargeable
  M0104 title_required    the title is empty or too long
  M0105 duration_invalid  not a multiple of 15 minutes up to a day
  M1001 sign_in_required, M3001 person_suspended
  M4002 expert_not_found  the caller is not a provider
  42501                   p_expert_user_id is somebody else
$$;

create or replace function internal.set_offering_active(p_offering_id uuid, p_is_active boolean)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  update core.offering as o
  set is_active = p_is_active
  where o.offering_id = p_offering_id
    and (o.provider_id = internal.user_id() or internal.is_service());

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
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select distinct b.offering_id
  from core.booking as b
  where b.customer_id = internal.user_id()
    and b.status in ('requested', 'confirmed', 'completed', 'no_show_customer');
end;

alter function internal.booked_offering_ids owner to definer;

comment on function internal.booked_offering_ids is
  'Offerings the caller has paid for; the caller may read them after they were taken down.';
