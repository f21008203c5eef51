-- Customers order; the clock ends unpaid orders.

grant execute on function api.place_order, api.order_course to authenticated;
