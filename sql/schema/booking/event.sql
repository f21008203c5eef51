-- Events: the dates of what is offered as an event.
--
-- A date is a slot, and a registration is a booking in it: seats are counted where all seats are
-- counted. A row here says that the slot takes its organiser's time from the moment it is made,
-- not from its first booking.

create table core.event (
  slot_id    uuid,
  seq        integer generated always as identity,
  moved_at   timestamptz,
  created_at timestamptz not null default now(),

  constraint event_pkey primary key (slot_id),
  constraint event_seq_key unique (seq),
  constraint event_slot_id_fkey
    foreign key (slot_id) references core.slot (slot_id) on delete cascade
);

alter table core.event enable row level security;
alter table core.event force row level security;

comment on table core.event is
  'The dates of events, one row for each slot of an offering of this kind; a trigger makes them.';
comment on column core.event.moved_at is
  'When its organiser gave it another time; who had booked before may cancel for nothing.';
