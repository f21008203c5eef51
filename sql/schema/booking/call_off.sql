-- Call-offs: slots and times that a provider has called off, and the bookings that are concerned.

create table core.call_off (
  call_off_id               uuid,
  provider_id               uuid not null,
  slot_id                   uuid,
  during                    tstzrange not null,
  availability_exception_id uuid,
  reason                    text,
  created_at                timestamptz not null default now(),
  finished_at               timestamptz,

  constraint call_off_pkey primary key (call_off_id),
  constraint call_off_provider_id_fkey
    foreign key (provider_id) references core.provider (provider_id),
  constraint call_off_slot_id_fkey
    foreign key (slot_id) references core.slot (slot_id) on delete set null,
  constraint call_off_availability_exception_id_fkey
    foreign key (availability_exception_id)
    references core.availability_exception (availability_exception_id) on delete set null,
  constraint call_off_reason_is_short check (length(reason) <= 1000)
);

alter table core.call_off enable row level security;
alter table core.call_off force row level security;

create index call_off_provider_id_idx on core.call_off (provider_id);
create index call_off_slot_id_idx on core.call_off (slot_id);
create index call_off_availability_exception_id_idx
  on core.call_off (availability_exception_id);
create index call_off_unfinished_idx on core.call_off (created_at) where finished_at is null;

comment on table core.call_off is
  'A slot or a time that a provider has called off. Its bookings are cancelled in steps.';
comment on column core.call_off.slot_id is 'The one slot that was called off; null for a time.';
comment on column core.call_off.availability_exception_id is
  'The block that keeps the time closed.';
comment on column core.call_off.finished_at is 'When the last of its bookings was cancelled.';
