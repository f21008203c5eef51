-- Who may manage accounts: a server with the secret key, through the auth Lambda. One of these
-- functions ends in another.

grant execute on function api.auth_get_user, api.auth_change_user to definer;
