-- The roles. They belong to the cluster, so this runs at every deploy, keeps roles that exist (a
-- Supabase database has three of them), and several deploys may run it at once.
--
--   anon, authenticated, service_role   what a request runs as; none may log in
--   definer                             owns the security definer functions; policies bind it
--   authenticator                       the login of callers: may become anon or authenticated
--   service_authenticator               the login of the house: may become service_role
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
      ('anon',                  'nologin noinherit', '3s'),
      ('authenticated',         'nologin noinherit', '8s'),
      ('service_role',          'nologin noinherit', null),
      ('definer',               'nologin noinherit', null),
      ('authenticator',         'login noinherit',   null),
      ('service_authenticator', 'login noinherit',   null)
    ) as r(name, attributes, statement_timeout)
  loop
    if to_regrole(v_role.name) is null then
      begin
        execute format('create role %I %s', v_role.name, v_role.attributes);
        execute format('comment on role %I is %L', v_role.name, 'Made by Convene.');
        if v_role.statement_timeout is not null then
          execute format(
            'alter role %I set statement_timeout = %L', v_role.name, v_role.statement_timeout);
        end if;
      exception
        -- Another database of this cluster is being deployed at the same moment.
        when duplicate_object or unique_violation then null;
      end;
    end if;
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
