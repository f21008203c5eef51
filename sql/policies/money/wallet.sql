-- A provider reads their own wallet; staff adjusts one.

grant execute on function api.my_wallet, api.my_statement, api.adjust_wallet to authenticated;
