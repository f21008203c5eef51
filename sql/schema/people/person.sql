-- People. One key for a person in every part they play: person_id is the `sub` of their
-- token, and provider_id and customer_id are that same uuid.

create table core.person (
  person_id    uuid,
  seq          integer generated always as identity,
  username     text,
  display_name text not null default '',
  first_name   text,
  last_name    text,
  avatar_url   text,
  bio          text,
  timezone     text not null default 'UTC',
  locale       text not null default 'en',
  status       text not null default 'active',
  suspended_until timestamptz,
  is_listed    boolean not null default false,
  is_heard     boolean not null default false,
  legacy_ref   text,
  words        tsvector generated always as (
    to_tsvector('simple'::regconfig, display_name || ' ' || coalesce(bio, ''))) stored,
  created_at   timestamptz not null default now(),
  updated_at   timestamptz not null default now(),

  constraint person_pkey primary key (person_id),
  constraint person_seq_key unique (seq),
  constraint person_username_key unique (username),
  constraint person_legacy_ref_key unique (legacy_ref),
  constraint person_username_is_short check (length(username) between 2 and 60),
  constraint person_names_are_short
    check (length(display_name) <= 200 and length(first_name) <= 100 and length(last_name) <= 100),
  constraint person_bio_is_short check (length(bio) <= 10000),
  constraint person_avatar_url_is_web
    check (avatar_url ~* '^https?://' and length(avatar_url) <= 2000),
  constraint person_locale_is_tag check (locale ~ '^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*$'),
  constraint person_locale_is_short check (length(locale) <= 35),
  constraint person_legacy_ref_is_short check (length(legacy_ref) <= 255),
  constraint person_status_is_known check (status in ('active', 'suspended', 'deleted'))
);

alter table core.person enable row level security;
alter table core.person force row level security;

create index person_suspended_idx on core.person (person_id)
  where status = 'suspended' or suspended_until is not null;

create index person_words_idx on core.person using gin (words) where is_listed;

comment on table core.person is
  'A person as others may see them. Private data is in person_private.';
comment on column core.person.person_id is
  'The `sub` of their token; equals the login''s account_id.';
comment on column core.person.seq is 'The integer id of systems that count (avenrae).';
comment on column core.person.timezone is
  'IANA name with a region, checked by a trigger.';
comment on column core.person.is_listed is
  'Whether everybody may read this row; true for providers.';
comment on column core.person.is_heard is
  'Whether everybody may read this row because the person has said something to everybody: a post or '
  'a comment that is shown. Functions keep it.';
comment on column core.person.words is 'What api.search_providers finds them by.';
comment on column core.person.legacy_ref is
  'The key this person had in the system they came from.';

create table core.person_private (
  person_id       uuid,
  contact_email   text,
  phone           text,
  emergency_phone text,
  date_of_birth   date,
  gender          text,
  updated_at      timestamptz not null default now(),

  constraint person_private_pkey primary key (person_id),
  constraint person_private_person_id_fkey
    foreign key (person_id) references core.person (person_id) on delete cascade,
  constraint person_private_email_has_at check (contact_email ~ '^[^@\s]+@[^@\s]+$'),
  constraint person_private_email_is_short check (length(contact_email) <= 254),
  constraint person_private_phone_is_short check (length(phone) <= 40),
  constraint person_private_emergency_phone_is_short check (length(emergency_phone) <= 40),
  constraint person_private_gender_is_short check (length(gender) <= 60),
  constraint person_private_born_in_the_past
    check (date_of_birth > '1900-01-01' and date_of_birth < '2100-01-01')
);

alter table core.person_private enable row level security;
alter table core.person_private force row level security;

comment on table core.person_private is
  'What only the person, staff and the service role may read: mail address, phones, birth, gender.';

create table core.role (
  role_id uuid default gen_random_uuid(),
  name    text not null,

  constraint role_pkey primary key (role_id),
  constraint role_name_key unique (name),
  constraint role_name_is_known check (name in ('customer', 'provider', 'staff', 'admin'))
);

alter table core.role enable row level security;
-- Filled before it is forced: from then on the owner writes nothing either.
insert into core.role (role_id, name)
values
  ('00000000-0000-4000-8000-000000000001', 'customer'),
  ('00000000-0000-4000-8000-000000000002', 'provider'),
  ('00000000-0000-4000-8000-000000000003', 'staff'),
  ('00000000-0000-4000-8000-000000000004', 'admin');

alter table core.role force row level security;

comment on table core.role is
  'The parts a person can play. Lenses have their own words for them.';

create table core.person_role (
  person_id  uuid,
  role_id    uuid,
  granted_at timestamptz not null default now(),

  constraint person_role_pkey primary key (person_id, role_id),
  constraint person_role_person_id_fkey
    foreign key (person_id) references core.person (person_id) on delete cascade,
  constraint person_role_role_id_fkey foreign key (role_id) references core.role (role_id)
);

alter table core.person_role enable row level security;
alter table core.person_role force row level security;

create index person_role_role_id_idx on core.person_role (role_id);

comment on table core.person_role is
  'The roles of a person. Only functions write it, so nobody can make themselves staff.';
comment on column core.person.suspended_until is
  'A ban that ends by itself; one without an end is a status.';
