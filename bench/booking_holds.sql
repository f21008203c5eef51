-- Unpaid holds for bench/booking_by_hand.sh, after bench/booking.sql: of other people, in slots of
-- their own a month ahead.
create procedure bench.hold(p_count integer)
language plpgsql
as $$
declare
  v_experts constant integer := (select count(*) from core.provider);
begin
  if not exists (select from core.customer as c where c.customer_id = bench.id(22, p_count)) then
    insert into core.person (person_id, display_name)
    select bench.id(22, n), 'other ' || n from generate_series(1, p_count) as n;
    insert into core.customer (customer_id)
    select bench.id(22, n) from generate_series(1, p_count) as n;
    insert into core.slot (slot_id, offering_id, provider_id, starts_at, ends_at)
    select bench.id(24, n), bench.id(3, n % v_experts), bench.id(1, n % v_experts), t,
           t + interval '1 hour'
    from generate_series(1, p_count) as n,
         lateral (select date_trunc('hour', now()) + interval '30 days'
                         + n / v_experts * interval '90 minutes') as at(t);
  end if;
  for n in 1 .. p_count loop
    perform set_config('app.user_id', bench.id(22, n)::text, true);
    perform from api.book_slot(bench.id(22, n), bench.id(24, n));
  end loop;
end
$$;

create procedure bench.end_holds()
language sql
as $$
  update core.booking set status = 'expired' where status = 'pending_payment';
  update core.slot set holds = '{}' where holds <> '{}';
  delete from core.occupancy where expires_at is not null;
$$;
