-- Recording the result of a command: done, refused, or unknown.
--
-- The business rows are locked and changed first, the command last. So a result that is recorded
-- twice, by two workers or after a faster webhook, changes nothing the second time.

create or replace function internal.reject_command(p_command core.stripe_command, p_error jsonb)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_code   text := coalesce(p_error ->> 'code', p_error ->> 'type', 'refused');
  v_intent jsonb := p_error -> 'payment_intent';
begin
  -- The payer was faster than a cancellation. The intent says so, even if no event arrives.
  if jsonb_typeof(v_intent) = 'object' then
    perform internal.join_stripe_object(v_intent);
  end if;

  case p_command.kind
    when 'create_payment' then
      perform internal.lock_payment(p_command.payment_id);
      update core.payment as p
      set progress = 'failed', failure_code = v_code
      where p.payment_id = p_command.payment_id and p.external_id is null;
    when 'refund' then
      perform internal.lock_payment(p_command.payment_id);
      update core.refund as r
      set status = 'rejected'
      where r.refund_id = p_command.subject_id and r.status = 'planned';
      perform internal.settle_payment(p_command.payment_id);
    when 'transfer' then
      perform internal.fail_leg(p_command.subject_id, v_code);
    when 'reverse_transfer' then
      update core.payout_reversal as v
      set status = 'failed', finished_at = now()
      where v.payout_reversal_id = p_command.subject_id and v.status = 'planned';
    else
      null;
  end case;

  -- Tell staff of these: somebody is owed money that Stripe will not move.
  if p_command.kind in ('capture_payment', 'refund')
     or p_command.kind = 'cancel_payment' and v_intent ->> 'status' is distinct from 'succeeded' then
    perform internal.tell_of_command(p_command, v_code);
  end if;
end
$$;

alter function internal.reject_command owner to definer;

comment on function internal.reject_command is
  'Undo what was set aside for a command that Stripe has refused; nothing was done there.';

create or replace function internal.tell_of_command(p_command core.stripe_command, p_code text)
returns uuid
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select internal.announce('staff.stripe_refused', null, jsonb_build_object(
    'stripe_command_id', (p_command).stripe_command_id, 'kind', (p_command).kind,
    'subject_id', (p_command).subject_id, 'code', p_code));
end;

alter function internal.tell_of_command owner to definer;

comment on function internal.tell_of_command is
  'Tell staff of a command that Stripe will not carry out, or that needs a person.';

create or replace function internal.require_command(p_stripe_command_id uuid)
returns core.stripe_command
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_command core.stripe_command;
begin
  select c.* into v_command
  from core.stripe_command as c
  where c.stripe_command_id = p_stripe_command_id;
  if not found then
    perform internal.refuse('M4304', 'command_not_found', 'There is no such command to Stripe.');
  end if;
  return v_command;
end
$$;

alter function internal.require_command owner to definer;

comment on function internal.require_command is $$
A command by its key.

Raises
  M4304 command_not_found  there is none
$$;

create or replace function api.record_stripe_result(p_stripe_command_id uuid, p_outcome jsonb)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_command core.stripe_command;
  v_outcome text := p_outcome ->> 'outcome';
begin
  v_command := internal.require_command(p_stripe_command_id);

  if v_command.finished_at is null and v_outcome = 'done' then
    perform internal.join_stripe_object(p_outcome -> 'body');
  elsif v_command.finished_at is null and v_outcome = 'refused' then
    -- Two workers may get a refusal; the state of what is undone makes the undoing happen once.
    perform internal.reject_command(v_command, p_outcome);
  end if;

  update core.stripe_command as c
  set state = case v_outcome when 'done' then 'done' when 'refused' then 'rejected'
                             else 'unknown' end,
      finished_at = case when v_outcome in ('done', 'refused') then now() end,
      -- A mistake of ours is not sent again by itself. After a wrong secret key it is.
      alarmed_at = case when p_outcome ->> 'reason' in ('idempotency_error', 'bad_command')
                        then now() end,
      lease_until = null,
      next_at = now() + least(interval '2 seconds' * power(2, least(c.attempts, 10)),
                              interval '10 minutes') * (0.5 + random()),
      external_id = coalesce(c.external_id, p_outcome -> 'body' ->> 'id'),
      request_id = coalesce(p_outcome ->> 'request_id', c.request_id),
      error = case when v_outcome <> 'done' then p_outcome - 'payment_intent' end
  where c.stripe_command_id = p_stripe_command_id
    and c.finished_at is null
  returning c.* into v_command;

  if v_command.alarmed_at is not null then
    perform internal.tell_of_command(v_command, p_outcome ->> 'reason');
  end if;
  return jsonb_build_object('stripe_command_id', p_stripe_command_id, 'state', v_command.state);
end
$$;

alter function api.record_stripe_result owner to definer;

comment on function api.record_stripe_result is $$
Record the result of a call. `done` joins the object; `refused` gives back what was set aside;
`unknown` keeps the command, which is sent again with the same key and the same bytes. Safe to
repeat: a finished command stays as it is. For the house alone.

Raises
  M4304 command_not_found  there is no such command
$$;

create or replace function api.record_stripe_look_up(p_stripe_command_id uuid, p_found jsonb)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_command core.stripe_command;
begin
  if jsonb_typeof(p_found) = 'object' then
    return api.record_stripe_result(
      p_stripe_command_id, jsonb_build_object('outcome', 'done', 'body', p_found));
  end if;

  perform
  from core.stripe_command as c
  where c.stripe_command_id = p_stripe_command_id
  for update;
  v_command := internal.require_command(p_stripe_command_id);

  if v_command.finished_at is not null then
    return jsonb_build_object('state', v_command.state);
  end if;

  if v_command.missed_at <= now() - interval '10 minutes'
     and v_command.first_sent_at <= now() - interval '25 hours' then
    update core.stripe_command as c
    set state = 'rejected', finished_at = now(), lease_until = null,
        error = '{"reason": "never_arrived"}'
    where c.stripe_command_id = p_stripe_command_id;

    perform internal.plan_command(
      v_command.kind, v_command.subject_id, v_command.path, v_command.params,
      v_command.payment_id, v_command.after_command_id, v_command.generation + 1);
    return jsonb_build_object('state', 'rejected', 'generation', v_command.generation + 1);
  end if;

  update core.stripe_command as c
  set state = 'unknown', lease_until = null,
      missed_at = coalesce(c.missed_at, now()),
      next_at = greatest(now() + interval '11 minutes', c.first_sent_at + interval '25 hours')
  where c.stripe_command_id = p_stripe_command_id;
  return jsonb_build_object('state', 'unknown');
end
$$;

alter function api.record_stripe_look_up owner to definer;

comment on function api.record_stripe_look_up is $$
Record whether Stripe has the object of an old command. If it has, the command is done. If it has
not, twice, more than ten minutes apart and a day after the first sending, the command never
arrived: a new generation is planned under a new key. For the house alone.

Raises
  M4304 command_not_found  there is no such command
$$;

create or replace function api.retry_stripe_command(p_stripe_command_id uuid)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform internal.require_staff();
  update core.stripe_command as c
  set alarmed_at = null, next_at = now()
  where c.stripe_command_id = p_stripe_command_id
    and c.finished_at is null;
  return found;
end
$$;

alter function api.retry_stripe_command owner to definer;

comment on function api.retry_stripe_command is $$
Let a command that was set aside be sent again, unchanged. For staff.

Raises
  M3301 staff_only  the caller is not staff
$$;
