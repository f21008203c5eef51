-- The parties of a booking give seats of it back through a function, which checks the side.

grant execute on function api.keep_seats to authenticated;
