-- Who may do what with conversations.
--
--   member    reads the conversation, its people and messages, and who has read what
--   definer   writes for the caller alone: what they say, and what they have read
--   staff     reads through api.inspect_conversation, which is audited
--   the originals of masked messages are read by nobody else

create policy select_member on core.conversation
  for select to authenticated
  using (conversation_id = any (array(select internal.conversation_ids())));

create policy select_definer_and_service on core.conversation
  for select to service_role, definer
  using (true);

create policy insert_definer on core.conversation
  for insert to definer
  with check (opened_by = (select internal.user_id()) or (select internal.is_service()));

create policy update_definer on core.conversation
  for update to definer
  using (true)
  with check (true);

grant select on core.conversation to authenticated, service_role, definer;
grant insert, update on core.conversation to definer;

create policy select_member on core.conversation_member
  for select to authenticated
  using (conversation_id = any (array(select internal.conversation_ids())));

create policy select_definer_and_service on core.conversation_member
  for select to service_role, definer
  using (true);

create policy insert_definer on core.conversation_member
  for insert to definer
  with check (true);

create policy delete_definer on core.conversation_member
  for delete to definer
  using (person_id = (select internal.user_id()));

grant select on core.conversation_member to authenticated, service_role, definer;
grant insert, delete on core.conversation_member to definer;

create policy select_member on core.message
  for select to authenticated
  using (conversation_id = any (array(select internal.conversation_ids())));

create policy select_definer_and_service on core.message
  for select to service_role, definer
  using (true);

create policy insert_definer on core.message
  for insert to definer
  with check (sender_id = (select internal.user_id()) or (select internal.is_service()));

-- To forget the words of somebody who is erased.
create policy update_definer on core.message
  for update to definer
  using (true)
  with check (body = '');

grant select on core.message to authenticated, service_role, definer;
grant insert on core.message to definer;
grant update (body) on core.message to definer;

create policy all_definer on core.message_original
  for all to definer
  using (true)
  with check (true);

grant select, insert, delete on core.message_original to definer;

create policy select_member on core.message_receipt
  for select to authenticated
  using (exists (select from core.message as m where m.message_id = message_receipt.message_id));

create policy select_definer_and_service on core.message_receipt
  for select to service_role, definer
  using (true);

create policy insert_definer on core.message_receipt
  for insert to definer
  with check (person_id = (select internal.user_id()) or (select internal.is_service()));

grant select on core.message_receipt to authenticated, service_role, definer;
grant insert on core.message_receipt to definer;

-- Those who talk to each other see each other's names.
create policy select_conversing on core.person
  for select to authenticated
  using (person_id = any (array(select internal.conversing_person_ids())));

grant execute on function internal.conversation_ids, internal.conversing_person_ids,
                          internal.unread_count
  to authenticated;
grant execute on function
  api.open_conversation, api.leave_conversation, api.list_conversations, api.send_message,
  api.save_message, api.list_messages, api.mark_messages_read, api.inspect_conversation
  to authenticated;
