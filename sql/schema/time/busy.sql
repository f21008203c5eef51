-- Busy calendars: addresses at which a provider's other calendars are read. Their busy times close
-- the provider's time, as blocks that follow the calendar.
--
--   due (next_at) -> claimed by the clock -> recorded: read, unchanged, or an error

create table core.busy_calendar (
  busy_calendar_id uuid default gen_random_uuid(),
  provider_id      uuid not null,
  url              text not null,
  etag             text,
  attempts         integer not null default 0,
  failures         integer not null default 0,
  last_error       text,
  next_at          timestamptz not null default now(),
  fetched_at       timestamptz,
  created_at       timestamptz not null default now(),

  constraint busy_calendar_pkey primary key (busy_calendar_id),
  constraint busy_calendar_url_key unique (provider_id, url),
  constraint busy_calendar_provider_id_fkey
    foreign key (provider_id) references core.provider (provider_id) on delete cascade,
  constraint busy_calendar_url_is_web
    check (url ~ '^https?://[^[:space:]@]+$' and length(url) <= 2000),
  constraint busy_calendar_etag_is_short check (length(etag) <= 500),
  constraint busy_calendar_error_is_short check (length(last_error) <= 500),
  constraint busy_calendar_counts_not_negative check (attempts >= 0 and failures >= 0)
);

alter table core.busy_calendar enable row level security;
alter table core.busy_calendar force row level security;

create index busy_calendar_next_idx on core.busy_calendar (next_at);

comment on table core.busy_calendar is
  'Calendars elsewhere whose busy times close a provider''s time.';
comment on column core.busy_calendar.attempts is
  'Claims so far. The number names a claim; recording an older one changes nothing.';
comment on column core.busy_calendar.failures is
  'Errors since it was last read: with each it is asked more seldom, at last once a day.';
