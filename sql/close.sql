-- What is done for the database itself, and is in no dump of it: a deploy does it even if nothing else
-- is to be done.
--
-- A temporary table of a caller's could stand in the way of a name of ours. Whoever shares this
-- database is asked for it in docs/operations.md.

do $$
begin
  if has_database_privilege('public', current_database(), 'temporary') then
    execute format('revoke temporary on database %I from public', current_database());
  end if;
end
$$;
