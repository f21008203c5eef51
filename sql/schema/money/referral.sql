-- Referrals: who brought whom, and the bonus for it.
--
--   claimed -> rewarded -> reversed

create table core.referral_code (
  person_id  uuid,
  code       text not null,
  created_at timestamptz not null default now(),

  constraint referral_code_pkey primary key (person_id),
  constraint referral_code_code_key unique (code),
  constraint referral_code_person_id_fkey
    foreign key (person_id) references core.person (person_id),
  constraint referral_code_is_short check (length(code) between 4 and 20)
);

alter table core.referral_code enable row level security;
alter table core.referral_code force row level security;

comment on table core.referral_code is 'The word by which a person brings others. Each has one.';

create table core.referral (
  referral_id  uuid,
  seq          integer generated always as identity,
  referrer_id  uuid not null,
  referee_id   uuid not null,
  status       text not null default 'claimed',
  reward_minor bigint not null,
  currency     text not null,
  booking_id   uuid,
  created_at   timestamptz not null default now(),
  rewarded_at  timestamptz,
  reversed_at  timestamptz,

  constraint referral_pkey primary key (referral_id),
  constraint referral_seq_key unique (seq),
  constraint referral_referee_id_key unique (referee_id),
  constraint referral_referrer_id_fkey
    foreign key (referrer_id) references core.person (person_id),
  constraint referral_referee_id_fkey foreign key (referee_id) references core.person (person_id),
  constraint referral_currency_fkey foreign key (currency) references core.currency (currency),
  constraint referral_booking_id_fkey
    foreign key (booking_id) references core.booking (booking_id),
  constraint referral_never_oneself check (referrer_id <> referee_id),
  constraint referral_status_is_known check (status in ('claimed', 'rewarded', 'reversed')),
  constraint referral_reward_not_negative check (reward_minor >= 0),
  constraint referral_reward_has_booking
    check ((status = 'claimed') = (booking_id is null)
           and (status = 'claimed') = (rewarded_at is null))
);

alter table core.referral enable row level security;
alter table core.referral force row level security;

create index referral_referrer_id_idx on core.referral (referrer_id, created_at desc);
create index referral_waiting_idx on core.referral (status, referee_id)
  where status in ('claimed', 'rewarded');
create index referral_currency_idx on core.referral (currency);
create index referral_booking_id_idx on core.referral (booking_id) where booking_id is not null;

comment on table core.referral is
  'Somebody brought somebody. The reward is due when the referee''s first paid booking took place.';
comment on column core.referral.reward_minor is
  'The marketplace''s referral_reward_minor when it was claimed.';
