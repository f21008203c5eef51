-- Either side of a booking may move it; the function checks the side and the time.

grant execute on function api.reschedule_booking to authenticated;
