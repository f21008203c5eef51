-- The caller, refusals, and helpers that everything else uses.

create or replace function internal.user_id()
returns uuid
language sql
stable
parallel safe
return coalesce(
  nullif(current_setting('app.user_id', true), ''),
  nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub'
)::uuid;

comment on function internal.user_id is $$
The caller's person id, or null for an anonymous caller.
Reads the plain setting that our Lambdas make, because parsing the claims in every policy doubles
the cost of a query. Falls back to the claims for databases that Supabase's own API serves.
$$;

create or replace function internal.is_guest()
returns boolean
language sql
stable
parallel safe
return coalesce(
  nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'is_anonymous', 'false'
) = 'true';

comment on function internal.is_guest is
  'Whether the caller is an anonymous guest. Anybody can make any number of guests.';

create or replace function internal.is_service()
returns boolean
language sql
stable
parallel safe
return coalesce(current_setting('role', true), '') = 'service_role';

comment on function internal.is_service is $$
Whether the caller is the service role. Reads the role of the session, which is right inside
security definer functions too; never a claim, which a token could carry under another role.
$$;

create or replace function internal.refuse(
  p_code    text,
  p_message text,
  p_detail  text,
  p_hint    text default ''
)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception using
    errcode = p_code,
    message = p_message,
    detail  = p_detail,
    hint    = p_hint;
end
$$;

comment on function internal.refuse is $$
Raise a refusal: a code of class M, a stable word, a sentence, and what to do.
docs/errors.md lists every code; a test keeps the two equal.
$$;

create or replace function internal.require_choice(p_choice boolean, p_name text)
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_choice is null then
    perform internal.refuse('M0208', 'answer_invalid', format('%s is neither true nor false.', p_name),
      'Say true or false.');
  end if;
end
$$;

comment on function internal.require_choice is $$
Refuse null where somebody decides: it is no decision, and every condition takes it for false.

Raises
  M0208 answer_invalid  it is null
$$;

create or replace function internal.wait_outside(p_what uuid)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  raise lock_not_available using message = 'wait outside', detail = p_what;
end
$$;

comment on function internal.wait_outside is $$
Say that a row is locked that many may want. A process of many connections asks with the setting
app.waits_outside first: then it gets 55P03 with the row's key as detail, and lets its callers queue
(shared/postgres), because callers who wait in the database would take all its connections.
$$;

