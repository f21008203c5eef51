-- A customer asks what something would cost.

grant execute on function internal.quote_lines, internal.quote_sums
  to authenticated, service_role;
grant execute on function api.quote_booking, api.quote_order to authenticated;
