-- Either side keeps its own notes of a booking; the function checks which side it is.

grant execute on function api.annotate_booking to authenticated;
