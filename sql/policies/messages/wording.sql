-- A reader of notifications reads their words; of what they may not read there is nothing to word.

grant execute on function internal.notification_text to authenticated, service_role;
