-- The database, from nothing. Read this file as the table of contents.
--
--   psql "$DATABASE_URL" --file sql/install.sql
--
-- For a new database, or to deploy the same release again. A database of an older release is
-- brought to this one by `convene deploy`, which also runs sql/migrations.
--
-- State is created once; code, lenses and permissions are replaced whole every time. All of
-- it is one transaction, and two deploys cannot meet. `convene deploy` runs this same file:
-- it knows \ir, \gset and the \ifs below.
--
-- An area is a folder of the same name under schema, functions and policies; a domain is a file
-- of the same name in each. Functions of a lower area do not call those of a higher one; the
-- exceptions are listed, with their reasons, in the test that holds it.

\set ON_ERROR_STOP on
begin;
select pg_advisory_xact_lock(hashtext('convene deploy'));
set local search_path = pg_catalog, pg_temp;
set local client_min_messages = warning;
\ir names.sql
select to_regnamespace('core') is null as fresh \gset

-- Roles belong to the cluster, not to the database.
\ir schema/ground/role.sql

-- Nouns: state, changed only by migrations once released. A table stands after those that it
-- refers to, so a few files stand outside their area's block.
\if :fresh
\ir schema/ground/foundation.sql
\ir schema/ground/marketplace.sql
\ir schema/ground/audit.sql
\ir schema/ground/clock.sql
\ir schema/people/person.sql
\ir schema/people/provider.sql
\ir schema/people/customer.sql
\ir schema/people/profile.sql
\ir schema/people/favorite.sql
\ir schema/people/location.sql
\ir schema/people/credential.sql
\ir schema/people/rate.sql
\ir schema/people/subject.sql
\ir schema/login/account.sql
\ir schema/login/session.sql
\ir schema/login/factor.sql
\ir schema/login/external.sql
\ir schema/login/one_time_token.sql
\ir schema/login/signing_key.sql
\ir schema/login/rate_limit.sql
\ir schema/booking/cancellation.sql
\ir schema/time/offering.sql
\ir schema/time/venue.sql
\ir schema/time/busy.sql
\ir schema/time/availability.sql
\ir schema/time/slot.sql
\ir schema/time/occupancy.sql
\ir schema/booking/call_off.sql
\ir schema/booking/booking.sql
\ir schema/booking/event.sql
\ir schema/booking/ticket.sql
\ir schema/booking/proposal.sql
\ir schema/booking/feed.sql
\ir schema/time/waitlist.sql
\ir schema/money/commission.sql
\ir schema/money/coupon.sql
\ir schema/catalogue/product.sql
\ir schema/catalogue/wish.sql
\ir schema/catalogue/category.sql
\ir schema/learning/course.sql
\ir schema/learning/content.sql
\ir schema/money/order.sql
\ir schema/learning/enrolment.sql
\ir schema/learning/progress.sql
\ir schema/learning/certificate.sql
\ir schema/money/payment.sql
\ir schema/money/receipt.sql
\ir schema/money/refund.sql
\ir schema/money/dispute.sql
\ir schema/stripe/command.sql
\ir schema/stripe/event.sql
\ir schema/stripe/event_cursor.sql
\ir schema/money/ledger.sql
\ir schema/money/earning.sql
\ir schema/payout/account.sql
\ir schema/payout/payout.sql
\ir schema/payout/leg.sql
\ir schema/payout/reversal.sql
\ir schema/stripe/balance_transaction.sql
\ir schema/stripe/reconciliation.sql
\ir schema/money/promotion.sql
\ir schema/money/referral.sql
\ir schema/money/payment_method.sql
\ir schema/booking/review.sql
\ir schema/booking/import.sql
\ir schema/community/block.sql
\ir schema/community/conversation.sql
\ir schema/community/support.sql
\ir schema/community/post.sql
\ir schema/community/report.sql
\ir schema/messages/notification.sql
\ir schema/messages/reminder.sql
\ir schema/messages/outbox.sql
\ir schema/messages/delivery.sql
\endif

-- The slate: code, lenses and permissions are made anew.
\ir lenses/list.sql
\ir close.sql
\ir clear.sql