create or replace function internal.instant_text(p_at timestamptz)
returns text
language sql
stable
return to_char(p_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"');

comment on function internal.instant_text is 'An instant in a sentence, as ISO 8601 has it.';

create or replace function internal.require_user_id()
returns uuid
language plpgsql
stable
as $$
declare
  v_user_id uuid := internal.user_id();
begin
  if v_user_id is null then
    perform internal.refuse('M1001', 'sign_in_required', 'Nobody is signed in.', 'Sign in first.');
  end if;
  return v_user_id;
end
$$;

comment on function internal.require_user_id is $$
The caller's person id; refuses anonymous callers.

Raises
  M1001 sign_in_required  nobody is signed in
$$;

create or replace function internal.require_identity(p_user_id uuid)
returns uuid
language plpgsql
stable
as $$
begin
  if internal.is_service() and p_user_id is not null then
    return p_user_id;
  end if;
  if internal.require_user_id() is distinct from p_user_id then
    raise exception using
      errcode = '42501',
      message = 'The user id given is not that of the caller.';
  end if;
  if internal.is_guest() or not internal.is_active(p_user_id) then
    -- It says why not.
    perform internal.require_active(p_user_id);
  end if;
  return p_user_id;
end
$$;

comment on function internal.require_identity is $$
An identity given as an argument: it must be the caller's, and the caller may act
(internal.require_active), unless the house itself asks.

Raises
  M1001 sign_in_required  nobody is signed in
  M3001 person_suspended  the account is suspended or closed
  M3002 sign_up_required  the caller is an anonymous guest
  42501                   it is somebody else's
$$;

create or replace function internal.uuid_v7()
returns uuid
language sql
volatile
parallel safe
return encode(
  set_bit(
    set_bit(
      overlay(
        uuid_send(gen_random_uuid())
        placing substring(int8send((date_part('epoch', clock_timestamp()) * 1000)::bigint) from 3)
        from 1 for 6
      ),
      52, 1),
    53, 1),
  'hex')::uuid;

comment on function internal.uuid_v7 is $$
A time-ordered uuid (RFC 9562, version 7) for tables that only grow. With random keys, full-page
images would be most of what a booking writes.
$$;

create or replace function internal.readable_code(p_length integer)
returns text
language plpgsql
volatile
as $$
declare
  v_bytes constant bytea := decode(md5(gen_random_uuid()::text), 'hex');
  v_code  text := '';
begin
  -- Expressions alone: a query here would be planned by every booking.
  for i in 0 .. p_length - 1 loop
    v_code := v_code
      || substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ', get_byte(v_bytes, i) % 32 + 1, 1);
  end loop;
  return v_code;
end
$$;

comment on function internal.readable_code is
  'Up to sixteen random characters that are easy to tell apart, five bits each.';

create or replace function internal.shift_point(p_minor bigint, p_exponent integer)
returns numeric
language sql
immutable
parallel safe
return round(p_minor::numeric / power(10::numeric, p_exponent), p_exponent);

comment on function internal.shift_point is $$
Minor units as a decimal number of so many places, for statements that have the currency at hand:
internal.to_decimal asks for it by a query of each row.
$$;

create or replace function internal.to_decimal(p_minor bigint, p_currency text)
returns numeric
language sql
stable
begin atomic
  select internal.shift_point(p_minor, c.exponent) from core.currency as c
  where c.currency = p_currency;
end;

comment on function internal.to_decimal is
  'Minor units as a decimal number of the currency: 1050 JPY is 1050, 1999 USD is 19.99.';

create or replace function internal.to_minor(p_amount numeric, p_currency text)
returns bigint
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_exponent integer := (select c.exponent from core.currency as c where c.currency = p_currency);
begin
  if v_exponent is null then
    perform internal.refuse(
      'M0101', 'currency_unknown', format('%s is not a currency here.', left(p_currency, 10)),
      'Use an ISO 4217 code such as DKK, USD or EUR.');
  end if;
  if p_amount in ('NaN', 'Infinity', '-Infinity') or abs(p_amount) >= 1e15 then
    perform internal.refuse('M0014', 'amount_invalid', 'The amount is not a number of money.');
  end if;
  if p_amount <> trunc(p_amount, v_exponent) then
    perform internal.refuse('M0015', 'amount_too_fine',
      format('%s has %s decimals.', p_currency, v_exponent), 'Round the amount first.');
  end if;
  return trunc(p_amount * power(10::numeric, v_exponent));
end
$$;

alter function internal.to_minor owner to definer;

comment on function internal.to_minor is $$
A decimal amount of a currency in its minor units: 19.99 USD is 1999, 1050 JPY is 1050. An
amount with more decimals than the currency has is refused, not rounded: nobody was asked.

Raises
  M0101 currency_unknown  there is no such currency
  M0014 amount_invalid    it is no finite number, or over fifteen digits
  M0015 amount_too_fine   it has more decimals than the currency
$$;

create or replace function internal.on_row_touched()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  new.updated_at := now();
  return new;
end
$$;

comment on function internal.on_row_touched is 'Trigger: keep updated_at, which no client may set.';

create or replace trigger marketplace_touch before update on core.marketplace
  for each row execute function internal.on_row_touched();
create or replace trigger person_touch before update on core.person
  for each row execute function internal.on_row_touched();
create or replace trigger person_private_touch before update on core.person_private
  for each row execute function internal.on_row_touched();
create or replace trigger provider_touch before update on core.provider
  for each row execute function internal.on_row_touched();
create or replace trigger customer_touch before update on core.customer
  for each row execute function internal.on_row_touched();
create or replace trigger offering_touch before update on core.offering
  for each row execute function internal.on_row_touched();
create or replace trigger availability_rule_touch before update on core.availability_rule
  for each row execute function internal.on_row_touched();
create or replace trigger slot_touch before update on core.slot
  for each row execute function internal.on_row_touched();
create or replace trigger booking_touch before update on core.booking
  for each row execute function internal.on_row_touched();
create or replace trigger booking_note_touch before update on core.booking_note
  for each row execute function internal.on_row_touched();
create or replace trigger order_touch before update on core.order
  for each row execute function internal.on_row_touched();
create or replace trigger payment_touch before update on core.payment
  for each row execute function internal.on_row_touched();
create or replace trigger review_touch before update on core.review
  for each row execute function internal.on_row_touched();

create or replace function internal.on_append_only()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception using
    errcode = '42501',
    message = format('Rows of %I are never changed or removed.', tg_table_name);
end
$$;

comment on function internal.on_append_only is
  'Trigger: refuse every change of a written row, for every role, the owner included.';

create or replace trigger booking_event_keep before delete or truncate
  on core.booking_event
  for each statement execute function internal.on_append_only();
create or replace trigger audit_log_keep before update or delete or truncate
  on core.audit_log
  for each statement execute function internal.on_append_only();

create or replace function internal.on_words_forgotten()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if new.reason is not null
     or to_jsonb(new) - 'reason' is distinct from to_jsonb(old) - 'reason' then
    raise exception using
      errcode = '42501',
      message = format('Rows of %I are never changed or removed.', tg_table_name);
  end if;
  return new;
end
$$;

comment on function internal.on_words_forgotten is
  'Trigger: what has been written stays, but for the words of somebody who is erased.';

create or replace trigger booking_event_forget before update on core.booking_event
  for each row execute function internal.on_words_forgotten();
