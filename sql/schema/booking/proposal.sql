-- A provider proposes another time for a booking; its customer answers, or cancels for nothing.

create table core.move_proposal (
  move_proposal_id uuid,
  booking_id       uuid not null,
  slot_id          uuid not null,
  seats            integer not null,
  holds_seats      boolean not null,
  reason           text,
  state            text not null default 'open',
  expires_at       timestamptz not null,
  created_at       timestamptz not null default now(),

  constraint move_proposal_pkey primary key (move_proposal_id),
  constraint move_proposal_booking_id_fkey
    foreign key (booking_id) references core.booking (booking_id),
  constraint move_proposal_slot_id_fkey
    foreign key (slot_id) references core.slot (slot_id),
  constraint move_proposal_state_is_known
    check (state in ('open', 'agreed', 'declined', 'withdrawn')),
  constraint move_proposal_reason_is_short check (length(reason) <= 1000)
);

alter table core.move_proposal enable row level security;
alter table core.move_proposal force row level security;

create unique index move_proposal_one_is_open on core.move_proposal (booking_id)
  where state = 'open';
create index move_proposal_booking_id_idx on core.move_proposal (booking_id);
create index move_proposal_slot_id_idx on core.move_proposal (slot_id);

comment on table core.move_proposal is
  'Another time that a provider proposes for a booking. One that has expired is open no more.';
comment on column core.move_proposal.holds_seats is
  'Whether seats of the new slot are kept until the answer. Not when the new time overlaps the old '
  'one: then the booking itself keeps the provider''s time.';
