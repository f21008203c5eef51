-- Planning and claiming commands to Stripe. The header of the table's file says what happens if a
-- process dies between any two steps.

create or replace function internal.on_command_frozen()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if (new.path, new.params, new.idempotency_key, new.kind, new.subject_id, new.generation)
     is distinct from
     (old.path, old.params, old.idempotency_key, old.kind, old.subject_id, old.generation) then
    raise exception using
      errcode = '42501', message = 'A planned command is never changed.';
  end if;
  return new;
end
$$;

comment on function internal.on_command_frozen is
  'Trigger: a command never changes. Stripe refuses other bytes under the same key, or does them.';

create or replace trigger stripe_command_frozen before update on core.stripe_command
  for each row execute function internal.on_command_frozen();

create or replace function internal.plan_command(
  p_kind       text,
  p_subject_id uuid,
  p_path       text,
  p_params     jsonb,
  p_payment_id uuid default null,
  p_after      uuid default null,
  p_generation integer default 1
)
returns uuid
language plpgsql
volatile
as $$
declare
  v_command_id uuid := internal.uuid_v7();
begin
  insert into core.stripe_command
    (stripe_command_id, kind, subject_id, generation, payment_id, after_command_id,
     idempotency_key, path, params)
  values
    (v_command_id, p_kind, p_subject_id, p_generation, p_payment_id, p_after,
     format('convene:%s:%s:g%s', p_kind, p_subject_id, p_generation), p_path,
     -- A cancellation is the only command that Stripe accepts no metadata for.
     case p_kind when 'cancel_payment' then p_params else
       p_params || jsonb_build_object(
         'metadata', coalesce(p_params -> 'metadata', '{}')
           || jsonb_build_object('op_id', v_command_id, 'subject_id', p_subject_id))
     end)
  on conflict (kind, subject_id, generation) do nothing;

  if not found then
    select c.stripe_command_id into v_command_id
    from core.stripe_command as c
    where c.kind = p_kind and c.subject_id = p_subject_id and c.generation = p_generation;
  end if;
  return v_command_id;
end
$$;

comment on function internal.plan_command is $$
Write down a command to Stripe, in the transaction of its cause; once per kind, subject and
generation. The key depends only on these three, so a repetition makes no second command.
$$;

create or replace function internal.withdraw_commands(p_kind text, p_subject_ids uuid[])
returns setof uuid
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  update core.stripe_command as c
  set state = 'withdrawn', finished_at = now()
  where c.kind = p_kind
    and c.subject_id = any (p_subject_ids)
    and c.state = 'planned'
  returning c.subject_id;
end;

alter function internal.withdraw_commands owner to definer;

comment on function internal.withdraw_commands is $$
Withdraw commands that nobody has claimed, and return their subjects. A claimed command may have
been carried out and is left alone.
$$;

create or replace function internal.command_has_ended(p_command_id uuid)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select c.finished_at is not null
  from core.stripe_command as c
  where c.stripe_command_id = p_command_id;
end;

alter function internal.command_has_ended owner to definer;

comment on function internal.command_has_ended is 'Whether a command is over, however it ended.';

create or replace function internal.is_past_memory(p_command core.stripe_command)
returns boolean
language sql
stable
return coalesce((p_command).first_sent_at < now() - interval '20 hours', false);

comment on function internal.is_past_memory is $$
Whether Stripe may soon forget the key, which it keeps for 24 hours. Sending the command again
could then carry it out twice.
$$;

create or replace function internal.is_due(p_command core.stripe_command)
returns boolean
language sql
stable
return (p_command).state in ('planned', 'sent', 'unknown')
  and (p_command).alarmed_at is null
  and (p_command).next_at <= now()
  and ((p_command).lease_until is null or (p_command).lease_until <= now())
  and ((p_command).after_command_id is null
       or internal.command_has_ended((p_command).after_command_id))
  and not ((p_command).kind = 'create_payment' and internal.is_past_memory(p_command));

comment on function internal.is_due is $$
Whether a command may be claimed: its time has come and no other process has it. The intent of a
payment is not requested again after 20 hours: the hold has ended long ago, and nobody can pay
an intent whose secret never arrived.
$$;