-- Verbs: code, replaced on every deploy. Per area: what it is for, and in what order its parts
-- are used.

-- ground: what all stand on: the roles, who the caller is, refusals, money's currencies, the
-- settings of the marketplace, the audit log, what the clock sets aside, what lenses are written
-- with. Every other file uses
-- internal.user_id and internal.refuse.
\ir functions/ground/foundation.sql
\ir functions/ground/marketplace.sql
\ir functions/ground/audit.sql
\ir functions/ground/clock.sql
\ir functions/ground/status.sql
\ir functions/ground/lens.sql

-- people: who somebody is. A person comes first; provider and customer are parts of a person and
-- share the key. contact tells a number, location says where they are, credential what a provider has learned, rate what
-- an hour of theirs costs, subject whom a customer brings. privacy exports what is kept of a person, erasure removes it.
\ir functions/people/person.sql
\ir functions/people/staff.sql
\ir functions/people/provider.sql
\ir functions/people/customer.sql
\ir functions/people/contact.sql
\ir functions/people/location.sql
\ir functions/people/profile.sql
\ir functions/people/credential.sql
\ir functions/people/rate.sql
\ir functions/people/subject.sql
\ir functions/people/suspension.sql
\ir functions/people/favorite.sql
\ir functions/people/privacy.sql
\ir functions/people/erasure.sql

-- messages: what people are told. notification writes the row in the app and the outbox in the
-- transaction of the news, wording says it in its reader's language; the relay claims the outbox,
-- the mailer asks mail for the facts and delivery whether they are still to be sent; the clock runs
-- reminder.
\ir functions/messages/mail.sql
\ir functions/messages/wording.sql
\ir functions/messages/notification.sql
\ir functions/messages/outbox.sql
\ir functions/messages/delivery.sql
\ir functions/messages/reminder.sql

-- login: how somebody proves who they are, in GoTrue's words. The auth Lambda alone calls these:
-- sign_up makes an account, session opens and refreshes, one_time_token mails a code,
-- verification takes it, admin is for the secret key.
\ir functions/login/account.sql
\ir functions/login/rate_limit.sql
\ir functions/login/signing_key.sql
\ir functions/login/session.sql
\ir functions/login/factor.sql
\ir functions/login/one_time_token.sql
\ir functions/login/sign_up.sql
\ir functions/login/external.sql
\ir functions/login/verification.sql
\ir functions/login/admin.sql
\ir functions/login/supabase.sql

-- time: what can be booked and when. offering is what is sold; availability keeps hours, horizon
-- turns them into slots; slot knows which can be booked this instant and why not; occupancy is the
-- time a used slot takes; waitlist gives freed seats to those who wait.
\ir functions/time/offering.sql
\ir functions/time/rules.sql
\ir functions/time/venue.sql
\ir functions/time/occupancy.sql
\ir functions/time/slot.sql
\ir functions/time/waitlist.sql
\ir functions/time/horizon.sql
\ir functions/time/availability.sql
\ir functions/time/busy.sql

-- catalogue: what is sold besides time. product counts the pieces of what is sent; category is what
-- offerings of all kinds are sorted into.
\ir functions/catalogue/product.sql
\ir functions/catalogue/wish.sql
\ir functions/catalogue/category.sql
\ir functions/catalogue/search.sql

-- learning: courses. course is what is sold, content what is in it; enrolment says who is in a
-- course and until when, progress how far they have come, certificate that they completed it.
\ir functions/learning/enrolment.sql
\ir functions/learning/certificate.sql
\ir functions/learning/progress.sql
\ir functions/learning/course.sql
\ir functions/learning/content.sql

-- booking: a customer's seats. booking holds and confirms, appointment books a time that is asked
-- for, party says which side somebody is on, checkout hands the payment to the Lambda; cancellation,
-- call_off, reschedule, proposal and attendance end or move a booking; correction says otherwise how
-- one went. event is a date that is moved with everybody who has registered, ticket one seat of
-- it.
\ir functions/booking/party.sql
\ir functions/booking/proposal.sql
\ir functions/booking/feed.sql
\ir functions/booking/ticket.sql
\ir functions/booking/booking.sql
\ir functions/booking/appointment.sql
\ir functions/booking/checkout.sql
\ir functions/booking/cancellation.sql
\ir functions/booking/seats.sql
\ir functions/booking/call_off.sql
\ir functions/booking/reschedule.sql
\ir functions/booking/event.sql
\ir functions/booking/attendance.sql
\ir functions/booking/correction.sql
\ir functions/booking/review.sql
\ir functions/booking/import.sql

