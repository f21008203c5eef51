-- Conversations: of two people, of whom there is one, or of a group.

create table core.conversation (
  conversation_id uuid,
  seq             integer generated always as identity,
  kind            text not null,
  first_id        uuid,
  second_id       uuid,
  opened_by       uuid not null,
  title           text,
  created_at      timestamptz not null default now(),
  last_message_at timestamptz,
  is_answered     boolean not null default false,

  constraint conversation_pkey primary key (conversation_id),
  constraint conversation_seq_key unique (seq),
  constraint conversation_pair_key unique (first_id, second_id),
  constraint conversation_first_id_fkey
    foreign key (first_id) references core.person (person_id),
  constraint conversation_second_id_fkey
    foreign key (second_id) references core.person (person_id),
  constraint conversation_opened_by_fkey
    foreign key (opened_by) references core.person (person_id),
  constraint conversation_kind_is_known check (kind in ('pair', 'group')),
  constraint conversation_pair_is_of_two
    check ((kind = 'pair') = (first_id is not null and second_id is not null)
           and (kind = 'pair' or first_id is null and second_id is null)),
  constraint conversation_pair_is_sorted check (first_id < second_id),
  constraint conversation_title_is_short check (length(title) <= 200)
);

alter table core.conversation enable row level security;
alter table core.conversation force row level security;

create index conversation_second_id_idx on core.conversation (second_id);
create index conversation_opened_by_idx on core.conversation (opened_by, created_at);

comment on table core.conversation is
  'A conversation of two people or of a group. Two people have one: their ids, sorted, are a key.';
comment on column core.conversation.first_id is
  'The smaller id of a pair. Null in a group, whose people are in conversation_member alone.';

comment on column core.conversation.is_answered is
  'Whether anybody but who began it has written. Until then they do not see who the other is.';

create table core.conversation_member (
  conversation_id uuid,
  person_id       uuid,
  joined_at       timestamptz not null default now(),

  constraint conversation_member_pkey primary key (conversation_id, person_id),
  constraint conversation_member_conversation_id_fkey
    foreign key (conversation_id) references core.conversation (conversation_id),
  constraint conversation_member_person_id_fkey
    foreign key (person_id) references core.person (person_id)
);

alter table core.conversation_member enable row level security;
alter table core.conversation_member force row level security;

create index conversation_member_person_id_idx on core.conversation_member (person_id);

comment on table core.conversation_member is 'The people of a conversation, of a pair too.';

create table core.message (
  message_id      uuid,
  seq             integer generated always as identity,
  conversation_id uuid not null,
  sender_id       uuid not null,
  recipient_id    uuid,
  body            text not null,
  is_masked       boolean not null default false,
  created_at      timestamptz not null default now(),

  constraint message_pkey primary key (message_id),
  constraint message_seq_key unique (seq),
  constraint message_conversation_id_fkey
    foreign key (conversation_id) references core.conversation (conversation_id),
  constraint message_sender_id_fkey foreign key (sender_id) references core.person (person_id),
  constraint message_recipient_id_fkey
    foreign key (recipient_id) references core.person (person_id),
  constraint message_not_to_oneself check (sender_id <> recipient_id),
  constraint message_body_is_short check (length(body) <= 5000)
);

alter table core.message enable row level security;
alter table core.message force row level security;

create index message_conversation_id_idx on core.message (conversation_id, seq desc);
create index message_sender_id_idx on core.message (sender_id, created_at);
create index message_recipient_id_idx on core.message (recipient_id, seq desc);

comment on table core.message is
  'A message of a conversation. It is never changed: its words go when its sender is erased.';
comment on column core.message.recipient_id is
  'The other person of a pair; null in a group.';
comment on column core.message.is_masked is
  'Whether contact details were taken out; moderators find them in message_original.';

create table core.message_original (
  message_id uuid,
  body       text not null,

  constraint message_original_pkey primary key (message_id),
  constraint message_original_message_id_fkey
    foreign key (message_id) references core.message (message_id),
  constraint message_original_body_is_short check (length(body) <= 5000)
);

alter table core.message_original enable row level security;
alter table core.message_original force row level security;

comment on table core.message_original is
  'What was written where contact details were taken out. Moderators read it, through a function.';

create table core.message_receipt (
  message_id uuid,
  person_id  uuid,
  read_at    timestamptz not null default now(),

  constraint message_receipt_pkey primary key (message_id, person_id),
  constraint message_receipt_message_id_fkey
    foreign key (message_id) references core.message (message_id),
  constraint message_receipt_person_id_fkey
    foreign key (person_id) references core.person (person_id)
);

alter table core.message_receipt enable row level security;
alter table core.message_receipt force row level security;

create index message_receipt_person_id_idx on core.message_receipt (person_id);

comment on table core.message_receipt is
  'Who has read which message. A reader writes their own; the sender sees it.';
