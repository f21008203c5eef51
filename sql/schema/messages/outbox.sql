-- The outbox: messages to be sent, written in the transaction of what they announce.
--
--   written -> claimed by a relay -> sent to the queue -> delivered by a mailer
--
-- available_at is when a relay may claim a row: at once, after the lease of a claim that was
-- never recorded, after a rejection, or when its receiver's quiet hours end.

create table core.outbox (
  outbox_id    uuid,
  topic        text not null,
  person_id    uuid,
  payload      jsonb not null default '{}',
  created_at   timestamptz not null default now(),
  available_at timestamptz not null default now(),
  attempts     integer not null default 0,
  last_error   text,
  sent_at      timestamptz,

  constraint outbox_pkey primary key (outbox_id),
  constraint outbox_person_id_fkey
    foreign key (person_id) references core.person (person_id),
  constraint outbox_topic_is_word check (topic ~ '^[a-z][a-z0-9_.]{1,60}$'),
  constraint outbox_attempts_not_negative check (attempts >= 0),
  constraint outbox_last_error_is_short check (length(last_error) <= 500)
);

alter table core.outbox enable row level security;
alter table core.outbox force row level security;

create index outbox_person_id_idx on core.outbox (person_id);
create index outbox_waiting_idx on core.outbox (available_at) where sent_at is null;

comment on table core.outbox is
  'Messages to be sent, written in the transaction of what they announce.';
comment on column core.outbox.topic is
  'The notification_type, auth.email, or staff.<what needs a person>.';
comment on column core.outbox.attempts is
  'Claims so far. The number names a claim; recording an older one changes nothing.';
comment on column core.outbox.sent_at is 'When the queue accepted it.';