-- community: what people say to each other, and to the house.
\ir functions/community/block.sql
\ir functions/community/conversation.sql
\ir functions/community/support.sql
\ir functions/community/post.sql
\ir functions/community/report.sql

-- money: what is owed. An order of one or more lines is paid by a payment; settlement carries out
-- what a payment has become, fulfilment says what was sent, receipt what was paid; earning is a provider's share, refund and dispute take it back; the
-- ledger keeps all of it in balance, wallet shows a provider's part. What money asks of Stripe it
-- plans as a command, so that part of stripe stands before it.
\ir functions/stripe/command.sql
\ir functions/money/ledger.sql
\ir functions/money/wallet.sql
\ir functions/money/payment_method.sql
\ir functions/money/commission.sql
\ir functions/money/coupon.sql
\ir functions/money/order.sql
\ir functions/money/basket.sql
\ir functions/money/quote.sql
\ir functions/money/earning.sql
\ir functions/money/subsidy.sql
\ir functions/money/payment.sql
\ir functions/money/settlement.sql
\ir functions/money/fulfilment.sql
\ir functions/money/receipt.sql
\ir functions/money/refund.sql
\ir functions/money/cover.sql
\ir functions/money/dispute.sql
\ir functions/money/promotion.sql
\ir functions/money/referral.sql

-- payout: money to providers. account says where to, payout what is asked and planned, leg is one
-- transfer, reversal takes a transfer back.
\ir functions/payout/account.sql
\ir functions/payout/payout.sql
\ir functions/payout/leg.sql
\ir functions/payout/reversal.sql

-- stripe: what is asked of Stripe and what Stripe says. A command is written before it is sent;
-- result records the answer; event is the inbox of webhooks; object joins what any of them says to
-- our rows; reconciliation compares Stripe's books (balance_transaction) with the ledger.
\ir functions/stripe/object.sql
\ir functions/stripe/event.sql
\ir functions/stripe/event_cursor.sql
\ir functions/stripe/result.sql
\ir functions/stripe/balance_transaction.sql
\ir functions/stripe/reconciliation.sql
\ir functions/stripe/stuck.sql
\ir functions/stripe/inquiry.sql

-- Lenses: one schema of views per system. read shows, write takes writes, call has the functions
-- its clients know, grants says who may. A setting leaves some out. Those of the last release are
-- still here, under other names.
select exists (select from internal.wanted_lenses() where lens = 'tutoring') as tutoring \gset
\if :tutoring
\ir lenses/tutoring/read.sql
\ir lenses/tutoring/write.sql
\ir lenses/tutoring/call.sql
\ir lenses/tutoring/grants.sql
\endif

select exists (select from internal.wanted_lenses() where lens = 'trainers') as trainers \gset
\if :trainers
\ir lenses/trainers/read.sql
\ir lenses/trainers/write.sql
\ir lenses/trainers/grants.sql
\endif

select exists (select from internal.wanted_lenses() where lens = 'fitness') as fitness \gset
\if :fitness
\ir lenses/fitness/read.sql
\ir lenses/fitness/write.sql
\ir lenses/fitness/grants.sql
\endif

select exists (select from internal.wanted_lenses() where lens = 'dogs') as dogs \gset
\if :dogs
\ir lenses/dogs/read.sql
\ir lenses/dogs/write.sql
\ir lenses/dogs/grants.sql
\endif

select exists (select from internal.wanted_lenses() where lens = 'avenrae') as avenrae \gset
\if :avenrae
\ir lenses/avenrae/read.sql
\ir lenses/avenrae/report.sql
\ir lenses/avenrae/write.sql
\ir lenses/avenrae/call.sql
\ir lenses/avenrae/grants.sql
\endif

