-- Calendar feeds: the secret address at which a person's calendar program reads their bookings.

create table core.calendar_feed (
  person_id  uuid,
  key_hash   bytea not null,
  created_at timestamptz not null default now(),
  read_at    timestamptz,

  constraint calendar_feed_pkey primary key (person_id),
  constraint calendar_feed_key_hash_key unique (key_hash),
  constraint calendar_feed_person_id_fkey
    foreign key (person_id) references core.person (person_id) on delete cascade,
  constraint calendar_feed_key_hash_is_sha256 check (length(key_hash) = 32)
);

alter table core.calendar_feed enable row level security;
alter table core.calendar_feed force row level security;

comment on table core.calendar_feed is
  'Who has a calendar feed. The key in its address is the permission; only its hash is stored.';
comment on column core.calendar_feed.read_at is
  'When a program last read it, to the hour: so its owner sees whether the address is still used.';
