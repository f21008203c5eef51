-- What may be done through the avenrae lens. Rows are decided by the policies of core; here are the
-- views each role may name, and the columns it may write.

revoke all on all functions in schema avenrae from public;

grant usage on schema avenrae to anon, authenticated, service_role, definer;
grant select on all tables in schema avenrae to authenticated, service_role, definer;
grant select
  on avenrae.users, avenrae.healers, avenrae.services, avenrae.products, avenrae.events,
     avenrae.reviews, avenrae.healer_availability, avenrae.blocked_dates,
     avenrae.healer_qualifications, avenrae.top_rated_services
  to anon;

grant insert (uuid, email, password_hash, first_name, last_name, user_type, display_name,
              avatar_url, timezone, locale, phone),
      update (email, password_hash, first_name, last_name, user_type, display_name, avatar_url,
              timezone, locale, phone, status),
      delete
  on avenrae.users to authenticated, service_role;
grant insert (id, user_id, uuid, healer_type, hourly_rate, availability_status, bio, specialties,
              years_of_experience, currency, is_accepting_bookings),
      update (healer_type, hourly_rate, availability_status, bio, specialties,
              years_of_experience, currency, is_accepting_bookings, is_verified_healer)
  on avenrae.healers to authenticated, service_role;
grant insert (id, user_id, uuid, date_of_birth, gender, emergency_contact_phone, goals, interests),
      update (date_of_birth, gender, emergency_contact_phone, goals, interests)
  on avenrae.clients to authenticated, service_role;
grant insert (id, uuid, healer_id, healer_uuid, service_name, duration_minutes, price,
              service_category, description, currency, is_active),
      update (service_name, duration_minutes, price, service_category, description, currency,
              is_active),
      delete
  on avenrae.services to authenticated, service_role;
grant insert (id, uuid, healer_id, healer_uuid, product_name, product_type, price, stock_quantity,
              sku, product_category, category, is_active, description, currency),
      update (product_name, product_type, price, stock_quantity, sku, product_category, category,
              is_active, description, currency),
      delete
  on avenrae.products to authenticated, service_role;
grant insert (id, uuid, offering_uuid, organizer_healer_id, organizer_healer_uuid, event_name,
              event_date, event_end_date, max_capacity, price, event_type, description, currency,
              is_active),
      update (event_name, event_date, event_end_date, max_capacity, price, event_type,
              description, currency, is_active, status),
      delete
  on avenrae.events to authenticated, service_role;
grant insert (id, uuid, client_id, client_uuid, healer_id, healer_uuid, service_id, service_uuid,
              booking_date, booking_end_date, booking_date_local, status, payment_status,
              total_price, client_notes),
      update (booking_date, booking_end_date, booking_date_local, status, cancellation_reason,
              client_notes, healer_notes)
  on avenrae.bookings to authenticated, service_role;
grant insert (id, uuid, event_id, event_uuid, client_id, client_uuid, seats, client_notes),
      update (status, client_notes)
  on avenrae.event_registrations to authenticated, service_role;
grant update (status) on avenrae.orders to authenticated, service_role;
grant update (status) on avenrae.order_items to authenticated, service_role;
grant insert (id, uuid, code, discount_type, discount_value, minimum_purchase, usage_limit,
              per_client_limit, currency, valid_from, valid_until, is_active),
      update (is_active)
  on avenrae.coupons to authenticated, service_role;
grant insert (uuid, user1_id, user2_id, user1_uuid, user2_uuid, title)
  on avenrae.conversations to authenticated, service_role;
grant insert (uuid, conversation_id, conversation_uuid, sender_id, sender_uuid, receiver_id,
              receiver_uuid, message),
      update (is_read)
  on avenrae.messages to authenticated, service_role;
grant insert (id, uuid, user_id, user_uuid, subject, description, category, status, priority,
              resolution, booking_reference),
      update (subject, description, category, status, priority, resolution, booking_reference)
  on avenrae.support_tickets to authenticated, service_role;
grant update (is_read) on avenrae.notifications to authenticated;
grant insert (id, uuid, client_id, client_uuid, healer_id, healer_uuid, service_id, service_uuid,
              rating, comment),
      update (rating, comment, healer_response, status)
  on avenrae.reviews to authenticated, service_role;
grant insert (uuid, user_id, client_id, client_uuid, healer_id, healer_uuid), delete
  on avenrae.favorite_healers to authenticated;
grant insert (uuid, user_id, client_id, client_uuid, product_id, product_uuid), delete
  on avenrae.wishlist_items to authenticated;
grant insert (id, uuid, healer_id, healer_uuid, day_of_week, start_time, end_time, timezone,
              is_available),
      update (day_of_week, start_time, end_time, timezone, is_available),
      delete
  on avenrae.healer_availability to authenticated, service_role;
grant insert (uuid, healer_id, healer_uuid, blocked_date, start_at, end_at, reason), delete
  on avenrae.blocked_dates to authenticated;
grant insert (uuid, healer_id, healer_uuid, qualification, institution, obtained_on, document_url),
      update (qualification, institution, obtained_on, document_url),
      delete
  on avenrae.healer_qualifications to authenticated, service_role;

grant execute on function
  avenrae.register_for_event, avenrae.call_off_event, avenrae.place_order, avenrae.adjust_stock
  to authenticated, service_role;
grant execute on function
  avenrae.clients(avenrae.favorite_healers), avenrae.clients(avenrae.wishlist_items),
  avenrae.favorite_healers, avenrae.wishlist_items,
  avenrae.users(avenrae.audit_logs), avenrae.audit_logs
  to authenticated, service_role;
grant execute on function avenrae.date_format, avenrae.available_times
  to anon, authenticated, service_role;
