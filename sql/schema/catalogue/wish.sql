-- Wishes: products that somebody wants to find again.

create table core.wish (
  wish_id     uuid default gen_random_uuid(),
  person_id   uuid not null,
  offering_id uuid not null,
  seq         integer generated always as identity,
  created_at  timestamptz not null default now(),

  constraint wish_pkey primary key (wish_id),
  constraint wish_once_key unique (person_id, offering_id),
  constraint wish_seq_key unique (seq),
  constraint wish_person_id_fkey
    foreign key (person_id) references core.person (person_id) on delete cascade,
  constraint wish_offering_id_fkey
    foreign key (offering_id) references core.offering (offering_id) on delete cascade
);

alter table core.wish enable row level security;
alter table core.wish force row level security;

create index wish_offering_id_idx on core.wish (offering_id);

comment on table core.wish is 'Products on a person''s list of wishes. Nobody else sees whose.';
