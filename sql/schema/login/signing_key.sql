-- Keys that sign access tokens.
--
--   standby   published, so that verifiers know it before the first token comes
--   current   signs; there is one
--   previous  no longer signs; its tokens are valid until they expire

create table identity.signing_key (
  kid         text,
  status      text not null,
  public_jwk  jsonb not null,
  private_key bytea not null,
  created_at  timestamptz not null default now(),
  changed_at  timestamptz not null default now(),

  constraint signing_key_pkey primary key (kid),
  constraint signing_key_status_is_known check (status in ('standby', 'current', 'previous')),
  constraint signing_key_jwk_is_public
    check (public_jwk ->> 'kid' = kid and not public_jwk ?| array['d', 'k', 'p', 'q'])
);

alter table identity.signing_key enable row level security;
alter table identity.signing_key force row level security;

create unique index signing_key_current_idx on identity.signing_key (status)
  where status <> 'previous';

comment on table identity.signing_key is
  'ES256 keys: at most one standby and one current. Rotation moves each a step on.';
comment on column identity.signing_key.private_key is
  'PKCS #8, sealed (AES-256-GCM) under a key only the auth Lambda has.';
