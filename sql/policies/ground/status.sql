-- What a status says is no secret: views ask it as the caller.

grant execute on function
  internal.takes_seat, internal.is_secured, internal.is_coming, internal.is_bought,
  internal.is_earned, internal.is_called_off
  to anon, authenticated, service_role;
