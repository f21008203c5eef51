-- Blocks: who wants to hear nothing of whom.

create table core.block (
  person_id  uuid,
  blocked_id uuid,
  created_at timestamptz not null default now(),

  constraint block_pkey primary key (person_id, blocked_id),
  constraint block_person_id_fkey
    foreign key (person_id) references core.person (person_id) on delete cascade,
  constraint block_blocked_id_fkey
    foreign key (blocked_id) references core.person (person_id) on delete cascade,
  constraint block_of_another check (person_id <> blocked_id)
);

alter table core.block enable row level security;
alter table core.block force row level security;

create index block_blocked_id_idx on core.block (blocked_id);

comment on table core.block is
  'People whom a person has blocked: neither writes to the other. Nobody else sees whom.';
