-- Telling people.

create or replace function internal.announce(p_topic text, p_person_id uuid, p_payload jsonb)
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_outbox_id uuid := internal.uuid_v7();
begin
  insert into core.outbox (outbox_id, topic, person_id, payload)
  values (v_outbox_id, p_topic, p_person_id, p_payload);
  return v_outbox_id;
end
$$;

alter function internal.announce owner to definer;

comment on function internal.announce is
  'Put a message in the outbox, in the transaction of what it announces. Payloads carry ids.';

create or replace function internal.notify(p_person_id uuid, p_type text, p_payload jsonb)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into core.notification (notification_id, person_id, type, payload)
  values (internal.uuid_v7(), p_person_id, p_type, p_payload);

  perform internal.announce(p_type, p_person_id, p_payload);
end
$$;

alter function internal.notify owner to definer;

comment on function internal.notify is
  'Tell a person something: a row they read in the app, and a message that leaves the house.';
