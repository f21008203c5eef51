-- What people are told: rows they read in the app, and messages that leave the house.

create table core.notification (
  notification_id uuid,
  seq             integer generated always as identity,
  person_id       uuid not null,
  type            text not null,
  payload         jsonb not null default '{}',
  created_at      timestamptz not null default now(),
  read_at         timestamptz,

  constraint notification_pkey primary key (notification_id),
  constraint notification_seq_key unique (seq),
  constraint notification_person_id_fkey
    foreign key (person_id) references core.person (person_id),
  constraint notification_type_is_word check (type ~ '^[a-z][a-z0-9_.]{1,60}$')
);

alter table core.notification enable row level security;
alter table core.notification force row level security;

create index notification_person_idx on core.notification (person_id, created_at desc);

comment on table core.notification is 'What a person sees in the app. The payload carries ids.';

create table core.outbox (
  outbox_id    uuid,
  topic        text not null,
  person_id    uuid,
  payload      jsonb not null default '{}',
  created_at   timestamptz not null default now(),
  available_at timestamptz not null default now(),
  attempts     integer not null default 0,
  sent_at      timestamptz,

  constraint outbox_pkey primary key (outbox_id),
  constraint outbox_person_id_fkey
    foreign key (person_id) references core.person (person_id),
  constraint outbox_topic_is_word check (topic ~ '^[a-z][a-z0-9_.]{1,60}$'),
  constraint outbox_attempts_not_negative check (attempts >= 0)
);

alter table core.outbox enable row level security;
alter table core.outbox force row level security;

create index outbox_person_id_idx on core.outbox (person_id);
create index outbox_waiting_idx on core.outbox (available_at) where sent_at is null;

comment on table core.outbox is
  'Messages to leave the house, written in the transaction of what they announce.';
