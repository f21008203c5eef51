-- Keeping the audit log.

create or replace function internal.audit(
  p_action    text,
  p_entity    text,
  p_entity_id text,
  p_before    jsonb,
  p_after     jsonb
)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_row  core.audit_log;
begin
  -- The chain is forged link by link, in the order of seq.
  perform pg_advisory_xact_lock(hashtext('convene audit log'));
  v_row.audit_log_id := internal.uuid_v7();
  v_row.at := now();
  v_row.actor_id := internal.user_id();
  v_row.actor_role := current_setting('role', true);
  v_row.action := p_action;
  v_row.entity := p_entity;
  v_row.entity_id := p_entity_id;
  v_row.before := p_before;
  v_row.after := p_after;

  insert into core.audit_log
    (audit_log_id, at, actor_id, actor_role, action, entity, entity_id, before, after, hash)
  select v_row.audit_log_id, v_row.at, v_row.actor_id, v_row.actor_role, v_row.action,
         v_row.entity, v_row.entity_id, v_row.before, v_row.after,
         internal.audit_hash(v_row, (
           select l.hash from core.audit_log as l order by l.seq desc limit 1));
end
$$;

alter function internal.audit owner to definer;

comment on function internal.audit is
  'Write a line of the audit log, in the transaction of the action.';

create or replace function internal.audit_hash(p_row core.audit_log, p_before bytea)
returns bytea
language sql
stable
return sha256(coalesce(p_before, '') || convert_to(jsonb_build_array(
  (p_row).audit_log_id, extract(epoch from (p_row).at), (p_row).actor_id, (p_row).actor_role,
  (p_row).action, (p_row).entity, (p_row).entity_id, (p_row).before, (p_row).after)::text, 'UTF8'));

comment on function internal.audit_hash is 'The hash of a row of the audit log after another one.';

create or replace function internal.broken_audit_rows()
returns setof bigint
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select c.seq
  from (
    select l.seq, l.hash, internal.audit_hash(l, lag(l.hash) over (order by l.seq)) as expected
    from core.audit_log as l
  ) as c
  where c.hash <> c.expected
  order by c.seq;
end;

alter function internal.broken_audit_rows owner to definer;

comment on function internal.broken_audit_rows is $$
Rows of the audit log that do not follow from the row before: they were changed, or one before them
was changed or taken out. `convene verify` asks.
$$;

create or replace function api.list_audit_log(
  p_before bigint default null,
  p_limit  integer default 100
)
returns table (
  seq        bigint,
  at         timestamptz,
  actor_id   uuid,
  actor_name text,
  actor_role text,
  action     text,
  entity     text,
  entity_id  text,
  before     jsonb,
  after      jsonb
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform internal.require_staff();
  return query
  select l.seq, l.at, l.actor_id, p.display_name, l.actor_role, l.action, l.entity, l.entity_id,
         l.before, l.after
  from core.audit_log as l
  left join core.person as p on p.person_id = l.actor_id
  where p_before is null or l.seq < p_before
  order by l.seq desc
  limit least(p_limit, 500);
end
$$;

alter function api.list_audit_log owner to definer;

comment on function api.list_audit_log is $$
The audit log, the newest first: who, what, before and after. The next page begins before the last
seq of this one. For staff.

Raises
  M3301 staff_only  the caller is not staff
$$;
