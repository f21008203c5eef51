-- Posts and comments: writing them, and what moderators do with them.
--
-- Who writes locks their own person, so that what they wrote lately is counted once.

create or replace function internal.heard_in(p_post_id uuid)
returns uuid[]
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
return array(
  select p.author_id from core.post as p where p.post_id = p_post_id
  union
  select c.author_id from core.comment as c where c.post_id = p_post_id);

alter function internal.heard_in owner to definer;

comment on function internal.heard_in is 'The authors of a post and of its comments.';

create or replace function internal.require_can_post(p_author_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform from core.person as p where p.person_id = p_author_id for no key update;
  if internal.is_service() or internal.is_staff() then
    return;
  end if;
  if 10 <= (
    select count(*) from core.post as p
    where p.author_id = p_author_id and p.created_at > now() - interval '1 hour'
  ) or 10 <= (
    select count(*) from core.comment as c
    where c.author_id = p_author_id and c.created_at > now() - interval '1 minute'
  ) then
    perform internal.refuse('M9804', 'too_many_posts',
      'That were 10 posts within an hour, or 10 comments within a minute.', 'Wait a little.');
  end if;
end
$$;

alter function internal.require_can_post owner to definer;

comment on function internal.require_can_post is $$
Lock an author, who has not written too much lately.

Raises
  M9804 too_many_posts  10 posts within an hour, or 10 comments within a minute
$$;

create or replace function internal.read_text(p_text text, p_most integer, p_what text)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if coalesce(length(btrim(p_text)), 0) not between 1 and p_most then
    perform internal.refuse('M0804', 'text_invalid',
      format('%s has 1 to %s characters.', p_what, p_most));
  end if;
  return btrim(p_text);
end
$$;

comment on function internal.read_text is $$
A text without white space around it.

Raises
  M0804 text_invalid  it is blank or too long
$$;

create or replace function api.save_post(p_post jsonb, p_if_exists text default 'merge')
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_id   uuid := coalesce((p_post ->> 'post_id')::uuid, gen_random_uuid());
  v_post core.post;
begin
  perform internal.require_fields(p_post,
    'post_id', 'author_id', 'title', 'body', 'is_published');
  select p.* into v_post from core.post as p where p.post_id = v_id for no key update;
  if not found then
    v_post.author_id := internal.require_identity(
      coalesce((p_post ->> 'author_id')::uuid, internal.user_id()));
    v_post := jsonb_populate_record(v_post, p_post);
    perform internal.ensure_person(v_post.author_id);
    perform internal.require_can_post(v_post.author_id);
    insert into core.post (post_id, author_id, title, body, is_published)
    values (v_id, v_post.author_id, internal.read_text(v_post.title, 200, 'A title'),
            internal.read_text(v_post.body, 50000, 'A post'),
            coalesce(v_post.is_published, false));
    perform internal.settle_heard(array[v_post.author_id]);
    return v_id;
  end if;

  perform internal.require_identity(v_post.author_id);
  if not internal.found_to_save('post', p_if_exists) then
    return null;
  elsif (p_post ->> 'author_id')::uuid <> v_post.author_id then
    raise exception using errcode = '42501', message = 'A post stays with its author.';
  end if;
  v_post := jsonb_populate_record(v_post, p_post);
  update core.post as p
  set title = internal.read_text(v_post.title, 200, 'A title'),
      body = internal.read_text(v_post.body, 50000, 'A post'),
      is_published = coalesce(v_post.is_published, false)
  where p.post_id = v_id;
  perform internal.settle_heard(internal.heard_in(v_id));
  return v_id;
end
$$;

alter function api.save_post owner to definer;

comment on function api.save_post is $$
Write or change a post of the caller's, and return its id. p_post: {"post_id"?, "author_id"? (the
caller), "title", "body", "is_published"? (false)}. A field that is not given stays. Locks the
author.

Raises
  M0011 if_exists_unknown, M0012 fields_invalid, M0013 field_unknown
  M0804 text_invalid    title or text are blank or too long
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  M9804 too_many_posts  10 within an hour
  42501                 the author is somebody else
$$;

