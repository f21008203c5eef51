-- Categories: what staff sorts offerings into, and providers put theirs under.

create table core.category (
  category_id uuid default gen_random_uuid(),
  seq         integer generated always as identity,
  name        text not null,
  slug        text not null,
  image_url   text,
  created_at  timestamptz not null default now(),
  updated_at  timestamptz not null default now(),

  constraint category_pkey primary key (category_id),
  constraint category_seq_key unique (seq),
  constraint category_slug_key unique (slug),
  constraint category_name_is_short check (length(btrim(name)) between 1 and 100),
  constraint category_slug_is_slug
    check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 100),
  constraint category_image_url_is_web
    check (image_url ~* '^https?://' and length(image_url) <= 2000)
);

alter table core.category enable row level security;
alter table core.category force row level security;

comment on table core.category is
  'A shelf of the marketplace. Everybody reads it, staff writes it.';

create table core.offering_category (
  offering_id uuid,
  category_id uuid,

  constraint offering_category_pkey primary key (offering_id, category_id),
  constraint offering_category_offering_id_fkey
    foreign key (offering_id) references core.offering (offering_id) on delete cascade,
  constraint offering_category_category_id_fkey
    foreign key (category_id) references core.category (category_id) on delete cascade
);

alter table core.offering_category enable row level security;
alter table core.offering_category force row level security;

create index offering_category_category_id_idx on core.offering_category (category_id);

comment on table core.offering_category is 'Which offerings stand in which categories.';
