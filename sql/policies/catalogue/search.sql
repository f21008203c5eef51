-- Everybody may look.

grant execute on function api.search_offerings, api.search_places, api.search_providers to anon, authenticated;
