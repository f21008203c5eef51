-- When a provider is busy. There is one row for each slot that is held or booked. Because of the
-- EXCLUDE constraint two offerings of one provider never overlap, while one slot still sells as
-- many seats as it has.

create table core.occupancy (
  slot_id     uuid,
  provider_id uuid not null,
  busy        tstzrange not null,
  expires_at  timestamptz,

  constraint occupancy_pkey primary key (slot_id),
  constraint occupancy_slot_id_fkey
    foreign key (slot_id) references core.slot (slot_id) on delete cascade,
  constraint occupancy_busy_is_bounded check (not isempty(busy) and isfinite(upper(busy))),
  constraint occupancy_one_place_at_a_time_excl
    exclude using gist (provider_id with =, busy with &&)
);

alter table core.occupancy enable row level security;
alter table core.occupancy force row level security;

comment on table core.occupancy is
  'The times when a provider is busy, buffers included: one row per slot that is booked or held.';
comment on column core.occupancy.expires_at is
  'When the last hold ends; null while a booking stands. An expired row counts as gone.';
