-- When a provider can be booked: weekly hours, and the exceptions to them. Hours are
-- wall-clock times in a zone; the slots made from them (slot.sql) are instants.

create extension if not exists btree_gist with schema public;

create table core.availability_rule (
  availability_rule_id uuid default gen_random_uuid(),
  seq                  integer generated always as identity,
  provider_id          uuid not null,
  weekday              integer not null,
  start_local          time not null,
  end_local            time not null,
  timezone             text not null,
  valid_from           date,
  valid_to             date,
  is_active            boolean not null default true,
  created_at           timestamptz not null default now(),
  updated_at           timestamptz not null default now(),

  constraint availability_rule_pkey primary key (availability_rule_id),
  constraint availability_rule_seq_key unique (seq),
  constraint availability_rule_provider_id_fkey
    foreign key (provider_id) references core.provider (provider_id) on delete cascade,
  constraint availability_rule_weekday_is_0_to_6 check (weekday between 0 and 6),
  constraint availability_rule_dates_in_order check (valid_from <= valid_to),
  constraint availability_rule_dates_are_finite
    check (isfinite(valid_from) and isfinite(valid_to))
);

alter table core.availability_rule enable row level security;
alter table core.availability_rule force row level security;

create index availability_rule_provider_id_idx on core.availability_rule (provider_id);

comment on table core.availability_rule is
  'Hours of every week. An end at or before the start means the next day; 24:00 is allowed.';
comment on column core.availability_rule.weekday is '0 is Sunday, 6 is Saturday.';
comment on column core.availability_rule.timezone is 'IANA name of the zone of the two times.';

create table core.availability_exception (
  availability_exception_id uuid default gen_random_uuid(),
  seq                       integer generated always as identity,
  provider_id               uuid not null,
  kind                      text not null,
  during                    tstzrange not null,
  reason                    text,
  busy_calendar_id          uuid,
  created_at                timestamptz not null default now(),

  constraint availability_exception_pkey primary key (availability_exception_id),
  constraint availability_exception_seq_key unique (seq),
  constraint availability_exception_provider_id_fkey
    foreign key (provider_id) references core.provider (provider_id) on delete cascade,
  constraint availability_exception_busy_calendar_id_fkey
    foreign key (busy_calendar_id)
    references core.busy_calendar (busy_calendar_id) on delete cascade,
  constraint availability_exception_kind_is_known check (kind in ('block', 'open')),
  constraint availability_exception_is_bounded
    check (
      not isempty(during) and isfinite(lower(during)) and isfinite(upper(during))
      and lower(during) is not null and upper(during) is not null
      and upper(during) - lower(during) <= interval '400 days'
    ),
  constraint availability_exception_reason_is_short check (length(reason) <= 500)
);

alter table core.availability_exception enable row level security;
alter table core.availability_exception force row level security;

create index availability_exception_provider_id_idx
  on core.availability_exception using gist (provider_id, during);

create index availability_exception_busy_calendar_id_idx
  on core.availability_exception (busy_calendar_id) where busy_calendar_id is not null;

comment on column core.availability_exception.busy_calendar_id is
  'The calendar elsewhere in which this time is busy; it comes and goes with it.';
comment on table core.availability_exception is
  'A time that is closed (block) or bookable beyond the weekly hours (open). A block wins.';
