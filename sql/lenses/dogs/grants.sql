-- What may be done through the dogs lens. Rows are decided by the policies of core; here are the
-- views each role may name, and the columns it may write.

revoke all on all functions in schema dogs from public;

grant usage on schema dogs to anon, authenticated, service_role, definer;
grant select on all tables in schema dogs to authenticated, service_role, definer;
grant select
  on dogs.users, dogs.roles, dogs.dog_trainers, dogs.locations, dogs.trainer_services,
     dogs.trainer_certifications, dogs.trainer_availability, dogs.reviews
  to anon;

grant insert (id, email, password, first_name, last_name, phone, avatar_url, timezone),
      update (email, password, first_name, last_name, phone, status, avatar_url, timezone),
      delete
  on dogs.users to authenticated, service_role;
grant insert (user_id, role_id), delete
  on dogs.user_roles to authenticated, service_role;
grant insert (id, user_id, years_of_experience, bio, hourly_rate, currency, accepting_bookings),
      update (years_of_experience, bio, is_verified, hourly_rate, currency, accepting_bookings)
  on dogs.dog_trainers to authenticated, service_role;
grant insert (id, user_id), update (user_id)
  on dogs.dog_owners to authenticated, service_role;
grant insert (id, user_id, address, city, state, zip_code, latitude, longitude, label, country,
              is_primary),
      update (address, city, state, zip_code, latitude, longitude, label, country, is_primary),
      delete
  on dogs.locations to authenticated, service_role;
grant insert (id, trainer_id, name, description, duration_minutes, price, is_active, currency,
              tags, booking_mode),
      update (name, description, duration_minutes, price, is_active, currency, tags,
              booking_mode),
      delete
  on dogs.trainer_services to authenticated, service_role;
grant insert (id, trainer_id, name, issued_by, issued_at), update (name, issued_by, issued_at),
      delete
  on dogs.trainer_certifications to authenticated, service_role;
grant insert (id, trainer_id, day_of_week, start_time, end_time, timezone),
      update (day_of_week, start_time, end_time, timezone),
      delete
  on dogs.trainer_availability to authenticated, service_role;
grant insert (id, owner_id, name, breed, age, size, notes), update (name, breed, age, size, notes),
      delete
  on dogs.dogs to authenticated, service_role;
grant insert (id, dog_id, photo_url), update (photo_url), delete
  on dogs.dog_photos to authenticated, service_role;
grant insert (id, trainer_id, owner_id, dog_id, service_id, start_time, end_time, price_snapshot,
              status, cancellation_reason, notes),
      update (start_time, end_time, status, cancellation_reason, notes)
  on dogs.bookings to authenticated, service_role;
grant insert (id, booking_id, trainer_id, owner_id, rating, comment),
      update (rating, comment, reply)
  on dogs.reviews to authenticated, service_role;
grant insert (id, trainer_id, amount, currency, status) on dogs.payouts to authenticated;
grant update (is_read) on dogs.notifications to authenticated;

grant execute on function dogs.dog_owners, dogs.reviews, dogs.actor, dogs.users, dogs.audit_logs
  to authenticated, service_role;
