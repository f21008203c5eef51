-- What came from another system: which of our rows is which of theirs.

create table core.imported_row (
  row_id      uuid,
  kind        text not null,
  source      text not null,
  legacy_ref  text not null,
  imported_at timestamptz not null default now(),

  constraint imported_row_pkey primary key (row_id),
  constraint imported_row_ref_key unique (source, kind, legacy_ref),
  constraint imported_row_kind_is_known
    check (kind in ('offering', 'hours', 'booking', 'review')),
  constraint imported_row_source_is_short check (length(source) between 1 and 60),
  constraint imported_row_ref_is_short check (length(legacy_ref) between 1 and 255)
);

alter table core.imported_row enable row level security;
alter table core.imported_row force row level security;

comment on table core.imported_row is
  'The keys that offerings, hours, bookings and reviews had in the system they came from. That of a '
  'person is core.person.legacy_ref.';
comment on column core.imported_row.row_id is
  'The key here: of the uuid version 5, made of source, kind and legacy_ref; a uuid stays itself.';
comment on column core.imported_row.source is 'The name of the other system.';
