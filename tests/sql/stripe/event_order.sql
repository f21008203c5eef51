-- Histories of Stripe's events: in whatever order they come, and twice, the end is the same.
-- Here every twenty-fourth order of each; tests/it/stripe_webhook.rs can try all of them.

begin;
select plan(7);

select tests.offer('instant', 'tara', 10001);
select tests.offer('request', 'tara', 10001, p_mode => 'request',
                   p_starts => now() + interval '20 days');
create table of as
select tests.book('instant', 'alice') as instant, tests.book('request', 'alice') as request;

select results_eq(
  format($$ select tried, unequal, example from tests.unequal_orders(
              tests.history((select %I from of), %L), 24, %L) $$, h.slot, h.name, h.passing),
  $$ values (30::bigint, 0::bigint, null::text) $$,
  format('the history "%s" ends the same in every order of its events', h.name))
from (values
  ('paid after trouble', 'instant', false),
  ('refunded at Stripe', 'instant', false),
  ('dispute lost', 'instant', false),
  ('dispute won', 'instant', false),
  ('inquiry', 'instant', false),
  ('captured at Stripe', 'request', true),
  ('authorisation lapsed', 'request', true)
) as h(name, slot, passing);

select * from finish();
rollback;
