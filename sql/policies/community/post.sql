-- Who may see and change posts and comments. Functions write.
--
--   everyone  reads what is published and not hidden, of people who may take part, and sees the
--             names of those who wrote it
--   author    reads all of their own
--   staff     hides, and reads what was hidden

create policy select_published on core.post
  for select to anon, authenticated
  using (is_published and hidden_at is null
         and author_id <> all (array(select internal.stopped_person_ids())));

create policy select_author on core.post
  for select to authenticated
  using (author_id = (select internal.user_id()));

create policy select_as_staff on core.post
  for select to authenticated
  using (post_id between (select internal.first_for_staff()) and (select internal.last_id()));

create policy select_service on core.post
  for select to service_role
  using (true);

create policy all_definer on core.post
  for all to definer
  using (true)
  with check (true);

grant select on core.post to anon, authenticated, service_role, definer;
grant insert, update, delete on core.post to definer;

-- A post that its reader does not see hides its comments too.
create policy select_visible on core.comment
  for select to anon, authenticated
  using (hidden_at is null
         and author_id <> all (array(select internal.stopped_person_ids()))
         and exists (select from core.post as p where p.post_id = comment.post_id));

create policy select_author on core.comment
  for select to authenticated
  using (author_id = (select internal.user_id()));

create policy select_as_staff on core.comment
  for select to authenticated
  using (comment_id between (select internal.first_for_staff()) and (select internal.last_id()));

create policy select_service on core.comment
  for select to service_role
  using (true);

create policy all_definer on core.comment
  for all to definer
  using (true)
  with check (true);

grant select on core.comment to anon, authenticated, service_role, definer;
grant insert, update, delete on core.comment to definer;

-- A column, because a policy that looks for posts would cost every reader of every person.
create policy select_heard on core.person
  for select to anon, authenticated
  using (is_heard and status = 'active'
         and (suspended_until is null or suspended_until <= now()));

grant execute on function
  api.save_post, api.remove_post, api.save_comment, api.remove_comment
  to authenticated;
