-- Staff sends a command again that Stripe has refused.

grant execute on function api.retry_stripe_command to authenticated;
