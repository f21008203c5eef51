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
begin
  insert into core.audit_log
    (audit_log_id, actor_id, actor_role, action, entity, entity_id, before, after)
  values
    (internal.uuid_v7(), internal.user_id(), current_setting('role', true),
     p_action, p_entity, p_entity_id, p_before, p_after);
end
$$;

alter function internal.audit owner to definer;

comment on function internal.audit is
  'Write a line of the audit log, in the transaction of the action.';
