-- A person erases themselves.

grant execute on function api.erase_me to authenticated;
