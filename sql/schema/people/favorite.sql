-- Favourites: providers that somebody wants to find again.

create table core.favorite (
  favorite_id uuid default gen_random_uuid(),
  person_id   uuid not null,
  provider_id uuid not null,
  seq         integer generated always as identity,
  created_at  timestamptz not null default now(),

  constraint favorite_pkey primary key (favorite_id),
  constraint favorite_once_key unique (person_id, provider_id),
  constraint favorite_seq_key unique (seq),
  constraint favorite_person_id_fkey
    foreign key (person_id) references core.person (person_id) on delete cascade,
  constraint favorite_provider_id_fkey
    foreign key (provider_id) references core.provider (provider_id) on delete cascade
);

alter table core.favorite enable row level security;
alter table core.favorite force row level security;

create index favorite_provider_id_idx on core.favorite (provider_id);

comment on table core.favorite is 'Providers that a person has marked. Nobody else sees whom.';
