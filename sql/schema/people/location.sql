-- Where people are. Strangers learn the area of a provider; the exact place is a row of its own,
-- because row-level security hides rows and cannot round numbers.

create table core.location (
  location_id    uuid default gen_random_uuid(),
  person_id      uuid not null,
  label          text,
  city           text,
  region         text,
  country        text,
  is_primary     boolean not null default false,
  area_latitude  numeric(4, 2),
  area_longitude numeric(5, 2),
  area           point generated always as (
    point(area_longitude::double precision, area_latitude::double precision)) stored,
  created_at     timestamptz not null default now(),
  updated_at     timestamptz not null default now(),

  constraint location_pkey primary key (location_id),
  constraint location_person_id_fkey
    foreign key (person_id) references core.person (person_id),
  -- Deferrable, so that one statement can make another place the primary one.
  constraint location_one_primary_excl
    exclude (person_id with =) where (is_primary) deferrable initially immediate,
  constraint location_label_is_short check (length(label) <= 100),
  constraint location_names_are_short
    check (length(city) <= 200 and length(region) <= 200 and length(country) <= 100),
  constraint location_latitude_in_range check (area_latitude between -90 and 90),
  constraint location_longitude_in_range check (area_longitude between -180 and 180),
  constraint location_has_both_or_neither
    check ((area_latitude is null) = (area_longitude is null))
);

alter table core.location enable row level security;
alter table core.location force row level security;

create index location_person_id_idx on core.location (person_id);
-- Of the primary places alone: search asks for no others.
create index location_area_idx on core.location using gist (area) where is_primary;

comment on table core.location is
  'A place of a person: its town, and its coordinates to about a kilometre.';
comment on column core.location.area_latitude is
  'Rounded to a hundredth of a degree; location_exact has the coordinates as they were given.';
comment on column core.location.area is
  'The rounded coordinates as (longitude, latitude), for the search by distance.';

create table core.location_exact (
  location_id uuid,
  address     text,
  postal_code text,
  latitude    numeric(9, 6),
  longitude   numeric(9, 6),

  constraint location_exact_pkey primary key (location_id),
  constraint location_exact_location_id_fkey
    foreign key (location_id) references core.location (location_id) on delete cascade,
  constraint location_exact_address_is_short
    check (length(address) <= 500 and length(postal_code) <= 20),
  constraint location_exact_latitude_in_range check (latitude between -90 and 90),
  constraint location_exact_longitude_in_range check (longitude between -180 and 180)
);

alter table core.location_exact enable row level security;
alter table core.location_exact force row level security;

comment on table core.location_exact is
  'Where a place is exactly: for its person, the house, and the provider of a live booking.';
