-- Customers book a time they ask for.

grant execute on function api.book_time to authenticated;
