-- Staff lets a command be sent again that was set aside.

grant execute on function api.retry_stripe_command to authenticated;
