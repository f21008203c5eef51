-- Proofs of an address: links and six-digit codes, each valid once.

create table identity.one_time_token (
  one_time_token_id     uuid default gen_random_uuid(),
  account_id            uuid not null,
  purpose               text not null,
  email                 text not null,
  link_hash             bytea not null,
  code_hash             bytea not null,
  wrong_codes           integer not null default 0,
  code_challenge        text,
  code_challenge_method text,
  created_at            timestamptz not null default now(),
  expires_at            timestamptz not null,

  constraint one_time_token_pkey primary key (one_time_token_id),
  constraint one_time_token_account_id_fkey
    foreign key (account_id) references identity.account (account_id) on delete cascade,
  constraint one_time_token_purpose_key unique (account_id, purpose),
  constraint one_time_token_link_hash_key unique (link_hash),
  constraint one_time_token_purpose_is_known
    check (purpose in ('signup', 'invite', 'magiclink', 'recovery', 'email_change',
                       'email_change_current', 'reauthentication'))
);

alter table identity.one_time_token enable row level security;
alter table identity.one_time_token force row level security;

comment on table identity.one_time_token is
  'A link and a code on their way to an address, as digests. The next of its kind replaces it.';
comment on column identity.one_time_token.code_hash is
  'HMAC under the Lambda''s key, because a plain digest of a six-digit code is quickly found.';
comment on column identity.one_time_token.wrong_codes is
  'Wrong guesses so far. After five only the link is valid.';
