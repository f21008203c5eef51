-- The waitlist: who wants a seat in a full slot.

create table core.waitlist_entry (
  waitlist_entry_id uuid,
  slot_id           uuid not null,
  customer_id       uuid not null,
  seats             integer not null default 1,
  state             text not null default 'waiting',
  offer_expires_at  timestamptz,
  created_at        timestamptz not null default now(),

  constraint waitlist_entry_pkey primary key (waitlist_entry_id),
  constraint waitlist_entry_slot_id_fkey
    foreign key (slot_id) references core.slot (slot_id) on delete cascade,
  constraint waitlist_entry_customer_id_fkey
    foreign key (customer_id) references core.customer (customer_id),
  constraint waitlist_entry_seats_in_range check (seats between 1 and 100),
  constraint waitlist_entry_state_is_known
    check (state in ('waiting', 'offered', 'taken', 'lapsed', 'left', 'called_off')),
  constraint waitlist_entry_offer_has_end
    check ((state = 'offered') <= (offer_expires_at is not null))
);

alter table core.waitlist_entry enable row level security;
alter table core.waitlist_entry force row level security;

create unique index waitlist_entry_waits_once on core.waitlist_entry (slot_id, customer_id)
  where state in ('waiting', 'offered');
create index waitlist_entry_slot_idx on core.waitlist_entry (slot_id, state, created_at);
create index waitlist_entry_customer_id_idx on core.waitlist_entry (customer_id);

comment on table core.waitlist_entry is
  'Who waits for a full slot. A freed seat is offered to one customer at a time, for a while.';
