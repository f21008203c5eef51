-- A provider reads their own wallet; staff adjusts one, and gives bonuses.

grant execute on function
  api.my_wallet, api.my_totals, api.my_statement, api.my_statement_of, api.statement, api.adjust_wallet,
  api.grant_bonus, api.save_wallet, api.pay_order_from_wallet, api.order_from_wallet
  to authenticated;
