-- What may be done through the lenses. Rows are decided by the policies of core; here are the
-- views each role may name, and the columns it may write.

revoke all on all functions in schema tutoring from public;

grant usage on schema tutoring to anon, authenticated, service_role, definer;
grant select on all tables in schema tutoring to authenticated, service_role, definer;
grant select
  on tutoring.user_profiles, tutoring.expert_profiles, tutoring.sessions,
     tutoring.availability_windows, tutoring.bookable_slots, tutoring.expert_sessions,
     tutoring.slots
  to anon;

grant insert (id, user_id, display_name, first_name, last_name, avatar_url, timezone, locale),
      update (display_name, first_name, last_name, avatar_url, timezone, locale)
  on tutoring.user_profiles to authenticated, service_role;
grant insert (user_profile_id, bio, expertise_areas, hourly_rate_cents, currency, is_available),
      update (bio, expertise_areas, hourly_rate_cents, currency, is_available)
  on tutoring.expert_profiles to authenticated, service_role;
grant insert (user_profile_id, learning_goals, interests, experience_level,
              preferred_session_duration),
      update (learning_goals, interests, experience_level, preferred_session_duration)
  on tutoring.learner_profiles to authenticated, service_role;
grant insert (id, expert_id, title, description, short_description, topic_tags,
              duration_minutes, price_cents, currency, level, prerequisites, materials_url,
              max_participants, is_active, booking_mode, min_notice_minutes,
              buffer_before_minutes, buffer_after_minutes, slot_step_minutes, horizon_days,
              max_per_day, cancellation_policy_id, place, meeting_url),
      update (title, description, short_description, topic_tags, duration_minutes, price_cents,
              currency, level, prerequisites, materials_url, max_participants, is_active,
              booking_mode, min_notice_minutes, buffer_before_minutes, buffer_after_minutes,
              slot_step_minutes, horizon_days, max_per_day, cancellation_policy_id, place,
              meeting_url),
      delete
  on tutoring.sessions to authenticated, service_role;
grant insert (id, expert_id, day_of_week, start_time, end_time, timezone, is_active),
      update (day_of_week, start_time, end_time, timezone, is_active),
      delete
  on tutoring.availability_windows to authenticated, service_role;
grant insert (id, session_id, start_time, end_time, max_bookings),
      update (start_time, end_time, max_bookings),
      delete
  on tutoring.bookable_slots to authenticated, service_role;
grant insert (id, learner_id, slot_id, seats, status, learner_notes, expert_notes,
              cancellation_reason),
      update (status, learner_notes, expert_notes, cancellation_reason)
  on tutoring.bookings to authenticated, service_role;

grant execute on function
  tutoring.create_session, tutoring.create_booking_with_payment, tutoring.become_expert,
  tutoring.become_learner, tutoring.publish_session, tutoring.unpublish_session,
  tutoring.set_availability
  to authenticated, service_role;
grant execute on function tutoring.get_availability to anon, authenticated, service_role;