-- Rows may be saved as they were read.
\ir lenses/columns.sql

-- From here on everybody waits.
\ir lock.sql

-- Functions that no file of this deploy made are stale.
\ir prune.sql

-- Permissions: a privilege that no file grants does not exist.
\ir policies/ground/foundation.sql
\ir policies/ground/marketplace.sql
\ir policies/ground/audit.sql
\ir policies/ground/clock.sql
\ir policies/ground/status.sql
\ir policies/ground/lens.sql
\ir policies/people/person.sql
\ir policies/people/staff.sql
\ir policies/people/provider.sql
\ir policies/people/customer.sql
\ir policies/people/profile.sql
\ir policies/people/contact.sql
\ir policies/people/location.sql
\ir policies/people/credential.sql
\ir policies/people/rate.sql
\ir policies/people/subject.sql
\ir policies/people/suspension.sql
\ir policies/people/favorite.sql
\ir policies/people/privacy.sql
\ir policies/people/erasure.sql
\ir policies/messages/notification.sql
\ir policies/messages/mail.sql
\ir policies/messages/wording.sql
\ir policies/messages/outbox.sql
\ir policies/messages/delivery.sql
\ir policies/messages/reminder.sql
\ir policies/login/account.sql
\ir policies/login/rate_limit.sql
\ir policies/login/signing_key.sql
\ir policies/login/session.sql
\ir policies/login/factor.sql
\ir policies/login/external.sql
\ir policies/login/one_time_token.sql
\ir policies/login/admin.sql
\ir policies/login/supabase.sql
\ir policies/time/offering.sql
\ir policies/time/rules.sql
\ir policies/time/venue.sql
\ir policies/time/occupancy.sql
\ir policies/time/slot.sql
\ir policies/time/waitlist.sql
\ir policies/time/availability.sql
\ir policies/time/busy.sql
\ir policies/booking/party.sql
\ir policies/catalogue/product.sql
\ir policies/catalogue/wish.sql
\ir policies/catalogue/category.sql
\ir policies/catalogue/search.sql
\ir policies/learning/course.sql
\ir policies/learning/content.sql
\ir policies/learning/enrolment.sql
\ir policies/learning/progress.sql
\ir policies/learning/certificate.sql
\ir policies/booking/booking.sql
\ir policies/booking/appointment.sql
\ir policies/booking/checkout.sql
\ir policies/booking/cancellation.sql
\ir policies/booking/seats.sql
\ir policies/booking/call_off.sql
\ir policies/booking/reschedule.sql
\ir policies/booking/event.sql
\ir policies/booking/ticket.sql
\ir policies/booking/proposal.sql
\ir policies/booking/feed.sql
\ir policies/booking/attendance.sql
\ir policies/booking/correction.sql
\ir policies/booking/review.sql
\ir policies/booking/import.sql
\ir policies/community/block.sql
\ir policies/community/conversation.sql
\ir policies/community/support.sql
\ir policies/community/post.sql
\ir policies/community/report.sql
\ir policies/money/ledger.sql
\ir policies/money/wallet.sql
\ir policies/money/commission.sql
\ir policies/money/coupon.sql
\ir policies/money/order.sql
\ir policies/money/basket.sql
\ir policies/money/quote.sql
\ir policies/money/earning.sql
\ir policies/money/payment.sql
\ir policies/money/fulfilment.sql
\ir policies/money/receipt.sql
\ir policies/money/refund.sql
\ir policies/money/dispute.sql
\ir policies/money/promotion.sql
\ir policies/money/referral.sql
\ir policies/money/payment_method.sql
\ir policies/payout/account.sql
\ir policies/payout/payout.sql
\ir policies/payout/leg.sql
\ir policies/payout/reversal.sql
\ir policies/stripe/event.sql
\ir policies/stripe/event_cursor.sql
\ir policies/stripe/result.sql
\ir policies/stripe/balance_transaction.sql
\ir policies/stripe/reconciliation.sql
\ir policies/stripe/stuck.sql
\ir policies/stripe/inquiry.sql
\ir policies/stripe/command.sql

-- What was made is written down: the next deploy drops nothing else.
\ir made.sql
commit;
