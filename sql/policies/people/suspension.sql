-- Staff suspends people and lets them back in.

grant execute on function api.suspend_person, api.lift_suspension to authenticated;

-- Policies ask these as the caller.
grant execute on function internal.may_act, internal.is_active, internal.is_guest,
                          internal.stopped_provider_ids, internal.stopped_person_ids
  to anon, authenticated, service_role;
