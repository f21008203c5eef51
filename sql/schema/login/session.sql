-- Sign-ins. One row each for as long as it lasts: a refresh token is the row's id and a
-- counter under the Lambda's HMAC, so refreshing makes no rows and a stolen table no tokens.

create table identity.session (
  session_id      uuid default gen_random_uuid(),
  account_id      uuid not null,
  refresh_counter bigint not null default 0,
  refreshed_at    timestamptz not null default now(),
  amr             jsonb not null,
  user_agent      text,
  created_at      timestamptz not null default now(),

  constraint session_pkey primary key (session_id),
  constraint session_account_id_fkey
    foreign key (account_id) references identity.account (account_id) on delete cascade,
  constraint session_counter_not_negative check (refresh_counter >= 0),
  constraint session_user_agent_is_short check (length(user_agent) <= 300)
);

alter table identity.session enable row level security;
alter table identity.session force row level security;

create index session_account_id_idx on identity.session (account_id);

comment on table identity.session is 'A sign-in. Deleted when it ends.';
comment on column identity.session.refresh_counter is
  'The number of the one valid refresh token. Earlier ones were used.';
comment on column identity.session.refreshed_at is
  'When the counter last grew. For ten seconds older tokens are still answered.';
comment on column identity.session.amr is 'How the person proved who they are, and when.';

create table identity.flow_state (
  code_hash             bytea,
  account_id            uuid not null,
  code_challenge        text not null,
  code_challenge_method text not null,
  method                text not null,
  expires_at            timestamptz not null,

  constraint flow_state_pkey primary key (code_hash),
  constraint flow_state_account_id_fkey
    foreign key (account_id) references identity.account (account_id) on delete cascade,
  constraint flow_state_method_is_known check (code_challenge_method in ('s256', 'plain'))
);

alter table identity.flow_state enable row level security;
alter table identity.flow_state force row level security;

create index flow_state_account_id_idx on identity.flow_state (account_id);

comment on table identity.flow_state is
  'A PKCE code that a link has issued; it needs the verifier that only the asking client knows.';
