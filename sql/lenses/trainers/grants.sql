-- What may be done through the trainers lens. Rows are decided by the policies of core; here are
-- the views each role may name, and the columns it may write. Front ends send times with their
-- rows; these may be sent and are not kept, because the server's clock decides.

revoke all on all functions in schema trainers from public;

grant usage on schema trainers to anon, authenticated, service_role, definer;
grant select on all tables in schema trainers to authenticated, service_role, definer;
grant select
  on trainers.trainer_availability, trainers.user_profiles, trainers.services,
     trainers.categories, trainers.service_categories, trainers.reviews
  to anon;

grant insert (id, name, user_type, phone, profile_image, timezone, created_at, updated_at),
      update (id, name, user_type, phone, profile_image, timezone, updated_at)
  on trainers.users to authenticated, service_role;
grant insert (id, trainer_id, slots, created_at, updated_at),
      update (id, trainer_id, slots, updated_at),
      delete
  on trainers.trainer_availability to authenticated, service_role;
grant insert (id, user_id, user_type, name, disciplines, certifications, hourly_rate,
              hourly_rate_by_radius, service_radius, availability, payout_details, profile_image,
              bio, location_lat, location_lng, location_label, currency, is_available, timezone,
              created_at, updated_at),
      update (id, user_id, user_type, name, disciplines, certifications, hourly_rate,
              hourly_rate_by_radius, service_radius, availability, payout_details, profile_image,
              bio, is_approved, location_lat, location_lng, location_label, currency,
              is_available, timezone, updated_at)
  on trainers.user_profiles to authenticated, service_role;
grant insert (id, name, slug, image_url), update (id, name, slug, image_url), delete
  on trainers.categories to authenticated, service_role;
grant insert (id, trainer_id, title, description, category, price, currency, duration_minutes,
              max_participants, is_active, created_at, updated_at),
      update (id, trainer_id, title, description, category, price, currency, duration_minutes,
              max_participants, is_active, updated_at),
      delete
  on trainers.services to authenticated, service_role;
grant insert (service_id, category_id), delete
  on trainers.service_categories to authenticated, service_role;
grant insert (id, client_id, trainer_id, service_id, slot_id, start_time, end_time, seats, status,
              total_price, notes, trainer_notes, cancellation_reason, created_at, updated_at),
      update (id, start_time, end_time, status, notes, trainer_notes, cancellation_reason, cancelled_at, updated_at)
  on trainers.bookings to authenticated, service_role;
grant insert (id, client_id, trainer_id, booking_id, rating, comment, reply, created_at),
      update (id, client_id, trainer_id, booking_id, rating, comment, reply, updated_at)
  on trainers.reviews to authenticated, service_role;
grant delete on trainers.payment_methods to authenticated, service_role;
grant insert (id, user_id, balance, pending_balance, total_earned, total_spent, currency,
              last_transaction_at, created_at),
      update (id, user_id, balance, pending_balance, total_earned, total_spent, currency,
              last_transaction_at)
  on trainers.user_wallets to authenticated, service_role;
grant insert (id, trainer_id, amount, currency, status, requested_at, created_at),
      update (id, status)
  on trainers.payout_requests to authenticated, service_role;
grant insert (id, user_id, trainer_id, booking_reference, booking_id, complaint_type, title,
              description, status, priority, attachments, resolution, created_at),
      update (id, user_id, trainer_id, booking_reference, booking_id, complaint_type, title,
              description, status, priority, attachments, resolution, resolved_at, updated_at)
  on trainers.reported_issues, trainers.issues to authenticated, service_role;
grant insert (id, trainer_id, promotion_type, status, duration_days, commission_rate, cost,
              currency, features, created_at),
      update (id, trainer_id, promotion_type, status, duration_days, commission_rate, cost,
              currency, features)
  on trainers.promotion_requests, trainers.promotions to authenticated, service_role;
grant insert (id, conversation_id, sender_id, receiver_id, content, is_read, read_at, created_at),
      update (id, content, is_read, read_at)
  on trainers.messages to authenticated, service_role;
grant update (is_read, read_at) on trainers.notifications to authenticated, service_role;
grant insert (id, referred_id, referral_code, status, created_at)
  on trainers.referrals to authenticated;

grant execute on function
  trainers.read_list, trainers.read_slots, trainers.check_slots, trainers.save_trainer,
  trainers.users(trainers.user_profiles), trainers.users(trainers.transactions),
  trainers.user_profiles, trainers.transactions
  to authenticated, service_role;
