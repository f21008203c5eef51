-- A person erases themselves.

grant execute on function api.erase_me, api.erase_person to authenticated;