create or replace function api.remove_post(p_post_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_authors uuid[] := internal.heard_in(p_post_id);
begin
  perform internal.require_actor();
  delete from core.post as p
  where p.post_id = p_post_id
    and (p.author_id = internal.user_id() or internal.is_service());
  if not found then
    perform internal.refuse('M4804', 'post_not_found', format('You have no post %s.', p_post_id));
  end if;
  perform internal.settle_heard(v_authors);
end
$$;

alter function api.remove_post owner to definer;

comment on function api.remove_post is $$
Remove a post of the caller's, with its comments.

Raises
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  M4804 post_not_found  there is none, or it is somebody else's
$$;

create or replace function internal.require_post(p_post_id uuid, p_author_id uuid)
returns void
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (
    select
    from core.post as p
    where p.post_id = p_post_id
      and p.hidden_at is null
      and (p.is_published or p.author_id = p_author_id)
  ) then
    perform internal.refuse('M4804', 'post_not_found', format('There is no post %s.', p_post_id));
  end if;
end
$$;

alter function internal.require_post owner to definer;

comment on function internal.require_post is $$
A post that a person may comment on or report.

Raises
  M4804 post_not_found  there is none, or they do not see it
$$;

create or replace function api.save_comment(p_comment jsonb, p_if_exists text default 'merge')
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_id      uuid := coalesce((p_comment ->> 'comment_id')::uuid, gen_random_uuid());
  v_comment core.comment;
begin
  perform internal.require_fields(p_comment, 'comment_id', 'post_id', 'author_id', 'body');
  select c.* into v_comment from core.comment as c where c.comment_id = v_id for no key update;
  if not found then
    v_comment.author_id := internal.require_identity(
      coalesce((p_comment ->> 'author_id')::uuid, internal.user_id()));
    v_comment := jsonb_populate_record(v_comment, p_comment);
    perform internal.ensure_person(v_comment.author_id);
    perform internal.require_can_post(v_comment.author_id);
    perform internal.require_post(v_comment.post_id, v_comment.author_id);
    insert into core.comment (comment_id, post_id, author_id, body)
    values (v_id, v_comment.post_id, v_comment.author_id,
            internal.read_text(v_comment.body, 10000, 'A comment'));
    perform internal.settle_heard(array[v_comment.author_id]);
    return v_id;
  end if;

  perform internal.require_identity(v_comment.author_id);
  if not internal.found_to_save('comment', p_if_exists) then
    return null;
  elsif (p_comment ->> 'author_id')::uuid <> v_comment.author_id
        or (p_comment ->> 'post_id')::uuid <> v_comment.post_id then
    raise exception using errcode = '42501',
      message = 'A comment stays with its author and its post.';
  end if;
  v_comment := jsonb_populate_record(v_comment, p_comment);
  update core.comment as c
  set body = internal.read_text(v_comment.body, 10000, 'A comment')
  where c.comment_id = v_id;
  return v_id;
end
$$;

alter function api.save_comment owner to definer;

comment on function api.save_comment is $$
Comment on a post, or change a comment of the caller's; return its id. p_comment: {"comment_id"?,
"post_id", "author_id"? (the caller), "body"}. Locks the author.

Raises
  M0011 if_exists_unknown, M0012 fields_invalid, M0013 field_unknown
  M0804 text_invalid    it is blank or too long
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  M4804 post_not_found  the caller sees no such post
  M9804 too_many_posts  10 comments within a minute
  42501                 the author is somebody else, or it would go to another post
$$;

create or replace function api.remove_comment(p_comment_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_author_id uuid;
begin
  perform internal.require_actor();
  delete from core.comment as c
  where c.comment_id = p_comment_id
    and (c.author_id = internal.user_id() or internal.is_service())
  returning c.author_id into v_author_id;
  if not found then
    perform internal.refuse(
      'M4805', 'comment_not_found', format('You have no comment %s.', p_comment_id));
  end if;
  perform internal.settle_heard(array[v_author_id]);
end
$$;

alter function api.remove_comment owner to definer;

comment on function api.remove_comment is $$
Remove a comment of the caller's.

Raises
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  M4805 comment_not_found  there is none, or it is somebody else's
$$;

create or replace trigger post_touch before update on core.post
  for each row execute function internal.on_row_touched();
create or replace trigger comment_touch before update on core.comment
  for each row execute function internal.on_row_touched();
