-- Where providers are paid: an account at Stripe, or details for payouts by hand.

create or replace function api.open_payout_account()
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_provider_id uuid := internal.require_provider_id();
  v_account     core.payout_account;
begin
  perform from core.provider as p where p.provider_id = v_provider_id for no key update;
  select a.* into v_account
  from core.payout_account as a
  where a.provider_id = v_provider_id and a.replaced_at is null;

  if not found or v_account.rail <> 'stripe_connect' or v_account.is_disconnected then
    v_account := internal.replace_payout_account(v_provider_id, 'stripe_connect', null);
    perform internal.plan_command(
      'create_account', v_account.payout_account_id, '/v1/accounts',
      jsonb_build_object(
        'controller', jsonb_build_object(
          'losses', '{"payments": "application"}'::jsonb,
          'fees', '{"payer": "application"}'::jsonb,
          'stripe_dashboard', '{"type": "express"}'::jsonb,
          'requirement_collection', 'stripe'),
        'capabilities', '{"transfers": {"requested": true}}'::jsonb,
        'metadata', jsonb_build_object('payout_account_id', v_account.payout_account_id)));
  end if;
  return internal.payout_account_view(v_account);
end
$$;

alter function api.open_payout_account owner to definer;

comment on function api.open_payout_account is $$
The caller's account at Stripe Connect; planned when there is none. Safe to repeat: one account
per provider, however many requests arrive at once.

Raises
  M1001 sign_in_required, M4001 provider_not_found
$$;

create or replace function internal.replace_payout_account(
  p_provider_id uuid,
  p_rail        text,
  p_details     text
)
returns core.payout_account
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_account  core.payout_account;
  v_replaced boolean;
begin
  update core.payout_account as a
  set replaced_at = now()
  where a.provider_id = p_provider_id and a.replaced_at is null;
  v_replaced := found;

  -- A new place for the money is how a stolen login is turned into money: it waits.
  insert into core.payout_account as a
    (payout_account_id, provider_id, rail, details, can_transfer, usable_from)
  select internal.uuid_v7(), p_provider_id, p_rail, p_details, p_rail = 'manual',
         now() + make_interval(hours => case when v_replaced then s.cooling_hours else 0 end)
  from core.payout_setting as s
  returning a.* into v_account;

  if v_replaced then
    perform internal.notify(p_provider_id, 'payout_account_changed',
      jsonb_build_object('usable_from', v_account.usable_from));
  end if;
  perform internal.audit('replace_payout_account', 'provider', p_provider_id::text, null,
    jsonb_build_object('rail', p_rail, 'payout_account_id', v_account.payout_account_id));
  return v_account;
end
$$;

alter function internal.replace_payout_account owner to definer;

comment on function internal.replace_payout_account is $$
Make a provider's current payout account and keep the one before. A change starts the cooling
period and notifies the provider: somebody else may have made it.
$$;

create or replace function internal.payouts_are_held(p_provider_id uuid)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select exists (select from core.payout_hold as h where h.provider_id = p_provider_id);
end;

alter function internal.payouts_are_held owner to definer;

comment on function internal.payouts_are_held is 'Whether staff holds a provider''s payouts.';

