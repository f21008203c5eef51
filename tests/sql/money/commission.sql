-- Commissions: agreed with a provider, frozen on the line; and who bears a coupon of the house.

begin;
select plan(15);

select tests.offer('a', 'tara', 10000);
select tests.offer('b', 'tara', 10000, p_starts => now() + interval '11 days');
select tests.offer('c', 'tara', 10000, p_starts => now() + interval '12 days');
select tests.make_staff('sam');
select tests.introduce('ada');
insert into core.person_role (person_id, role_id)
select tests.id('ada'), role_id from core.role where name in ('staff', 'admin');
select tests.book('a', 'alice');

select tests.act_as('tara');
select throws_ok($$ select api.set_commission(tests.id('tara'), 0) $$, 'M3301', 'staff_only',
  'a provider cannot set their own commission');
select tests.act_as('sam');
select throws_ok($$ select api.set_commission(tests.id('tara'), 0) $$, 'M3302', 'admin_only',
  'staff without the role of an administrator cannot set a commission');
select tests.act_as('ada');
select throws_ok($$ select api.set_commission(tests.id('alice'), 0) $$, 'M4001',
  'provider_not_found', 'a commission is agreed with a provider alone');
select throws_ok($$ select api.set_commission(tests.id('tara'), 10001) $$, 'M0314',
  'commission_invalid', 'a commission of more than everything is refused');
select is(api.set_commission(tests.id('tara'), 1000), 1000, 'an administrator agrees on a commission');
select tests.act_as_nobody();
select tests.book('b', 'alice');
select tests.act_as('ada');
select is(api.set_commission(tests.id('tara'), null), 1500,
  'without an agreement the commission of the marketplace holds again');
select tests.act_as_nobody();
select results_eq('select title, commission_bp, commission_minor from core.order_line order by title',
  $$ values ('a', 1500, 1500::bigint), ('b', 1000, 1000) $$,
  'a line keeps the commission at which it was ordered');
select is((select count(*) from core.audit_log where action = 'set_commission'), 2::bigint,
  'the audit log has each agreement');
select is_empty('select * from core.commission', 'an agreement that has ended is gone');

-- A coupon of the house over 1200, and one over 9000.
select tests.act_as_nobody();
insert into core.coupon (coupon_id, code, kind, amount_minor, currency, per_customer)
values (tests.id('s'), 'SMALL', 'amount', 1200, 'EUR', 99),
       (tests.id('l'), 'LARGE', 'amount', 9000, 'EUR', 99);
insert into core.coupon (coupon_id, code, provider_id, kind, amount_minor, currency, per_customer)
values (tests.id('o'), 'OWN', tests.id('tara'), 'amount', 1200, 'EUR', 99);
create function parts(p_by text, p_coupon text) returns text language plpgsql as $$
declare
  v_payment_id uuid;
begin
  update core.marketplace set house_coupon_by = p_by;
  v_payment_id := tests.basket('alice', p_coupon, 'c');
  update core.booking set status = 'expired' where slot_id = tests.id('c');
  update core.slot set holds = '{}' where slot_id = tests.id('c');
  return (select l.commission_minor - l.subsidy_minor || ' '
                 || l.total_minor - l.commission_minor + l.subsidy_minor
          from core.order_line as l join core.payment as p using (order_id)
          where p.payment_id = v_payment_id);
end $$;
select is(parts('shared', 'SMALL'), '1320 7480', 'a coupon of the house can be borne by both');
select is(parts('house', 'SMALL'), '300 8500', 'a coupon of the house can be borne by the house');
select is(parts('house', 'LARGE'), '-7500 8500',
  'the house bears its coupon beyond its commission, and the seller gets what they get without it');
select is(parts('seller', 'SMALL'), '1500 7300', 'a coupon of the house can be borne by the seller');
select is(parts('seller', 'LARGE'), '1000 0', 'the house takes no more than the customer pays');
select is(parts('house', 'OWN'), '1320 7480', 'a coupon of the seller''s own lowers the sale itself');
select * from finish();
rollback;
