-- Who may see a review: everyone, once it is published. Functions write.

create policy select_published on core.review
  for select to anon, authenticated
  using (status = 'published');

create policy select_author on core.review
  for select to authenticated
  using (author_id = (select internal.user_id()));

create policy select_as_staff on core.review
  for select to authenticated
  using (review_id between (select internal.first_for_staff()) and (select internal.last_id()));

create policy select_definer_and_service on core.review
  for select to service_role, definer
  using (true);

create policy insert_definer on core.review
  for insert to definer
  with check (author_id = (select internal.user_id()) or (select internal.is_service()));

create policy update_definer on core.review
  for update to definer
  using (true)
  with check (true);

grant select on core.review to anon, authenticated, service_role, definer;
grant insert, update on core.review to definer;

grant execute on function api.hide_review to authenticated;
grant execute on function api.review_booking, api.reply_to_review, api.save_review to authenticated;

grant execute on function api.list_reviews to anon, authenticated;
