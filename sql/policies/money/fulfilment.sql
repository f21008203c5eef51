-- A seller looks at their sales and says what was sent; the functions check whose line it is.

grant execute on function api.move_fulfilment, api.my_sales to authenticated;

-- Of a line that its reader sees.
grant execute on function internal.line_status to authenticated, service_role;
