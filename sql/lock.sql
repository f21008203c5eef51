-- From here on everybody waits, so little is left to do: the lenses and permissions of the last
-- release go, those of this one are granted, and the deploy commits.
--
-- Every view and table is locked in the order in which requests come to them: views before what
-- they show, and tables as they were made, people before bookings before money. Otherwise a deploy
-- deadlocks with requests that hold the one and want the other. Whoever waits for a lock keeps what
-- it has got, and makes everybody wait who comes later. So this waits for 300 ms in all; then it
-- lets go of everything, and tries again when the others have had their turn.

-- Autovacuum gives way to whoever waits for a second (deadlock_timeout), and requests shall not wait
-- that long. So the tables are locked first in a mode that keeps out autovacuum, and no request.

do $$
declare
  v_table   regclass;
  v_patient text := current_setting('lock_timeout');
begin
  set local lock_timeout = '10s';
  for v_table in
    select c.oid
    from pg_class as c
    where c.relkind = 'r' and c.relnamespace in ('core'::regnamespace, 'identity'::regnamespace)
    order by c.oid
  loop
    execute format('lock table %s in share update exclusive mode', v_table);
  end loop;
  perform set_config('lock_timeout', v_patient, true);
end
$$;

do $$
declare
  v_until   timestamptz;
  v_command text;
  v_patient text := current_setting('lock_timeout');
begin
  for v_attempt in 1..40 loop
    begin
      v_until := clock_timestamp() + interval '300 ms';
      for v_command in
        select case c.relkind
          -- LOCK TABLE would lock what the view shows too. This sets what is set already.
          when 'v' then format('alter view %s set (security_invoker = true)', c.oid::regclass)
          else format('lock table %s in access exclusive mode', c.oid::regclass)
        end
        from pg_class as c
        where c.relkind = 'v' and c.relnamespace in (select internal.lens_schemas())
           or c.relkind = 'r'
              and c.relnamespace in ('core'::regnamespace, 'identity'::regnamespace)
        -- A view that shows another one was made after it, and is asked for before it.
        order by c.relkind desc, case c.relkind when 'v' then - c.oid::bigint else c.oid::bigint end
      loop
        -- At least 1, because 0 is without end.
        perform set_config(
          'lock_timeout',
          ceil(greatest(1, 1000 * extract(epoch from v_until - clock_timestamp())))::text || 'ms',
          true);
        execute v_command;
      end loop;
      perform set_config('lock_timeout', v_patient, true);
      return;
    exception
      when lock_not_available or deadlock_detected then
        if v_attempt = 40 then
          raise;
        end if;
    end;
    perform pg_sleep(0.1 + random() * 0.2);
  end loop;
end
$$;

do $$
declare
  v_item record;
begin
  for v_item in select s.space from internal.lens_schemas() as s(space) loop
    execute format('drop schema %s cascade', v_item.space);
  end loop;

  for v_item in
    select p.policyname, p.schemaname, p.tablename
    from pg_policies as p
    where p.schemaname in ('core', 'identity')
  loop
    execute format('drop policy %I on %I.%I',
                   v_item.policyname, v_item.schemaname, v_item.tablename);
  end loop;
end
$$;

revoke all on all tables in schema core, identity
  from public, anon, authenticated, service_role, definer;
revoke all on all sequences in schema core, identity
  from public, anon, authenticated, service_role, definer;
revoke all on schema core, identity from public, anon, authenticated, service_role, definer;
revoke all on schema api, internal from public, anon, authenticated, service_role;
-- What definer may create there, prune.sql takes back.
revoke usage on schema api, internal from definer;
