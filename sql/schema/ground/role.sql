-- The roles. They belong to the cluster, so this runs at every deploy, keeps roles that exist (a
-- Supabase database has three of them), and several deploys may run it at once.
--
--   anon, authenticated, service_role   what a request runs as; none may log in
--   definer                             owns the security definer functions; policies bind it
--   authenticator                       the login of callers: may become anon or authenticated
--   service_authenticator               the login of our own Lambdas: may become service_role
--
-- Two logins, because with one of them any injection could become service_role. The comment
-- marks a role that Convene made: only those may be given a password by `convene deploy`.
-- Callers have a statement timeout; the data API sets it for each transaction.

do $$
declare
  v_role record;
begin
  for v_role in
    select *
    from (values
      ('anon',                  'nologin noinherit'),
      ('authenticated',         'nologin noinherit'),
      ('service_role',          'nologin noinherit'),
      ('definer',               'nologin noinherit'),
      ('authenticator',         'login noinherit'),
      ('service_authenticator', 'login noinherit')
    ) as r(name, attributes)
  loop
    if to_regrole(v_role.name) is null then
      begin
        execute format('create role %I %s', v_role.name, v_role.attributes);
        execute format('comment on role %I is %L', v_role.name, 'Made by Convene.');
      exception
        -- Another database of this cluster is being deployed at the same moment.
        when duplicate_object or unique_violation then null;
      end;
    end if;
  end loop;
end
$$;

-- What one request may take. The data API sets what its role was given for each transaction;
-- what a login was given holds for every statement of every Lambda. Only roles that Convene made.
do $$
declare
  v_limit record;
begin
  for v_limit in
    select l.*
    from (values
      ('anon',                  'statement_timeout',                   '3s'),
      ('anon',                  'lock_timeout',                        '2s'),
      ('anon',                  'idle_in_transaction_session_timeout', '10s'),
      ('anon',                  'work_mem',                            '8MB'),
      ('authenticated',         'statement_timeout',                   '8s'),
      ('authenticated',         'lock_timeout',                        '6s'),
      ('authenticated',         'idle_in_transaction_session_timeout', '10s'),
      ('authenticated',         'work_mem',                            '8MB'),
      ('authenticator',         'statement_timeout',                   '8s'),
      ('authenticator',         'lock_timeout',                        '6s'),
      ('authenticator',         'idle_in_transaction_session_timeout', '10s'),
      ('authenticator',         'work_mem',                            '8MB'),
      ('authenticator',         'temp_file_limit',                     '256MB'),
      -- Statements are short; to compile one takes longer than whatever it could save.
      ('authenticator',         'jit',                                 'off'),
      -- The default is of turning disks: a page of twenty rows would read a table as a whole where
      -- it can look up twenty keys.
      ('authenticator',         'random_page_cost',                    '1.1'),
      ('service_role',          'statement_timeout',                   '60s'),
      ('service_role',          'lock_timeout',                        '20s'),
      ('service_role',          'idle_in_transaction_session_timeout', '30s'),
      ('service_authenticator', 'statement_timeout',                   '60s'),
      ('service_authenticator', 'lock_timeout',                        '20s'),
      ('service_authenticator', 'idle_in_transaction_session_timeout', '30s'),
      ('service_authenticator', 'temp_file_limit',                     '1GB'),
      ('service_authenticator', 'jit',                                 'off'),
      ('service_authenticator', 'random_page_cost',                    '1.1')
    ) as l(role, name, value)
    where shobj_description(to_regrole(l.role), 'pg_authid') = 'Made by Convene.'
      and not exists (
        select
        from pg_db_role_setting as s
        where s.setrole = to_regrole(l.role)
          and s.setdatabase = 0
          and s.setconfig @> array[l.name || '=' || l.value])
  loop
    begin
      execute format('alter role %I set %s = %L', v_limit.role, v_limit.name, v_limit.value);
    exception
      -- Temporary files are limited by superusers alone, who are not asked for: `convene verify`
      -- says so.
      when insufficient_privilege then null;
    end;
  end loop;
end
$$;

do $$
declare
  v_grant record;
  -- Since PostgreSQL 16 the creator of a role is a member of it, but may not become it.
  v_may_become constant text :=
    case when current_setting('server_version_num')::int < 160000 then 'member' else 'set' end;
begin
  for v_grant in
    select *
    from (values
      ('anon',          'authenticator'),
      ('authenticated', 'authenticator'),
      ('service_role',  'service_authenticator'),
      ('definer',       current_user)
    ) as g(role, member)
  loop
    -- A superuser needs no membership, and policies for the role would bind a member.
    if not pg_has_role(v_grant.member, v_grant.role, v_may_become) then
      begin
        execute format('grant %I to %I', v_grant.role, v_grant.member);
      exception
        when unique_violation then null;
      end;
    end if;
  end loop;
end
$$;
