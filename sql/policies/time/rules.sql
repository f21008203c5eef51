-- Everybody reads the rules an offering is booked by; its provider sets them through the function.

grant execute on function api.booking_rules to anon, authenticated, definer;
grant execute on function api.set_booking_rules, internal.rule_number to authenticated;
