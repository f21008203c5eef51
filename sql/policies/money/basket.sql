-- Customers order; the clock ends unpaid orders.

grant execute on function api.place_order to authenticated;
