-- Offerings: everything that can be sold — sessions, services, events, products, courses.

create table core.offering (
  offering_id            uuid default gen_random_uuid(),
  seq                    integer generated always as identity,
  provider_id            uuid,
  kind                   text not null default 'session',
  title                  text not null,
  slug                   text,
  summary                text,
  description            text,
  tags                   text[] not null default '{}',
  category_code          text,
  level                  text,
  prerequisites          text,
  duration_min           integer,
  capacity               integer not null default 1,
  price_minor            bigint not null,
  currency               text not null default 'DKK',
  booking_mode           text not null default 'instant',
  min_notice_min         integer not null default 0,
  buffer_before_min      integer not null default 0,
  buffer_after_min       integer not null default 0,
  slot_step_min          integer,
  horizon_days           integer,
  max_per_day            integer,
  cancellation_policy_id uuid not null default '00000000-0000-4000-8000-000000000011',
  is_active              boolean not null default true,
  published_at           timestamptz,
  attrs                  jsonb not null default '{}',
  -- Of no language, because there are several.
  words                  tsvector generated always as (
    to_tsvector('simple'::regconfig,
                title || ' ' || coalesce(summary, '') || ' ' || coalesce(description, ''))) stored,
  created_at             timestamptz not null default now(),
  updated_at             timestamptz not null default now(),

  constraint offering_pkey primary key (offering_id),
  constraint offering_seq_key unique (seq),
  constraint offering_slug_key unique (slug),
  constraint offering_provider_key unique (offering_id, provider_id),
  constraint offering_provider_id_fkey
    foreign key (provider_id) references core.provider (provider_id),
  constraint offering_currency_fkey foreign key (currency) references core.currency (currency),
  constraint offering_cancellation_policy_id_fkey
    foreign key (cancellation_policy_id)
    references core.cancellation_policy (cancellation_policy_id),
  constraint offering_house_sells_goods check (provider_id is not null or kind = 'product'),
  constraint offering_kind_is_known
    check (kind in ('session', 'service', 'event', 'product', 'course', 'hour')),
  constraint offering_title_is_short check (length(btrim(title)) between 1 and 200),
  constraint offering_summary_is_short check (length(summary) <= 500),
  constraint offering_description_is_short check (length(description) <= 20000),
  constraint offering_tags_are_few check (cardinality(tags) <= 50),
  constraint offering_tags_are_short check (length(array_to_string(tags, '')) <= 5000),
  constraint offering_slug_is_short check (length(slug) <= 200),
  constraint offering_category_code_is_short check (length(category_code) <= 100),
  constraint offering_prerequisites_are_short check (length(prerequisites) <= 5000),
  constraint offering_level_is_known
    check (level in ('BEGINNER', 'INTERMEDIATE', 'ADVANCED', 'EXPERT')),
  constraint offering_capacity_in_range check (capacity between 1 and 10000),
  constraint offering_price_in_range check (price_minor between 0 and 99999999),
  constraint offering_booking_mode_is_known check (booking_mode in ('instant', 'request')),
  constraint offering_notice_in_range check (min_notice_min between 0 and 525600),
  constraint offering_buffers_in_range
    check (buffer_before_min between 0 and 1440 and buffer_after_min between 0 and 1440),
  constraint offering_step_in_range check (slot_step_min between 5 and 1440),
  constraint offering_horizon_in_range check (horizon_days between 1 and 730),
  constraint offering_max_per_day_in_range check (max_per_day between 1 and 100),
  constraint offering_attrs_is_object check (jsonb_typeof(attrs) = 'object'),
  constraint offering_attrs_are_small check (length(attrs::text) <= 10000)
);

alter table core.offering enable row level security;
alter table core.offering force row level security;

create index offering_provider_id_idx on core.offering (provider_id);
create unique index offering_one_hour_key on core.offering (provider_id) where kind = 'hour';
create index offering_currency_idx on core.offering (currency);
create index offering_price_idx on core.offering (price_minor);
create index offering_created_idx on core.offering (created_at);
create index offering_cancellation_policy_id_idx on core.offering (cancellation_policy_id);
create index offering_kind_active_idx on core.offering (kind, category_code) where is_active;
create index offering_tags_idx on core.offering using gin (tags);
create index offering_words_idx on core.offering using gin (words);

comment on table core.offering is 'Something that a provider or the platform sells.';
comment on column core.offering.provider_id is
  'The seller; null for the platform, which sells goods.';
comment on column core.offering.kind is
  'hour: the time of a provider itself. api.book_time makes it, and sells it by the hour at a rate '
  'that depends on the distance; it has no slots of its own, and nobody finds it.';
comment on column core.offering.words is 'What api.search_offerings finds it by.';
comment on column core.offering.duration_min is
  'How long it lasts. A trigger checks how long each kind may last.';
comment on column core.offering.price_minor is
  'Price of one seat, in minor units of currency.';
comment on column core.offering.booking_mode is
  'instant: paying books. request: paying authorises the card, and the provider answers.';
comment on column core.offering.slot_step_min is
  'Minutes between the starts of two slots; null means the duration.';

comment on column core.offering.horizon_days is
  'Days ahead that it can be booked; null means as far as there are slots.';
comment on column core.offering.max_per_day is
  'It is sold no more on a day on which so many of the provider''s slots are in use; null: no end.';

create table core.offering_material (
  offering_id   uuid,
  materials_url text not null,

  constraint offering_material_pkey primary key (offering_id),
  constraint offering_material_offering_id_fkey
    foreign key (offering_id) references core.offering (offering_id) on delete cascade,
  constraint offering_material_url_is_web
    check (materials_url ~* '^https?://' and length(materials_url) <= 2000)
);

alter table core.offering_material enable row level security;
alter table core.offering_material force row level security;

comment on table core.offering_material is
  'What only customers with a booking may open. Not in offering, which everybody reads.';
