-- Rate limits. They are counted here, because Lambdas share nothing else.
-- Subjects are digests: neither an address nor a person can be read from these rows.

create table identity.rate_limit (
  action         text,
  subject        bytea,
  uses           integer not null,
  window_ends_at timestamptz not null,

  constraint rate_limit_pkey primary key (action, subject)
);

alter table identity.rate_limit enable row level security;
alter table identity.rate_limit force row level security;

create index rate_limit_window_ends_at_idx on identity.rate_limit (window_ends_at);

comment on table identity.rate_limit is 'Uses of an action by a subject in the current window.';

create table identity.failed_attempt (
  subject       bytea,
  failures      integer not null,
  blocked_until timestamptz not null,

  constraint failed_attempt_pkey primary key (subject)
);

alter table identity.failed_attempt enable row level security;
alter table identity.failed_attempt force row level security;

create index failed_attempt_blocked_until_idx on identity.failed_attempt (blocked_until);

comment on table identity.failed_attempt is
  'Wrong passwords in a row for an address, whether or not it has an account.';
