-- Providers: the experts, trainers and healers who are booked.

create table core.provider (
  provider_id        uuid,
  seq                integer generated always as identity,
  provider_type      text,
  specialties        text[] not null default '{}',
  hourly_rate_minor  bigint,
  currency           text not null default 'DKK',
  years_experience   integer,
  accepting_bookings boolean not null default true,
  presence           text not null default 'available',
  verification       text not null default 'pending',
  service_radius_m   integer,
  trains_dogs        boolean not null default false,
  rating_avg         numeric(3, 2),
  rating_count       integer not null default 0,
  sessions_completed integer not null default 0,
  slots_until        timestamptz,
  stopped_until      timestamptz,
  max_free           integer,
  created_at         timestamptz not null default now(),
  updated_at         timestamptz not null default now(),

  constraint provider_pkey primary key (provider_id),
  constraint provider_person_fkey
    foreign key (provider_id) references core.person (person_id),
  constraint provider_seq_key unique (seq),
  constraint provider_currency_fkey foreign key (currency) references core.currency (currency),
  constraint provider_type_is_short check (length(provider_type) <= 100),
  constraint provider_specialties_are_few check (cardinality(specialties) <= 50),
  constraint provider_specialties_are_short
    check (length(array_to_string(specialties, '')) <= 5000),
  constraint provider_hourly_rate_in_range check (hourly_rate_minor between 0 and 99999999),
  constraint provider_years_in_range check (years_experience between 0 and 100),
  constraint provider_presence_is_known check (presence in ('available', 'busy', 'offline')),
  constraint provider_verification_is_known
    check (verification in ('pending', 'verified', 'rejected')),
  constraint provider_radius_in_range check (service_radius_m between 0 and 20000000),
  constraint provider_max_free_in_range check (max_free between 0 and 100000),
  constraint provider_rating_in_range check (rating_avg between 1 and 5),
  constraint provider_counts_not_negative check (rating_count >= 0 and sessions_completed >= 0)
);

alter table core.provider enable row level security;
alter table core.provider force row level security;

create index provider_stopped_idx on core.provider (stopped_until)
  where stopped_until is not null;

create index provider_currency_idx on core.provider (currency);
create index provider_rating_idx on core.provider (rating_avg);
-- Of a plain number, as internal.found_providers sorts by it.
create index provider_rated_idx
  on core.provider (round(rating_avg, 2) desc nulls last, provider_id);
create index provider_created_idx on core.provider (created_at);
create index provider_hourly_rate_idx on core.provider (hourly_rate_minor);
create index provider_type_rating_idx on core.provider (provider_type, rating_avg desc);
create index provider_specialties_idx on core.provider using gin (specialties);
create index provider_slots_until_idx on core.provider (slots_until);

comment on column core.provider.trains_dogs is
  'Whether they offer themselves as a dog trainer: the dogs lens lists no others.';
comment on table core.provider is
  'A person who can be booked. This row is locked first by everything that takes their time.';
comment on column core.provider.provider_id is 'The person''s id.';
comment on column core.provider.hourly_rate_minor is 'Minor units of currency per hour.';
comment on column core.provider.rating_avg is
  'Mean of published reviews, 1 to 5; null before the first.';
comment on column core.provider.slots_until is 'Slots have been generated up to this instant.';
comment on column core.provider.stopped_until is
  'While this lies ahead the person is suspended or gone: neither listed nor sold.';
comment on column core.provider.max_free is
  'Coming bookings that cost nothing, of one customer with this provider; null is as the '
  'marketplace says.';
