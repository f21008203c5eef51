-- Rows may be saved whole, as they were read. The grants of a lens list the columns that are
-- written. Every other column may be sent too, as long as its value is the one that was read: a
-- trigger that runs before the one that writes compares them.
--
-- One of the few places that build SQL from text: names come from the catalog.

do $$
declare
  v_view    record;
  v_command text;
  v_role    text;
begin
  -- In the order of the columns, so that two databases get the same triggers.
  for v_view in
    select c.oid::regclass as name, c.oid as id,
           array_agg(a.attname order by a.attnum) as columns,
           coalesce(array_agg(a.attname order by a.attnum) filter (
             where has_column_privilege('authenticated', c.oid, a.attnum, 'insert')), '{}')
             as inserted,
           coalesce(array_agg(a.attname order by a.attnum) filter (
             where has_column_privilege('authenticated', c.oid, a.attnum, 'update')), '{}')
             as updated,
           (array_agg(a.attname) filter (where a.attname = 'uuid')
            || array_agg(a.attname) filter (where a.attname = 'id'))[1] as key
    from pg_class as c
    join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0
    where c.relkind = 'v'
      and c.relnamespace in (select to_regnamespace(w.schema) from internal.wanted_lenses() as w)
    group by c.oid
  loop
    foreach v_command in array array['insert', 'update'] loop
      continue when '{}' = case v_command when 'insert' then v_view.inserted
                                          else v_view.updated end;
      execute format(
        -- Triggers run in the order of their names, so this one is the first.
        'create trigger _%2$s_as_read instead of %2$s on %1$s for each row execute function '
        'internal.on_row_sent(%3$L, %4$L%5$s)',
        v_view.name, v_command, v_view.inserted, v_view.updated, ', ' || quote_literal(v_view.key));
      foreach v_role in array array['authenticated', 'service_role'] loop
        if has_any_column_privilege(v_role, v_view.id, v_command) then
          execute format('grant %s (%s) on %s to %I', v_command,
                         (select string_agg(quote_ident(k.name), ', ')
                          from unnest(v_view.columns) as k(name)),
                         v_view.name, v_role);
        end if;
      end loop;
    end loop;
  end loop;
end
$$;
