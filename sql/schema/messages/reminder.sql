-- Reminders that were sent.

create table core.booking_reminder (
  booking_id uuid,
  starts_at  timestamptz,
  lead_min   integer,
  created_at timestamptz not null default now(),

  constraint booking_reminder_pkey primary key (booking_id, starts_at, lead_min),
  constraint booking_reminder_booking_id_fkey
    foreign key (booking_id) references core.booking (booking_id) on delete cascade,
  constraint booking_reminder_lead_positive check (lead_min > 0)
);

alter table core.booking_reminder enable row level security;
alter table core.booking_reminder force row level security;

comment on table core.booking_reminder is
  'Reminders that were sent, each once. A booking with a new time gets new ones.';
