-- The provider and staff correct how a booking went; the function checks the side and the time.

grant execute on function api.correct_attendance to authenticated;
