-- A calendar feed is behind its functions alone: its owner makes and revokes it, and whoever knows
-- the key reads what it shows.

create policy all_definer on core.calendar_feed
  for all to definer
  using (true)
  with check (true);

grant select, insert, update, delete on core.calendar_feed to definer;

grant execute on function
  api.make_calendar_feed, api.remove_calendar_feed, api.calendar_feed
  to authenticated;
grant execute on function api.read_calendar_feed to anon, authenticated, service_role;
