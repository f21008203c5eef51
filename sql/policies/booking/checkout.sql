-- A customer asks for the payment of their own booking; the checkout Lambda asks for them.

grant execute on function api.booking_checkout to authenticated;
