-- Slots: the times that can be booked, and how many seats are gone.

create table core.slot (
  slot_id              uuid default gen_random_uuid(),
  offering_id          uuid not null,
  provider_id          uuid not null,
  availability_rule_id uuid,
  origin               text not null default 'manual',
  starts_at            timestamptz not null,
  ends_at              timestamptz not null,
  capacity             integer not null default 1,
  is_capacity_own      boolean not null default false,
  taken                integer not null default 0,
  holds                timestamptz[] not null default '{}',
  state                text not null default 'open',
  created_at           timestamptz not null default now(),
  updated_at           timestamptz not null default now(),

  constraint slot_pkey primary key (slot_id),
  constraint slot_start_key unique (offering_id, starts_at),
  constraint slot_offering_fkey
    foreign key (offering_id, provider_id)
    references core.offering (offering_id, provider_id) on delete cascade,
  constraint slot_provider_id_fkey
    foreign key (provider_id) references core.provider (provider_id),
  constraint slot_availability_rule_id_fkey
    foreign key (availability_rule_id)
    references core.availability_rule (availability_rule_id) on delete set null,
  constraint slot_origin_is_known check (origin in ('hours', 'manual')),
  constraint slot_ends_after_start
    check (ends_at > starts_at and isfinite(starts_at) and isfinite(ends_at)),
  constraint slot_lasts_a_week_at_most check (ends_at - starts_at <= interval '7 days'),
  constraint slot_capacity_in_range check (capacity between 1 and 10000),
  constraint slot_not_oversold check (taken between 0 and capacity),
  constraint slot_state_is_known check (state in ('open', 'closed', 'removed'))
) with (fillfactor = 90);

alter table core.slot enable row level security;
alter table core.slot force row level security;

create index slot_provider_start_idx on core.slot (provider_id, starts_at);
create index slot_rule_idx on core.slot (availability_rule_id);
-- No index contains taken or holds, so a booking changes its slot's row and no index entry.
create index slot_start_idx on core.slot (starts_at, slot_id);

comment on table core.slot is
  'A bookable time of an offering. Seats are counted under this row''s lock and nowhere else.';
comment on column core.slot.origin is
  'hours: made from the provider''s hours, and removed with them. manual: the provider has set '
  'this time with api.save_slot; it needs no hours, but a block closes it too.';
comment on column core.slot.state is
  'closed: its time is blocked or its hours are gone; internal.refresh_slots opens it again with '
  'them. removed: the provider has removed it for good.';
comment on column core.slot.is_capacity_own is
  'Whether the provider has set the seats of this slot; otherwise they follow its offering.';
comment on column core.slot.taken is
  'Seats of bookings that stand, written by internal.put_seats.';
comment on column core.slot.holds is
  'For each held seat, the instant when its hold ends. From then on the seat is free.';
