-- What became of each message that was sent.
--
--   waiting -> sent | refused | skipped

create table core.delivery (
  outbox_id       uuid,
  state           text not null default 'waiting',
  attempts        integer not null default 0,
  claimed_until   timestamptz,
  detail          text,
  unsubscribe_key uuid not null default gen_random_uuid(),
  created_at      timestamptz not null default now(),
  settled_at      timestamptz,

  constraint delivery_pkey primary key (outbox_id),
  constraint delivery_outbox_id_fkey
    foreign key (outbox_id) references core.outbox (outbox_id) on delete cascade,
  constraint delivery_unsubscribe_key_key unique (unsubscribe_key),
  constraint delivery_state_is_known check (state in ('waiting', 'sent', 'refused', 'skipped')),
  constraint delivery_settled_says_when check ((state = 'waiting') = (settled_at is null)),
  constraint delivery_attempts_not_negative check (attempts >= 0),
  constraint delivery_detail_is_short check (length(detail) <= 500)
);

alter table core.delivery enable row level security;
alter table core.delivery force row level security;

comment on table core.delivery is
  'What became of each message. It keeps one message from becoming two mails.';
comment on column core.delivery.claimed_until is
  'Until then only one mailer may send it. If it passes without an outcome, that mailer has died.';
comment on column core.delivery.detail is 'What the mail server answered, or why nothing was sent.';
comment on column core.delivery.unsubscribe_key is
  'The key in the mail''s unsubscribe link. Whoever knows it may turn off mail of this type.';