create or replace function internal.masked_details(p_details text)
returns jsonb
language sql
immutable
return case when p_details like '{%' then (
  select jsonb_object_agg(d.key, case
    when jsonb_typeof(d.value) in ('object', 'array') then '"••••"'
    when length(regexp_replace(d.value #>> '{}', '\D', '', 'g')) >= 5
      then to_jsonb('•••• ' || right(rtrim(d.value #>> '{}'), 4))
    else d.value end)
  from jsonb_each(p_details::jsonb) as d) end;

comment on function internal.masked_details is
  'Details of a payout account that are a JSON object, with what has five digits or more as its last '
  'four characters: a name, a bank and a way to pay stay. Null for details that are a plain text.';

create or replace function internal.details_last4(p_details text)
returns text
language sql
immutable
return case when p_details like '{%' then (
  select right(m.value #>> '{}', 4)
  from jsonb_each(internal.masked_details(p_details)) as m
  where m.value #>> '{}' like '•••• %'
  -- An account comes before a phone, and a phone before what else is a number.
  order by m.key !~* 'account|iban', m.key !~* 'phone|number|till', m.key
  limit 1) else right(p_details, 4) end;

comment on function internal.details_last4 is
  'The last four characters of the account that details name, as a text or in a JSON object.';

create or replace function internal.read_details(p_details text, p_known core.payout_account)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_details text := nullif(btrim(p_details), '');
  v_new     jsonb;
  v_known   jsonb := case when (p_known).details like '{%' then (p_known).details::jsonb else '{}' end;
begin
  if v_details not like '{%' then
    return v_details;
  end if;
  -- What a profile shows comes back with it: those parts of it are as they were.
  v_new := v_details::jsonb - array['last4', 'status'];
  if v_new ->> 'method' = (p_known).rail and not v_known ? 'method' then
    v_new := v_new - 'method';
  end if;
  if v_new = '{}' then
    return (p_known).details;
  end if;
  return (
    select jsonb_object_agg(n.key, case
      when n.value = internal.masked_details(v_known::text) -> n.key then v_known -> n.key
      else n.value end)
    from jsonb_each(v_new) as n)::text;
end
$$;

comment on function internal.read_details is $$
The details of a payout account as they are kept: a text, or a JSON object. A masked value that comes
back stands for the one that is known.

Raises
  22P02  it begins like a JSON object and is none
$$;

create or replace function internal.payout_account_view(p_account core.payout_account)
returns jsonb
language sql
stable
return jsonb_build_object(
  'payout_account_id', (p_account).payout_account_id,
  'rail', (p_account).rail,
  'status', (p_account).status,
  'account_id', (p_account).external_id,
  'details_submitted', (p_account).is_submitted,
  'transfers_enabled', (p_account).can_transfer,
  'payouts_enabled', (p_account).can_pay_out,
  'requirements', (p_account).requirements,
  'details_last4', internal.details_last4((p_account).details),
  'usable_from', (p_account).usable_from,
  'is_held', internal.payouts_are_held((p_account).provider_id));

comment on function internal.payout_account_view is
  'What a provider may see of their payout account: of bank details the last four characters.';

create or replace function api.my_payout_account()
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select internal.payout_account_view(a)
  from core.payout_account as a
  where a.provider_id = internal.user_id() and a.replaced_at is null;
end;

alter function api.my_payout_account owner to definer;

comment on function api.my_payout_account is
  'The caller''s payout account and what Stripe still asks for; null when there is none.';

create or replace function internal.payout_details(p_provider_id uuid)
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select jsonb_build_object('method', a.rail)
           || coalesce(internal.masked_details(a.details), '{}')
           || jsonb_build_object('status', a.status, 'last4', internal.details_last4(a.details))
    from core.payout_account as a
    where a.provider_id = p_provider_id
      and a.provider_id = internal.user_id()
      and a.replaced_at is null);
end
$$;

alter function internal.payout_details owner to definer;

comment on function internal.payout_details is
  'How a provider is paid, for themselves, without the account: lenses show it in a profile.';

create or replace function api.set_manual_payout_account(p_details text)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_provider_id uuid := internal.require_provider_id();
  v_account     core.payout_account;
  v_details     text;
begin
  perform from core.provider as p where p.provider_id = v_provider_id for no key update;
  select a.* into v_account
  from core.payout_account as a
  where a.provider_id = v_provider_id and a.replaced_at is null;
  v_details := internal.read_details(p_details, v_account);

  -- A form sends its account with every save.
  if v_account.rail is distinct from 'manual' or v_account.details is distinct from v_details then
    v_account := internal.replace_payout_account(v_provider_id, 'manual', v_details);
  end if;
  return internal.payout_account_view(v_account);
end
$$;

alter function api.set_manual_payout_account owner to definer;

comment on function api.set_manual_payout_account is $$
Ask to be paid by hand, to an account that Stripe cannot reach: a text, or a JSON object as text. A
change starts the cooling period; the account that is there already is no change, and a masked value
of it stands for what it masks.

Raises
  M1001 sign_in_required, M4001 provider_not_found
  22P02  details begin like a JSON object and are none
  23514  no details
$$;

create or replace function internal.join_account(p_account jsonb, p_asked_at timestamptz)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_account core.payout_account;
  v_bank    text := p_account #>> '{external_accounts,data,0,id}';
begin
  select a.* into v_account
  from core.payout_account as a
  where a.external_id = p_account ->> 'id'
     or a.payout_account_id::text = p_account -> 'metadata' ->> 'payout_account_id'
        and a.external_id is null
  for update;
  if not found then
    return 'ignored';
  end if;

  update core.payout_account as a
  set external_id = p_account ->> 'id',
      is_submitted = coalesce((p_account ->> 'details_submitted')::boolean, false),
      can_transfer = coalesce(p_account #>> '{capabilities,transfers}' = 'active', false),
      can_pay_out = coalesce((p_account ->> 'payouts_enabled')::boolean, false),
      requirements = coalesce(p_account #> '{requirements,currently_due}', '[]'),
      bank_ref = coalesce(v_bank, a.bank_ref),
      usable_from = case when v_bank <> a.bank_ref
                         then now() + make_interval(hours => s.cooling_hours)
                         else a.usable_from end,
      refreshed_at = coalesce(p_asked_at, a.refreshed_at)
  from core.payout_setting as s
  where a.payout_account_id = v_account.payout_account_id
    and coalesce(p_asked_at, now()) >= coalesce(a.refreshed_at, '-infinity');

  if v_bank <> v_account.bank_ref then
    perform internal.notify(v_account.provider_id, 'payout_account_changed',
      jsonb_build_object('payout_account_id', v_account.payout_account_id));
  end if;
  return 'done';
end
$$;

alter function internal.join_account owner to definer;

comment on function internal.join_account is $$
Join what Stripe says about a connected account. Of two answers the one requested later counts. A
new bank account starts the cooling period and notifies the provider.
$$;

create or replace function api.record_payout_account(p_account jsonb, p_asked_at timestamptz)
returns void
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select internal.join_account(p_account, p_asked_at);
end;

alter function api.record_payout_account owner to definer;

comment on function api.record_payout_account is
  'Record an account as Stripe has just shown it. For the house alone.';

create or replace trigger payout_account_touch before update on core.payout_account
  for each row execute function internal.on_row_touched();

create or replace function api.hold_payouts(p_provider_id uuid, p_reason text)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_before jsonb;
begin
  perform internal.require_staff();
  perform from core.provider as p where p.provider_id = p_provider_id for no key update;
  if not found then
    perform internal.refuse('M4001', 'provider_not_found',
      format('There is no provider %s.', p_provider_id));
  end if;

  select to_jsonb(h) into v_before from core.payout_hold as h where h.provider_id = p_provider_id;
  if nullif(btrim(p_reason), '') is null then
    delete from core.payout_hold as h where h.provider_id = p_provider_id;
  else
    insert into core.payout_hold as h (provider_id, reason)
    values (p_provider_id, btrim(p_reason))
    on conflict (provider_id) do update set reason = excluded.reason;
  end if;
  perform internal.audit('hold_payouts', 'provider', p_provider_id::text, v_before,
    jsonb_build_object('reason', p_reason));
  return internal.payouts_are_held(p_provider_id);
end
$$;

alter function api.hold_payouts owner to definer;

comment on function api.hold_payouts is $$
Hold a provider's payouts for a reason, or let them go with an empty one; says whether they are
held now. A hold is of the person: it needs no account, and stays when the account is replaced.
For staff; audited.

Raises
  M3301 staff_only          the caller is not staff
  M4001 provider_not_found  there is no such provider
$$;

create or replace function api.pause_payouts(p_is_paused boolean)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform internal.require_staff();
  perform internal.require_choice(p_is_paused, 'p_is_paused');
  update core.payout_setting as s set paused_at = case when p_is_paused then now() end;
  perform internal.audit('pause_payouts', 'payout_setting', 'all', null,
    jsonb_build_object('is_paused', p_is_paused));
end
$$;

alter function api.pause_payouts owner to definer;

comment on function api.pause_payouts is $$
Pause all payouts, or resume them. While paused, no payout is planned and no transfer is sent. For
staff.

Raises
  M0208 answer_invalid  p_is_paused is neither true nor false
  M3301 staff_only  the caller is not staff
$$;