create or replace function internal.command_look_up(p_command core.stripe_command)
returns jsonb
language sql
stable
return case (p_command).kind
  when 'transfer' then jsonb_build_object(
    'object', 'transfer', 'transfer_group', (p_command).params ->> 'transfer_group')
  when 'refund' then jsonb_build_object(
    'object', 'refund', 'payment_intent', (p_command).params ->> 'payment_intent')
  when 'reverse_transfer' then jsonb_build_object(
    'object', 'reversal', 'transfer', split_part((p_command).path, '/', 4))
end;

comment on function internal.command_look_up is $$
How to ask Stripe whether it has carried out a command: a list that contains the object if there is
one. Null where sending again does no harm: a payment can be captured or cancelled only once, and
a second account is never used.
$$;

create or replace function internal.lease_commands(p_ids uuid[])
returns jsonb
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  with leased as (
    update core.stripe_command as c
    set state = case when internal.is_past_memory(c) then 'unknown' else 'sent' end,
        attempts = c.attempts + 1,
        lease_until = now() + interval '60 seconds',
        -- One that is never recorded steps behind those that wait, further each time.
        next_at = now() + least(interval '2 seconds' * power(2, least(c.attempts, 10)),
                                interval '10 minutes'),
        first_sent_at = coalesce(c.first_sent_at, now()),
        last_sent_at = case when internal.is_past_memory(c) then c.last_sent_at else now() end
    where c.stripe_command_id = any (p_ids)
    returning c.*
  )
  select coalesce(jsonb_agg(jsonb_build_object(
    'stripe_command_id', l.stripe_command_id,
    'kind', l.kind,
    'path', l.path,
    'params', l.params,
    'idempotency_key', l.idempotency_key,
    'look_up', case when internal.is_past_memory(l) then internal.command_look_up(l) end
  ) order by l.next_at, l.stripe_command_id), '[]')
  from leased as l;
end;

alter function internal.lease_commands owner to definer;

comment on function internal.lease_commands is
  'Mark commands as being sent, for a minute, and put them off: a worker that dies with one does '
  'not stop the others. Committed before the call is made.';

create or replace function internal.payouts_are_paused()
returns boolean
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select s.paused_at is not null from core.payout_setting as s;
end;

alter function internal.payouts_are_paused owner to definer;

comment on function internal.payouts_are_paused is
  'Whether staff has paused payouts: no transfer is claimed until it goes on.';

create or replace function api.claim_stripe_commands(
  p_limit integer default 25,
  p_kinds text[] default null
)
returns jsonb
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select internal.lease_commands(array(
    select c.stripe_command_id
    from core.stripe_command as c
    where internal.is_due(c)
      and (p_kinds is null or c.kind = any (p_kinds))
      and (c.kind <> 'transfer' or not internal.payouts_are_paused())
    order by c.next_at
    limit least(p_limit, 1000)
    for update skip locked
  ));
end;

alter function api.claim_stripe_commands owner to definer;

comment on function api.claim_stripe_commands is $$
Claim commands that are due, the oldest first: an array of {stripe_command_id, kind, path,
params, idempotency_key, look_up}. Where look_up is not null, Stripe is asked for the object
first (api.record_stripe_look_up). Each is leased for a minute, so two workers never share one.
For the house alone.
$$;

create or replace function api.claim_payment_commands(p_payment_id uuid)
returns jsonb
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select internal.lease_commands(array(
    select c.stripe_command_id
    from core.stripe_command as c
    where c.payment_id = p_payment_id
      and internal.is_due(c)
    order by c.next_at, c.stripe_command_id
    for update skip locked
  ));
end;

alter function api.claim_payment_commands owner to definer;

comment on function api.claim_payment_commands is
  'Claim the due commands of one payment, for the request that caused them. For the house.';

create or replace function api.claim_account_command(p_payout_account_id uuid)
returns jsonb
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select internal.lease_commands(array(
    select c.stripe_command_id
    from core.stripe_command as c
    where c.kind = 'create_account'
      and c.subject_id = p_payout_account_id
      and internal.is_due(c)
    for update skip locked
  ));
end;

alter function api.claim_account_command owner to definer;

comment on function api.claim_account_command is
  'Claim the command that creates a payout account at Stripe, if it is due. For the house.';
