-- Second factors: codes of an app that shares a secret with us (TOTP, RFC 6238).

create table identity.factor (
  factor_id     uuid,
  account_id    uuid not null,
  friendly_name text not null default '',
  secret        bytea not null,
  verified_at   timestamptz,
  last_step     bigint,
  created_at    timestamptz not null default now(),
  updated_at    timestamptz not null default now(),

  constraint factor_pkey primary key (factor_id),
  constraint factor_account_id_fkey
    foreign key (account_id) references identity.account (account_id) on delete cascade,
  constraint factor_name_is_short check (length(friendly_name) <= 100)
);

alter table identity.factor enable row level security;
alter table identity.factor force row level security;

create index factor_account_id_idx on identity.factor (account_id);

comment on table identity.factor is
  'A second factor of an account. It is active once its owner has entered a first code.';
comment on column identity.factor.secret is
  'Sealed (AES-256-GCM) under a key only the auth Lambda has; it is shown once, at enrolment.';
comment on column identity.factor.last_step is
  'The last thirty-second step whose code was accepted. No code is valid twice.';

create table identity.factor_challenge (
  factor_challenge_id uuid default gen_random_uuid(),
  factor_id           uuid not null,
  session_id          uuid not null,
  created_at          timestamptz not null default now(),
  expires_at          timestamptz not null,

  constraint factor_challenge_pkey primary key (factor_challenge_id),
  constraint factor_challenge_factor_id_fkey
    foreign key (factor_id) references identity.factor (factor_id) on delete cascade,
  constraint factor_challenge_session_id_fkey
    foreign key (session_id) references identity.session (session_id) on delete cascade
);

alter table identity.factor_challenge enable row level security;
alter table identity.factor_challenge force row level security;

create index factor_challenge_factor_id_idx on identity.factor_challenge (factor_id);
create index factor_challenge_session_id_idx on identity.factor_challenge (session_id);

comment on table identity.factor_challenge is
  'A request for a code of a factor; valid once, for one session, for five minutes.';

alter table identity.session
  add column factor_id uuid,
  add constraint session_factor_id_fkey
    foreign key (factor_id) references identity.factor (factor_id) on delete set null;

create index session_factor_id_idx on identity.session (factor_id);

comment on column identity.session.factor_id is
  'The second factor that was used. The session is aal2 as long as that factor exists.';
