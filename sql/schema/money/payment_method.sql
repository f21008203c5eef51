-- Payment methods: the cards with which somebody has paid, as Stripe names them.

create table core.payment_method (
  payment_method_id uuid,
  person_id         uuid not null,
  external_id       text not null,
  kind              text not null default 'card',
  brand             text,
  last4             text,
  created_at        timestamptz not null default now(),
  last_used_at      timestamptz not null default now(),

  constraint payment_method_pkey primary key (payment_method_id),
  constraint payment_method_person_id_external_id_key unique (person_id, external_id),
  constraint payment_method_person_id_fkey
    foreign key (person_id) references core.person (person_id),
  constraint payment_method_last4_is_four_digits check (last4 ~ '^\d{4}$'),
  constraint payment_method_words_are_short
    check (length(external_id) <= 255 and length(kind) <= 40 and length(brand) <= 40)
);

alter table core.payment_method enable row level security;
alter table core.payment_method force row level security;

comment on table core.payment_method is
  'Brand and last four digits of the cards somebody has paid with. The card itself is at Stripe.';
comment on column core.payment_method.external_id is
  'Stripe''s fingerprint of the card, or the id of the payment method where it has none.';
