-- A customer asks for the payment of their own booking; the checkout Lambda asks for them.

grant execute on function api.booking_checkout, api.payment_to_make, api.check_out_slot,
  api.check_out_items to authenticated;
