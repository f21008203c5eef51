-- Logins. Only the functions of the auth Lambda read this schema: no request role has usage here,
-- and the policies require service_role. Secrets are kept as digests; what must be read again is
-- sealed with the Lambda's key.

create table identity.account (
  account_id              uuid default gen_random_uuid(),
  email                   text,
  email_confirmed_at      timestamptz,
  new_email               text,
  email_change_awaits     text[] not null default '{}',
  password_hash           text,
  user_metadata           jsonb not null default '{}',
  app_metadata            jsonb not null default '{}',
  is_anonymous            boolean not null default false,
  banned_until            timestamptz,
  invited_at              timestamptz,
  confirmation_sent_at    timestamptz,
  recovery_sent_at        timestamptz,
  email_change_sent_at    timestamptz,
  reauthentication_sent_at timestamptz,
  last_sign_in_at         timestamptz,
  created_at              timestamptz not null default now(),
  updated_at              timestamptz not null default now(),

  constraint account_pkey primary key (account_id),
  constraint account_email_key unique (email),
  constraint account_email_is_lower_case check (email = lower(email) and length(email) <= 254),
  constraint account_email_has_at check (email ~ '^[^@\s]+@[^@\s]+$'),
  constraint account_new_email_is_lower_case
    check (new_email = lower(new_email) and length(new_email) <= 254),
  constraint account_change_awaits_addresses
    check (email_change_awaits <@ array['current', 'new']),
  constraint account_password_is_a_hash check (password_hash ~ '^\$(argon2id|2[aby])\$'),
  constraint account_metadata_are_objects
    check (jsonb_typeof(user_metadata) = 'object' and jsonb_typeof(app_metadata) = 'object'),
  constraint account_metadata_are_small
    check (length(user_metadata::text) <= 16384 and length(app_metadata::text) <= 16384)
);

alter table identity.account enable row level security;
alter table identity.account force row level security;

create index account_new_email_idx on identity.account (new_email) where new_email is not null;

comment on table identity.account is
  'A login. account_id is the person''s id, and the `sub` of their tokens.';
comment on column identity.account.new_email is
  'An address that is not confirmed yet. It may belong to somebody else.';
comment on column identity.account.email_change_awaits is
  'The addresses, `current` and `new`, that have not yet confirmed the change.';
comment on column identity.account.password_hash is
  'argon2id, or bcrypt as imported until the first sign-in. Null: no password.';
comment on column identity.account.user_metadata is
  'What the person says about themselves. No right may depend on it.';

create table identity.external_login (
  external_login_id uuid default gen_random_uuid(),
  account_id        uuid not null,
  provider          text not null,
  provider_subject  text not null,
  identity_data     jsonb not null default '{}',
  created_at        timestamptz not null default now(),
  updated_at        timestamptz not null default now(),
  last_sign_in_at   timestamptz,

  constraint external_login_pkey primary key (external_login_id),
  constraint external_login_account_id_fkey
    foreign key (account_id) references identity.account (account_id) on delete cascade,
  constraint external_login_subject_key unique (provider, provider_subject),
  constraint external_login_subject_is_short check (length(provider_subject) between 1 and 255),
  constraint external_login_data_are_small
    check (jsonb_typeof(identity_data) = 'object' and length(identity_data::text) <= 8192),
  constraint external_login_provider_is_word check (provider ~ '^[a-z][a-z0-9_]{1,40}$')
);

alter table identity.external_login enable row level security;
alter table identity.external_login force row level security;

create index external_login_account_id_idx on identity.external_login (account_id);

comment on table identity.external_login is
  'How an account can be signed in to: by `email`, or through another identity provider.';
comment on column identity.external_login.identity_data is
  'What the provider said about the person at the last sign-in. Empty for `email`.';
