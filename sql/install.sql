-- The database, from nothing. Read this file as the table of contents.
--
--   psql "$DATABASE_URL" --file sql/install.sql
--
-- State is created once; code, lenses and permissions are replaced whole every time. All of
-- it is one transaction, and two deploys cannot meet. `convene deploy` runs this same file:
-- it knows \ir, and the one \if below.

\set ON_ERROR_STOP on
begin;
select pg_advisory_xact_lock(hashtext('convene deploy'));
set local search_path = pg_catalog, pg_temp;
set local client_min_messages = warning;
select to_regnamespace('core') is null as fresh \gset

-- Roles belong to the cluster, not to the database.
\ir schema/role.sql

-- Nouns: state, changed only by migrations once released.
\if :fresh
\ir schema/foundation.sql
\ir schema/identity.sql
\ir schema/session.sql
\ir schema/one_time_token.sql
\ir schema/signing_key.sql
\ir schema/rate_limit.sql
\ir schema/marketplace.sql
\ir schema/person.sql
\ir schema/provider.sql
\ir schema/customer.sql
\ir schema/cancellation.sql
\ir schema/offering.sql
\ir schema/availability.sql
\ir schema/slot.sql
\ir schema/occupancy.sql
\ir schema/booking.sql
\ir schema/waitlist.sql
\ir schema/coupon.sql
\ir schema/order.sql
\ir schema/payment.sql
\ir schema/refund.sql
\ir schema/dispute.sql
\ir schema/stripe_command.sql
\ir schema/stripe_event.sql
\ir schema/ledger.sql
\ir schema/earning.sql
\ir schema/payout_account.sql
\ir schema/payout.sql
\ir schema/reconciliation.sql
\ir schema/review.sql
\ir schema/notification.sql
\ir schema/outbox.sql
\ir schema/audit.sql
\endif

-- The slate: lenses and permissions are rebuilt from nothing.
\ir policies/clear.sql

-- Verbs: code, replaced on every deploy.
\ir functions/foundation.sql
\ir functions/marketplace.sql
\ir functions/audit.sql
\ir functions/notification.sql
\ir functions/outbox.sql
\ir functions/message.sql
\ir functions/delivery.sql
\ir functions/reminder.sql
\ir functions/person.sql
\ir functions/provider.sql
\ir functions/customer.sql
\ir functions/identity.sql
\ir functions/rate_limit.sql
\ir functions/signing_key.sql
\ir functions/session.sql
\ir functions/one_time_token.sql
\ir functions/sign_up.sql
\ir functions/account.sql
\ir functions/verification.sql
\ir functions/account_admin.sql
\ir functions/offering.sql
\ir functions/horizon.sql
\ir functions/occupancy.sql
\ir functions/slot.sql
\ir functions/availability.sql
\ir functions/ledger.sql
\ir functions/wallet.sql
\ir functions/coupon.sql
\ir functions/payout_account.sql
\ir functions/stripe_command.sql
\ir functions/stripe_result.sql
\ir functions/order.sql
\ir functions/earning.sql
\ir functions/payment.sql
\ir functions/settlement.sql
\ir functions/payment_of_booking.sql
\ir functions/refund.sql
\ir functions/dispute.sql
\ir functions/stripe_event.sql
\ir functions/payout.sql
\ir functions/payout_plan.sql
\ir functions/payout_leg.sql
\ir functions/payout_reversal.sql
\ir functions/payout_control.sql
\ir functions/balance_transaction.sql
\ir functions/reconciliation.sql
\ir functions/party.sql
\ir functions/booking.sql
\ir functions/checkout.sql
\ir functions/waitlist.sql
\ir functions/cancellation.sql
\ir functions/reschedule.sql
\ir functions/attendance.sql
\ir functions/review.sql
\ir functions/privacy.sql
\ir functions/erasure.sql

-- Functions that no file of this deploy made are stale.
\ir functions/prune.sql

-- Lenses: one schema of views per system.
\ir views/tutoring.sql
\ir views/tutoring_write.sql
\ir views/tutoring_call.sql

-- Permissions: a privilege that no file grants does not exist.
\ir policies/foundation.sql
\ir policies/identity.sql
\ir policies/session.sql
\ir policies/one_time_token.sql
\ir policies/signing_key.sql
\ir policies/rate_limit.sql
\ir policies/account_admin.sql
\ir policies/marketplace.sql
\ir policies/person.sql
\ir policies/provider.sql
\ir policies/customer.sql
\ir policies/offering.sql
\ir policies/cancellation.sql
\ir policies/availability.sql
\ir policies/slot.sql
\ir policies/occupancy.sql
\ir policies/booking.sql
\ir policies/waitlist.sql
\ir policies/attendance.sql
\ir policies/coupon.sql
\ir policies/order.sql
\ir policies/payment.sql
\ir policies/refund.sql
\ir policies/dispute.sql
\ir policies/stripe_command.sql
\ir policies/stripe_event.sql
\ir policies/ledger.sql
\ir policies/earning.sql
\ir policies/payout_account.sql
\ir policies/payout.sql
\ir policies/reconciliation.sql
\ir policies/review.sql
\ir policies/notification.sql
\ir policies/outbox.sql
\ir policies/audit.sql
\ir policies/privacy.sql
\ir policies/lens.sql
commit;
