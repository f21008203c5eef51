-- Where an offering takes place: a place to come to, or a link to a meeting.

create table core.offering_venue (
  offering_id uuid,
  place       text,
  meeting_url text,
  updated_at  timestamptz not null default now(),

  constraint offering_venue_pkey primary key (offering_id),
  constraint offering_venue_offering_id_fkey
    foreign key (offering_id) references core.offering (offering_id) on delete cascade,
  constraint offering_venue_place_is_short check (length(btrim(place)) between 1 and 500),
  constraint offering_venue_url_is_web
    check (meeting_url ~* '^https?://[^[:space:]]+$' and length(meeting_url) <= 2000),
  constraint offering_venue_says_where check (place is not null or meeting_url is not null)
);

alter table core.offering_venue enable row level security;
alter table core.offering_venue force row level security;

comment on table core.offering_venue is
  'Where an offering takes place; apart from the offering, because only who has booked is told.';
