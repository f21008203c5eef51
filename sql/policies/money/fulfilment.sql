-- A seller looks at their sales and says what was sent; the functions check whose line it is.

grant execute on function api.move_fulfilment, api.my_sales to authenticated;
