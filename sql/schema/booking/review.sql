-- Reviews: what each side of a completed booking says of the other, once.

create table core.review (
  review_id    uuid,
  seq          integer generated always as identity,
  booking_id   uuid not null,
  author_side  text not null,
  author_id    uuid not null,
  provider_id  uuid not null,
  offering_id  uuid not null,
  rating       integer not null,
  comment      text,
  reply        text,
  status       text not null default 'published',
  created_at   timestamptz not null default now(),
  updated_at   timestamptz not null default now(),

  constraint review_pkey primary key (review_id),
  constraint review_seq_key unique (seq),
  constraint review_side_key unique (booking_id, author_side),
  constraint review_booking_id_fkey
    foreign key (booking_id) references core.booking (booking_id),
  constraint review_author_id_fkey foreign key (author_id) references core.person (person_id),
  constraint review_provider_id_fkey
    foreign key (provider_id) references core.provider (provider_id),
  constraint review_offering_id_fkey
    foreign key (offering_id) references core.offering (offering_id),
  constraint review_author_side_is_known check (author_side in ('customer', 'provider')),
  constraint review_rating_is_1_to_5 check (rating between 1 and 5),
  constraint review_texts_are_short check (length(comment) <= 5000 and length(reply) <= 5000),
  constraint review_status_is_known check (status in ('published', 'hidden'))
);

alter table core.review enable row level security;
alter table core.review force row level security;

create index review_provider_id_idx on core.review (provider_id, created_at desc);
create index review_offering_id_idx on core.review (offering_id);
create index review_author_id_idx on core.review (author_id);

comment on table core.review is
  'One review per side of a completed booking. Customers'' reviews make the provider''s rating.';
