-- The audit log: who did what.

create table core.audit_log (
  audit_log_id uuid,
  seq          bigint generated always as identity,
  at           timestamptz not null default now(),
  actor_id     uuid,
  actor_role   text not null,
  action       text not null,
  entity       text not null,
  entity_id    text,
  before       jsonb,
  after        jsonb,
  hash         bytea not null,

  constraint audit_log_pkey primary key (audit_log_id),
  constraint audit_log_seq_key unique (seq),
  constraint audit_log_words_are_short
    check (length(action) <= 100 and length(entity) <= 100 and length(entity_id) <= 100)
);

alter table core.audit_log enable row level security;
alter table core.audit_log force row level security;

create index audit_log_entity_idx on core.audit_log (entity, entity_id, at);
create index audit_log_actor_idx on core.audit_log (actor_id, at);

comment on column core.audit_log.hash is
  'SHA-256 of the row and of the hash before it: a row that is changed or taken out breaks the chain.';
comment on table core.audit_log is
  'Append-only. Actions of staff and the service role, and changes of rights and money settings.';
