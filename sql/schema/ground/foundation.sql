-- The schemas, and the currencies.

create schema core;
create schema identity;
create schema api;
create schema internal;

comment on schema core is 'State: every business row. Callers have no usage here. Made by Convene.';
comment on schema identity is 'State: logins. Only the auth Lambda''s functions read it. Made by Convene.';
comment on schema api is 'Code: what a caller may run. Made by Convene.';
comment on schema internal is 'Code: triggers, predicates, steps of api functions. Made by Convene.';

create table core.currency (
  currency         text,
  exponent         smallint not null,
  charge_min_minor bigint not null default 1,
  charge_step      smallint not null default 1,

  constraint currency_pkey primary key (currency),
  constraint currency_is_iso_code check (currency ~ '^[A-Z]{3}$'),
  constraint currency_exponent_in_range check (exponent between 0 and 4),
  constraint currency_charge_min_positive check (charge_min_minor > 0),
  constraint currency_charge_step_positive check (charge_step > 0)
);

alter table core.currency enable row level security;
-- Filled before it is forced: from then on the owner writes nothing either.
insert into core.currency (currency, exponent, charge_min_minor, charge_step)
values
  ('AED', 2, 200, 1), ('AUD', 2, 50, 1), ('BGN', 2, 100, 1), ('BHD', 3, 250, 10),
  ('BRL', 2, 50, 1), ('CAD', 2, 50, 1), ('CHF', 2, 50, 1), ('CLP', 0, 600, 1),
  ('CNY', 2, 400, 1), ('CZK', 2, 1500, 1), ('DKK', 2, 250, 1), ('EGP', 2, 3000, 1),
  ('EUR', 2, 50, 1), ('GBP', 2, 30, 1), ('GHS', 2, 800, 1), ('HKD', 2, 400, 1),
  ('HUF', 2, 17500, 1), ('IDR', 2, 1000000, 1), ('ILS', 2, 200, 1), ('INR', 2, 50, 1),
  ('ISK', 2, 8000, 100), ('JOD', 3, 400, 10), ('JPY', 0, 50, 1), ('KES', 2, 8000, 1),
  ('KRW', 0, 800, 1), ('KWD', 3, 200, 10), ('MAD', 2, 600, 1), ('MXN', 2, 1000, 1),
  ('MYR', 2, 200, 1), ('NGN', 2, 100000, 1), ('NOK', 2, 300, 1), ('NPR', 2, 8000, 1),
  ('NZD', 2, 50, 1), ('OMR', 3, 250, 10), ('PHP', 2, 3500, 1), ('PLN', 2, 200, 1),
  ('QAR', 2, 250, 1), ('RON', 2, 200, 1), ('RWF', 0, 900, 1), ('SAR', 2, 250, 1),
  ('SEK', 2, 300, 1), ('SGD', 2, 50, 1), ('THB', 2, 1000, 1), ('TND', 3, 2000, 10),
  ('TRY', 2, 2500, 1), ('TWD', 2, 2000, 1), ('TZS', 2, 150000, 1), ('UAH', 2, 2500, 1),
  ('UGX', 2, 220000, 100), ('USD', 2, 50, 1), ('UYU', 2, 2500, 1), ('VND', 0, 15000, 1),
  ('XAF', 0, 400, 1), ('XOF', 0, 400, 1), ('ZAR', 2, 1000, 1);

alter table core.currency force row level security;

comment on table core.currency is
  'Currencies of ISO 4217 that can be used, with the minor units and minimums of Stripe.';
comment on column core.currency.exponent is
  'Decimal digits of a minor unit: JPY 0, USD 2, KWD 3. ISK and UGX have two at Stripe, which are '
  'always 00.';
comment on column core.currency.charge_min_minor is
  'The smallest charge that Stripe accepts, in minor units. Where Stripe lists none, it converts '
  'first and asks for half a dollar: then it is a little more than that.';
comment on column core.currency.charge_step is
  'A charge or refund is a multiple of this many minor units: 10 for the three-decimal '
  'currencies, 100 for ISK and UGX.';
