-- Profiles: what people tell of themselves that is nobody's business, and to whom they show it.

create table core.profile (
  customer_id  uuid,
  goals        text,
  weight_kg    numeric,
  height_cm    numeric,
  social_links jsonb,
  created_at   timestamptz not null default now(),
  updated_at   timestamptz not null default now(),

  constraint profile_pkey primary key (customer_id),
  constraint profile_customer_id_fkey
    foreign key (customer_id) references core.customer (customer_id) on delete cascade,
  constraint profile_goals_are_short check (length(goals) <= 10000),
  constraint profile_weight_in_range check (weight_kg > 0 and weight_kg < 1000),
  constraint profile_height_in_range check (height_cm > 0 and height_cm < 300),
  constraint profile_links_are_short check (length(social_links::text) <= 10000)
);

alter table core.profile enable row level security;
alter table core.profile force row level security;

comment on table core.profile is
  'Goals and measures of a customer: data of health. Nobody else reads them without leave.';

create table core.profile_leave (
  customer_id uuid,
  provider_id uuid,
  given_at    timestamptz not null default now(),

  constraint profile_leave_pkey primary key (customer_id, provider_id),
  constraint profile_leave_customer_id_fkey
    foreign key (customer_id) references core.customer (customer_id) on delete cascade,
  constraint profile_leave_provider_id_fkey
    foreign key (provider_id) references core.provider (provider_id) on delete cascade
);

alter table core.profile_leave enable row level security;
alter table core.profile_leave force row level security;

create index profile_leave_provider_id_idx on core.profile_leave (provider_id);

comment on table core.profile_leave is
  'A customer lets a provider read their profile, until they take it back.';
