-- What people are told: the types of messages, the rows they read in the app, and which mail they
-- do not want.

create table core.notification_type (
  type         text,
  title        text not null,
  is_essential boolean not null default false,
  is_urgent    boolean not null default false,

  constraint notification_type_pkey primary key (type),
  constraint notification_type_is_word check (type ~ '^[a-z][a-z0-9_.]{1,60}$'),
  constraint notification_type_title_is_short check (length(title) between 1 and 100)
);

insert into core.notification_type (type, title, is_essential, is_urgent)
values
  ('auth.email',               'Sign-in message',          true,  true),
  ('booking_requested',        'Booking requested',        false, true),
  ('booking_confirmed',        'Booking confirmed',        true,  true),
  ('booking_cancelled',        'Booking cancelled',        true,  true),
  ('booking_declined',         'Booking declined',         true,  true),
  ('booking_rescheduled',      'Booking rescheduled',      true,  true),
  ('booking_move_proposed',    'Another time proposed',    true,  true),
  ('booking_move_declined',    'Proposed time declined',   false, true),
  ('booking_completed',        'Booking completed',        false, false),
  ('booking_no_show_customer', 'Customer did not come',    false, false),
  ('booking_no_show_provider', 'Provider did not come',    false, false),
  ('booking_reminder',         'Booking coming up',        false, true),
  ('waitlist_offer',           'A seat is free',           false, true),
  ('waitlist_called_off',      'A time was called off',    false, true),
  ('message_received',         'New message',              false, false),
  ('case_answered',            'Answer from support',      false, false),
  ('review_received',          'New review',               false, false),
  ('course_enrolled',          'Course bought',            false, false),
  ('course_completed',         'Course completed',         false, false),
  ('payment_captured',         'Payment received',         true,  false),
  ('goods_ordered',            'Something to send',        false, false),
  ('goods_shipped',            'Goods on their way',       false, false),
  ('goods_delivered',          'Goods delivered',          false, false),
  ('goods_returned',           'Goods came back',          false, false),
  ('refund_opened',            'Refund on its way',        true,  false),
  ('refund_failed',            'Refund did not arrive',    true,  false),
  ('refund_settled',           'Refund paid another way',  true,  false),
  ('dispute_opened',           'Payment disputed',         true,  false),
  ('dispute_won',              'Dispute won',              true,  false),
  ('dispute_lost',             'Dispute lost',             true,  false),
  ('payout_paid',              'Payout on its way',        false, false),
  ('payout_failed',            'Payout failed',            true,  false),
  ('payout_reversed',          'Payout taken back',        true,  false),
  ('payout_bank_failed',       'Bank refused a payout',    true,  false),
  ('payout_account_changed',   'Bank details changed',     true,  true),
  ('mail_refused',             'Mail came back',           true,  false);

alter table core.notification_type enable row level security;
alter table core.notification_type force row level security;

comment on table core.notification_type is
  'The types of messages to persons. The mailer has a template for each but mail_refused.';
comment on column core.notification_type.is_essential is
  'Whether the mail is sent whatever its receiver prefers.';
comment on column core.notification_type.is_urgent is
  'Whether the mail is sent during its receiver''s quiet hours.';

create table core.notification (
  notification_id uuid,
  seq             integer generated always as identity,
  person_id       uuid not null,
  type            text not null,
  payload         jsonb not null default '{}',
  created_at      timestamptz not null default now(),
  read_at         timestamptz,

  constraint notification_pkey primary key (notification_id),
  constraint notification_seq_key unique (seq),
  constraint notification_person_id_fkey
    foreign key (person_id) references core.person (person_id)
);

alter table core.notification enable row level security;
alter table core.notification force row level security;

create index notification_person_idx on core.notification (person_id, created_at desc);

comment on table core.notification is 'What a person sees in the app. The payload carries ids.';
comment on column core.notification.type is
  'A notification_type. No foreign key: internal.notify, the only writer, checks it.';

create table core.notification_preference (
  person_id   uuid,
  type        text,
  wants_email boolean not null,
  updated_at  timestamptz not null default now(),

  constraint notification_preference_pkey primary key (person_id, type),
  constraint notification_preference_person_id_fkey
    foreign key (person_id) references core.person (person_id) on delete cascade,
  constraint notification_preference_type_fkey
    foreign key (type) references core.notification_type (type) on delete cascade
);

alter table core.notification_preference enable row level security;
alter table core.notification_preference force row level security;

create index notification_preference_type_idx on core.notification_preference (type);

comment on table core.notification_preference is
  'Whether a person wants mail of a type. Without a row they do. Essential mail is always sent.';

create table core.quiet_hours (
  person_id  uuid,
  begins     time not null,
  ends       time not null,
  updated_at timestamptz not null default now(),

  constraint quiet_hours_pkey primary key (person_id),
  constraint quiet_hours_person_id_fkey
    foreign key (person_id) references core.person (person_id) on delete cascade,
  constraint quiet_hours_are_hours check (begins <> ends)
);

alter table core.quiet_hours enable row level security;
alter table core.quiet_hours force row level security;

comment on table core.quiet_hours is
  'When a person gets only urgent mail, by the clock of their zone. They may span midnight.';
