-- Who sees what through a lens, as one letter or a few names.

-- Of the rows that belong to the two bookings of the test's table `pair`: - none, s those of one,
-- S both, x may not be named.
create or replace function tests.rows_seen(p_lens text, p_who text, p_view text, p_column text)
returns text
language plpgsql
as $$
declare
  v_seen integer;
begin
  perform tests.act_as_any(p_who);
  begin
    execute format('select count(distinct %1$I) from %3$I.%2$I where %1$I::text in (
      select unnest(array[customer_id, provider_id, booking_id, offering_id, id])::text from pair)',
      p_column, p_view, p_lens) into v_seen;
  exception when insufficient_privilege then
    v_seen := -1;
  end;
  perform tests.act_as_nobody();
  return case v_seen when -1 then 'x' when 0 then '-' when 1 then 's' else 'S' end;
end
$$;

-- Of which people of Alice, Bob, Cara, Tara and Uwe a column is seen: their names, - none, x may
-- not be named.
create or replace function tests.people_seen(
  p_lens text, p_who text, p_view text, p_key text, p_column text)
returns text
language plpgsql
as $$
declare
  v_seen text;
begin
  perform tests.act_as_any(p_who);
  begin
    execute format('select coalesce(string_agg(n, '' '' order by n), ''-'')
      from unnest(array[''alice'', ''bob'', ''cara'', ''tara'', ''uwe'']) as n
      join %I.%I as v on v.%I = tests.id(n) where v.%I is not null',
      p_lens, p_view, p_key, p_column)
      into v_seen;
  exception when insufficient_privilege then
    v_seen := 'x';
  end;
  perform tests.act_as_nobody();
  return v_seen;
end
$$;
