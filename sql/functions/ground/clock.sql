-- The clock does many rows in one transaction. A row that cannot be done is set aside with a
-- growing delay, and the others of its task go on.

create or replace function internal.set_aside(
  p_task text, p_subject_id uuid, p_state text, p_message text)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- A deadlock, a timeout, a full disk: not the row's fault. The whole batch is tried again.
  if left(p_state, 2) in ('40', '53', '55', '57', '58') then
    raise exception '%', p_message using errcode = p_state;
  end if;

  insert into core.clock_failure as f (task, subject_id, last_error)
  values (p_task, p_subject_id, left(concat(p_state, ' ', p_message), 500))
  on conflict on constraint clock_failure_pkey do update
  set attempts = f.attempts + 1,
      failed_at = now(),
      next_at = now() + least(interval '1 minute' * power(2, least(f.attempts, 10)),
                              interval '6 hours'),
      last_error = excluded.last_error;

  delete from core.clock_failure as f where f.next_at < now() - interval '1 day';
end
$$;

alter function internal.set_aside owner to definer;

comment on function internal.set_aside is $$
Set a row aside that a task could not do, for a minute, then two, up to six hours. For an exception
handler around the work on one row: what the row has no part in is raised again.
$$;

create or replace function internal.aside(p_task text)
returns uuid[]
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select coalesce(array_agg(f.subject_id), '{}')
  from core.clock_failure as f
  where f.task = p_task and f.next_at > now();
end;

alter function internal.aside owner to definer;

comment on function internal.aside is 'The rows of a task that are not due again yet.';

create or replace function api.count_clock_failures(p_seconds integer)
returns integer
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select count(*)::integer
  from core.clock_failure as f
  where f.failed_at >= now() - make_interval(secs => p_seconds);
end;

alter function api.count_clock_failures owner to definer;

comment on function api.count_clock_failures is $$
How many rows were set aside in the last seconds, so that a run of the clock can tell. What they are
is in api.list_stuck_work.
$$;
