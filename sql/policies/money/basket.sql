-- A customer orders; the clock ends what was not paid.

grant execute on function api.place_order to authenticated;
