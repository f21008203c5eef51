-- Tickets: one for each seat of a confirmed registration for an event.

create table core.ticket (
  ticket_id     uuid,
  seq           integer generated always as identity,
  booking_id    uuid not null,
  seat          integer not null,
  code          text not null,
  checked_in_at timestamptz,
  checked_in_by uuid,
  voided_at     timestamptz,
  created_at    timestamptz not null default now(),

  constraint ticket_pkey primary key (ticket_id),
  constraint ticket_seq_key unique (seq),
  constraint ticket_code_key unique (code),
  constraint ticket_seat_key unique (booking_id, seat),
  constraint ticket_booking_id_fkey
    foreign key (booking_id) references core.booking (booking_id),
  constraint ticket_checked_in_by_fkey
    foreign key (checked_in_by) references core.person (person_id),
  constraint ticket_seat_positive check (seat > 0),
  constraint ticket_code_fits_a_qr check (code ~ '^[0-9A-Z]{16}$'),
  constraint ticket_checked_in_says_by_whom
    check (checked_in_by is null or checked_in_at is not null),
  constraint ticket_used_or_void check (checked_in_at is null or voided_at is null)
);

alter table core.ticket enable row level security;
alter table core.ticket force row level security;

create index ticket_checked_in_by_idx on core.ticket (checked_in_by)
  where checked_in_by is not null;

comment on table core.ticket is
  'One ticket for each seat of a confirmed registration. It is valid while its booking stands.';
comment on column core.ticket.code is
  'Sixteen digits and capitals: the alphanumeric mode of a QR code, 80 random bits.';
comment on column core.ticket.checked_in_by is
  'Who let the person in; null if the platform did.';
comment on column core.ticket.voided_at is
  'When this seat was given back, while the others of its booking were kept.';
