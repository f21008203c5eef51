-- Posts and their comments: what people say to everybody.

create table core.post (
  post_id       uuid default gen_random_uuid(),
  author_id     uuid not null,
  title         text not null,
  body          text not null,
  is_published  boolean not null default false,
  hidden_at     timestamptz,
  hidden_reason text,
  created_at    timestamptz not null default now(),
  updated_at    timestamptz not null default now(),

  constraint post_pkey primary key (post_id),
  constraint post_author_id_fkey foreign key (author_id) references core.person (person_id),
  constraint post_title_is_short check (length(title) <= 200),
  constraint post_body_is_short check (length(body) <= 50000)
);

alter table core.post enable row level security;
alter table core.post force row level security;

create index post_author_id_idx on core.post (author_id, created_at);
create index post_created_idx on core.post (created_at) where is_published and hidden_at is null;

comment on table core.post is
  'A post. Everybody reads it while it is published and no moderator has hidden it.';

create table core.comment (
  comment_id    uuid default gen_random_uuid(),
  post_id       uuid not null,
  author_id     uuid not null,
  body          text not null,
  hidden_at     timestamptz,
  hidden_reason text,
  created_at    timestamptz not null default now(),
  updated_at    timestamptz not null default now(),

  constraint comment_pkey primary key (comment_id),
  constraint comment_post_id_fkey
    foreign key (post_id) references core.post (post_id) on delete cascade,
  constraint comment_author_id_fkey foreign key (author_id) references core.person (person_id),
  constraint comment_body_is_short check (length(body) <= 10000)
);

alter table core.comment enable row level security;
alter table core.comment force row level security;

create index comment_post_id_idx on core.comment (post_id, created_at);
create index comment_author_id_idx on core.comment (author_id, created_at);

comment on table core.comment is 'A comment on a post; it is seen by those who see the post.';
