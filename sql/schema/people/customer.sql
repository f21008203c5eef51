-- Customers: the learners, clients and owners who book.

create table core.customer (
  customer_id            uuid,
  seq                    integer generated always as identity,
  goals                  text[] not null default '{}',
  interests              text[] not null default '{}',
  experience_level       text,
  preferred_duration_min integer,
  created_at             timestamptz not null default now(),
  updated_at             timestamptz not null default now(),

  constraint customer_pkey primary key (customer_id),
  constraint customer_person_fkey
    foreign key (customer_id) references core.person (person_id),
  constraint customer_seq_key unique (seq),
  constraint customer_lists_are_short
    check (cardinality(goals) <= 100 and cardinality(interests) <= 100),
  constraint customer_goals_are_short check (length(array_to_string(goals, '')) <= 10000),
  constraint customer_interests_are_short
    check (length(array_to_string(interests, '')) <= 10000),
  constraint customer_level_is_known
    check (experience_level in ('BEGINNER', 'INTERMEDIATE', 'ADVANCED', 'EXPERT')),
  constraint customer_preferred_duration_in_range
    check (preferred_duration_min between 1 and 1440)
);

alter table core.customer enable row level security;
alter table core.customer force row level security;

comment on table core.customer is 'A person who books. customer_id is the person''s id.';
