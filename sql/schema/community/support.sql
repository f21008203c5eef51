-- Support: what people report to the house, and what it answers.
--
--   open -> in_progress -> resolved -> closed
--
-- Staff moves a case in any direction; resolved_at follows the status.

create table core.support_case (
  support_case_id uuid,
  seq             integer generated always as identity,
  person_id       uuid not null,
  provider_id     uuid,
  booking_id      uuid,
  booking_ref     text,
  kind            text not null default 'other',
  title           text not null,
  description     text,
  status          text not null default 'open',
  priority        text not null default 'normal',
  resolution      text,
  resolved_at     timestamptz,
  created_at      timestamptz not null default now(),
  updated_at      timestamptz not null default now(),

  constraint support_case_pkey primary key (support_case_id),
  constraint support_case_seq_key unique (seq),
  constraint support_case_person_id_fkey
    foreign key (person_id) references core.person (person_id),
  constraint support_case_provider_id_fkey
    foreign key (provider_id) references core.provider (provider_id),
  constraint support_case_booking_id_fkey
    foreign key (booking_id) references core.booking (booking_id),
  constraint support_case_texts_are_short
    check (length(title) <= 200 and length(description) <= 10000 and length(resolution) <= 10000
           and length(booking_ref) <= 100),
  constraint support_case_kind_is_word check (kind ~ '^[a-z][a-z0-9_]{0,59}$'),
  constraint support_case_status_is_known
    check (status in ('open', 'in_progress', 'resolved', 'closed')),
  constraint support_case_priority_is_known
    check (priority in ('low', 'normal', 'high', 'urgent')),
  constraint support_case_resolved_says_when
    check ((status in ('resolved', 'closed')) = (resolved_at is not null))
);

alter table core.support_case enable row level security;
alter table core.support_case force row level security;

create index support_case_person_id_idx on core.support_case (person_id, created_at desc);
create index support_case_provider_id_idx on core.support_case (provider_id)
  where provider_id is not null;
create index support_case_booking_id_idx on core.support_case (booking_id)
  where booking_id is not null;
create index support_case_waiting_idx on core.support_case (priority, created_at)
  where status in ('open', 'in_progress');

comment on table core.support_case is
  'What somebody reports to the house. The provider it is about does not see it.';
comment on column core.support_case.booking_ref is
  'What the person wrote as the booking. booking_id is set where it is one of theirs.';
comment on column core.support_case.kind is
  'booking_issue, payment_issue, provider_conduct, or another word of the front end.';

create table core.case_attachment (
  case_attachment_id uuid,
  support_case_id    uuid not null,
  position           integer not null,
  url                text not null,
  name               text,

  constraint case_attachment_pkey primary key (case_attachment_id),
  constraint case_attachment_support_case_id_position_key unique (support_case_id, position),
  constraint case_attachment_support_case_id_fkey
    foreign key (support_case_id) references core.support_case (support_case_id)
    on delete cascade,
  constraint case_attachment_url_is_web check (url ~* '^https?://' and length(url) <= 2000),
  constraint case_attachment_name_is_short check (length(name) <= 200)
);

alter table core.case_attachment enable row level security;
alter table core.case_attachment force row level security;

comment on table core.case_attachment is
  'Links to what proves a case. The files are where the front end keeps them.';
