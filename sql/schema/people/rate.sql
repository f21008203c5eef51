-- What an hour of a provider costs, by how far they travel.

create table core.provider_rate_tier (
  provider_id  uuid,
  max_radius_m integer,
  rate_minor   bigint not null,

  constraint provider_rate_tier_pkey primary key (provider_id, max_radius_m),
  constraint provider_rate_tier_provider_id_fkey
    foreign key (provider_id) references core.provider (provider_id),
  constraint provider_rate_tier_radius_in_range check (max_radius_m between 1 and 20000000),
  constraint provider_rate_tier_rate_in_range check (rate_minor between 0 and 99999999)
);

alter table core.provider_rate_tier enable row level security;
alter table core.provider_rate_tier force row level security;

comment on table core.provider_rate_tier is
  'The hourly rate of a provider for customers up to so many metres away, in their currency.';
