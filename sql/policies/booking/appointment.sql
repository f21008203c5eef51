-- Customers book a time they ask for, and move it.

grant execute on function api.book_time, api.move_appointment to authenticated;
grant execute on function internal.sells_hours to authenticated, service_role;
