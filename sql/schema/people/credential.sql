-- Credentials: what a provider has learned, and who says so.

create table core.credential (
  credential_id uuid default gen_random_uuid(),
  provider_id   uuid not null,
  name          text not null,
  issued_by     text,
  issued_on     date,
  url           text,
  created_at    timestamptz not null default now(),
  updated_at    timestamptz not null default now(),

  constraint credential_pkey primary key (credential_id),
  constraint credential_provider_id_fkey
    foreign key (provider_id) references core.provider (provider_id),
  constraint credential_names_are_short
    check (length(name) <= 200 and length(issued_by) <= 200),
  constraint credential_date_is_finite check (isfinite(issued_on)),
  constraint credential_url_is_web check (url ~* '^https?://' and length(url) <= 2000)
);

alter table core.credential enable row level security;
alter table core.credential force row level security;

create index credential_provider_id_idx on core.credential (provider_id);

comment on table core.credential is
  'A certificate of a provider, as they say; core.provider.verification is what staff says.';
