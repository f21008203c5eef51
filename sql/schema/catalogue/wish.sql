-- Wishes: products that somebody wants to find again.

create table core.wish (
  person_id   uuid,
  offering_id uuid,
  seq         integer generated always as identity,
  created_at  timestamptz not null default now(),

  constraint wish_pkey primary key (person_id, offering_id),
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
