-- How far Stripe's list of events has been read.
--
-- Stripe lists events from the newest to the oldest, a hundred a page. A walk goes from the newest
-- back to what was heard before; `after_id` is where the next page begins. Dies the process before
-- a page is kept, the same page is fetched again; an event that is stored already stays as it is.

create table core.event_cursor (
  is_only   boolean not null default true,
  heard_at  timestamptz not null default now(),
  newest_at timestamptz,
  after_id  text,

  constraint event_cursor_pkey primary key (is_only),
  constraint event_cursor_is_one_row check (is_only),
  constraint event_cursor_walk_is_whole check ((newest_at is null) = (after_id is null))
);

alter table core.event_cursor enable row level security;
-- Filled before it is forced: from then on the owner writes nothing either.
insert into core.event_cursor default values;

alter table core.event_cursor force row level security;

comment on table core.event_cursor is
  'How far Stripe''s list of events has been read: events that no webhook brought are fetched.';
comment on column core.event_cursor.heard_at is
  'By Stripe''s clock: what happened before it has been read.';
comment on column core.event_cursor.newest_at is
  'When the newest event of the walk under way happened: heard_at, once the walk is over.';
comment on column core.event_cursor.after_id is
  'The last event of the last page of the walk under way; null between walks.';
