-- Sign-ins at other identity providers that are under way.

create table identity.oauth_state (
  state_hash            bytea,
  provider              text not null,
  redirect_to           text not null,
  account_id            uuid,
  code_challenge        text,
  code_challenge_method text,
  expires_at            timestamptz not null,

  constraint oauth_state_pkey primary key (state_hash),
  constraint oauth_state_account_id_fkey
    foreign key (account_id) references identity.account (account_id) on delete cascade,
  constraint oauth_state_method_is_known check (code_challenge_method in ('s256', 'plain'))
);

alter table identity.oauth_state enable row level security;
alter table identity.oauth_state force row level security;

create index oauth_state_account_id_idx on identity.oauth_state (account_id);
create index oauth_state_expires_at_idx on identity.oauth_state (expires_at);

comment on table identity.oauth_state is
  'A person was sent to a provider, and may return once within ten minutes.';
comment on column identity.oauth_state.account_id is
  'The account that the identity is to be linked to; null for a sign-in.';
