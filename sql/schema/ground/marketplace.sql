-- The marketplace: the one row of settings of the business.

create table core.marketplace (
  is_only            boolean not null default true,
  name               text not null default 'Convene',
  default_currency   text not null default 'DKK',
  default_timezone   text not null default 'Europe/Copenhagen',
  commission_bp      integer not null default 1500,
  hold_min           integer not null default 15,
  max_holds          integer not null default 20,
  max_free           integer not null default 5,
  max_free_provider  integer not null default 2,
  max_free_a_day     integer not null default 5,
  max_cancels_a_day  integer not null default 10,
  max_offerings      integer not null default 100,
  max_coupons        integer not null default 200,
  max_slots          integer not null default 10000,
  max_waits          integer not null default 50,
  accept_within_min  integer not null default 2880,
  waitlist_offer_min integer not null default 30,
  cancel_grace_min   integer not null default 30,
  correct_within_min integer not null default 2880,
  slot_horizon_days  integer not null default 60,
  clearing_days      integer not null default 3,
  settlement_currencies text[] not null default '{DKK}',
  booking_mode       text not null default 'instant',
  payout_schedule    text not null default 'hourly',
  payout_min         jsonb not null default '{}',
  house_coupon_by    text not null default 'shared',
  review_window_days integer not null default 60,
  referral_reward_minor bigint not null default 0,
  support_email      text,
  updated_at         timestamptz not null default now(),

  constraint marketplace_pkey primary key (is_only),
  constraint marketplace_is_one_row check (is_only),
  constraint marketplace_default_currency_fkey
    foreign key (default_currency) references core.currency (currency),
  constraint marketplace_commission_in_range check (commission_bp between 0 and 10000),
  constraint marketplace_hold_in_range check (hold_min between 1 and 1440),
  constraint marketplace_max_holds_in_range check (max_holds between 1 and 100000),
  constraint marketplace_max_free_in_range check (
    max_free between 0 and 100000 and max_free_provider between 0 and 100000
    and max_free_a_day between 0 and 100000),
  constraint marketplace_max_cancels_in_range check (max_cancels_a_day between 1 and 100000),
  constraint marketplace_max_made_in_range check (
    max_offerings between 1 and 100000 and max_coupons between 0 and 100000
    and max_slots between 1 and 50000 and max_waits between 0 and 100000),
  constraint marketplace_accept_within_in_range check (accept_within_min between 1 and 8640),
  constraint marketplace_waitlist_offer_in_range check (waitlist_offer_min between 1 and 1440),
  constraint marketplace_cancel_grace_in_range check (cancel_grace_min between 0 and 10080),
  constraint marketplace_correct_within_in_range check (correct_within_min between 0 and 43200),
  constraint marketplace_slot_horizon_in_range check (slot_horizon_days between 1 and 730),
  constraint marketplace_clearing_in_range check (clearing_days between 0 and 90),
  constraint marketplace_referral_reward_in_range
    check (referral_reward_minor between 0 and 99999999),
  constraint marketplace_booking_mode_is_known check (booking_mode in ('instant', 'request')),
  constraint marketplace_payout_schedule_is_known
    check (payout_schedule in ('hourly', 'daily', 'weekly', 'monthly', 'manual')),
  constraint marketplace_payout_min_is_object check (jsonb_typeof(payout_min) = 'object'),
  constraint marketplace_house_coupon_by_is_known
    check (house_coupon_by in ('shared', 'house', 'seller')),
  constraint marketplace_review_window_in_range check (review_window_days between 1 and 3650)
);

alter table core.marketplace enable row level security;
-- Filled before it is forced: from then on the owner writes nothing either.
insert into core.marketplace default values;

alter table core.marketplace force row level security;

create index marketplace_default_currency_idx on core.marketplace (default_currency);

comment on table core.marketplace is
  'The settings of the business: exactly one row, because a database is one marketplace.';
comment on column core.marketplace.commission_bp is
  'The platform''s share of a sale, in hundredths of a percent.';
comment on column core.marketplace.settlement_currencies is
  'Currencies in which Stripe keeps a balance for the platform. Stripe would convert a charge in '
  'another currency and then refuse to transfer it, so such a price is refused when it is made.';
comment on column core.marketplace.booking_mode is
  'How a new offering is booked unless its provider says otherwise: at once, or on request.';
comment on column core.marketplace.payout_schedule is
  'How often a provider is paid by the schedule: at every run (hourly), at most once a day, a week '
  'or a month of default_timezone, or only when they ask for it (manual).';
comment on column core.marketplace.payout_min is
  'The least payout of a currency in minor units, {"DKK": 10000}; less waits. None by default.';
comment on column core.marketplace.house_coupon_by is
  'Who bears the discount of a coupon of the house: both in the shares of the sale (shared), the '
  'house up to its commission (house), or the seller (seller). Frozen on each line.';
comment on column core.marketplace.hold_min is
  'Minutes for which a seat is held while it is not paid.';
comment on column core.marketplace.max_holds is
  'Bookings that one customer may hold unpaid at a time, lest one empties a calendar for nothing.';
comment on column core.marketplace.max_free is
  'Coming bookings that cost nothing, of one customer.';
comment on column core.marketplace.max_free_provider is
  'Of these, with one provider; a provider may say another number.';
comment on column core.marketplace.max_free_a_day is
  'Bookings that cost nothing, made by one customer within 24 hours, called off or not.';
comment on column core.marketplace.max_cancels_a_day is
  'Bookings that one customer calls off within 24 hours before they book nothing more.';
comment on column core.marketplace.max_offerings is 'Offerings of one provider.';
comment on column core.marketplace.max_coupons is 'Coupons of one provider.';
comment on column core.marketplace.max_waits is 'Places on waitlists of one customer.';
comment on column core.marketplace.max_slots is
  'Coming slots that the hours of one provider make: what a change of hours may cost.';
comment on column core.marketplace.accept_within_min is
  'Minutes in which a provider must answer a request; less than the six days of an authorisation.';
comment on column core.marketplace.cancel_grace_min is
  'Minutes after a booking in which its customer can cancel it free of charge; 0 turns that off.';
comment on column core.marketplace.correct_within_min is
  'Minutes in which a provider may correct how a booking went; staff always may.';
comment on column core.marketplace.referral_reward_minor is
  'What somebody gets who brings somebody, in the default currency; 0 turns it off.';
comment on column core.marketplace.clearing_days is
  'Days after a booking has ended until its earnings can be paid out.';
