-- The house alone asks Stripe. When it last did is kept with what it asked for.

grant update (asked_at) on core.payment to definer;
grant update (asked_at) on core.refund to definer;
grant update (asked_at) on core.dispute to definer;
grant update (asked_at) on core.payout_account to definer;
