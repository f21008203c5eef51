-- Moderation: readers report what should not be there, moderators hide it or keep it.

create or replace function api.report_content(
  p_reason     text,
  p_post_id    uuid default null,
  p_comment_id uuid default null
)
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_me uuid := internal.require_user_id();
  v_id uuid;
begin
  perform internal.require_active(v_me);
  perform internal.ensure_person(v_me);
  perform internal.read_text(p_reason, 1000, 'A reason');
  if p_comment_id is not null and not exists (
    select from core.comment as c where c.comment_id = p_comment_id and c.hidden_at is null
  ) then
    perform internal.refuse(
      'M4805', 'comment_not_found', format('There is no comment %s.', p_comment_id));
  end if;
  perform internal.require_post(
    coalesce(p_post_id, (select c.post_id from core.comment as c
                         where c.comment_id = p_comment_id)), v_me);

  perform from core.person as p where p.person_id = v_me for no key update;
  if 50 <= (
    select count(*) from core.report as r
    where r.reporter_id = v_me and r.created_at > now() - interval '1 day'
  ) then
    perform internal.refuse('M9804', 'too_many_posts', 'That were 50 reports within a day.',
      'Write to support.');
  end if;
  insert into core.report (reporter_id, post_id, comment_id, reason)
  values (v_me, case when p_comment_id is null then p_post_id end, p_comment_id, btrim(p_reason))
  on conflict do nothing
  returning report_id into v_id;
  return coalesce(v_id, (
    select r.report_id from core.report as r
    where r.reporter_id = v_me
      and (r.comment_id = p_comment_id or p_comment_id is null and r.post_id = p_post_id)));
end
$$;

alter function api.report_content owner to definer;

comment on function api.report_content is $$
Tell moderators that a post or a comment should not be there; return the id of the report. A second
report of the same by the same person is the first.

Raises
  M0804 text_invalid       there is no reason, or it is longer than 1000 characters
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  M4804 post_not_found     the caller sees no such post
  M4805 comment_not_found  the caller sees no such comment
  M9804 too_many_posts     50 reports within a day
$$;

create or replace function internal.close_reports(
  p_post_id    uuid,
  p_comment_id uuid,
  p_outcome    text,
  p_reason     text
)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  update core.report as r
  set closed_at = now(), closed_by = internal.user_id(), outcome = p_outcome
  where r.closed_at is null
    and (r.post_id = p_post_id or r.comment_id = p_comment_id);
  perform internal.audit(
    case p_outcome when 'hidden' then 'hide' else 'keep' end
      || case when p_post_id is null then '_comment' else '_post' end,
    case when p_post_id is null then 'comment' else 'post' end,
    coalesce(p_post_id, p_comment_id)::text, null, jsonb_build_object('reason', p_reason));
end
$$;

alter function internal.close_reports owner to definer;

comment on function internal.close_reports is
  'Answer all open reports of a post or a comment, and write down who did it and why.';

create or replace function api.moderate_post(
  p_post_id   uuid,
  p_is_hidden boolean,
  p_reason    text
)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform internal.require_staff();
  perform internal.require_choice(p_is_hidden, 'p_is_hidden');
  perform internal.read_text(p_reason, 1000, 'A reason');
  update core.post as p
  set hidden_at = case when p_is_hidden then coalesce(p.hidden_at, now()) end,
      hidden_reason = case when p_is_hidden then btrim(p_reason) end
  where p.post_id = p_post_id;
  if not found then
    perform internal.refuse('M4804', 'post_not_found', format('There is no post %s.', p_post_id));
  end if;
  perform internal.close_reports(
    p_post_id, null, case when p_is_hidden then 'hidden' else 'kept' end, p_reason);
  perform internal.settle_heard(internal.heard_in(p_post_id));
end
$$;

alter function api.moderate_post owner to definer;

comment on function api.moderate_post is $$
Hide a post from everybody but its author, or let it be seen again; its reports are answered. For
staff; audited.

Raises
  M0208 answer_invalid  p_is_hidden is neither true nor false
  M0804 text_invalid    there is no reason, or it is longer than 1000 characters
  M3301 staff_only      the caller is not staff
  M4804 post_not_found  there is no such post
$$;

create or replace function api.moderate_comment(
  p_comment_id uuid,
  p_is_hidden  boolean,
  p_reason     text
)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform internal.require_staff();
  perform internal.require_choice(p_is_hidden, 'p_is_hidden');
  perform internal.read_text(p_reason, 1000, 'A reason');
  update core.comment as c
  set hidden_at = case when p_is_hidden then coalesce(c.hidden_at, now()) end,
      hidden_reason = case when p_is_hidden then btrim(p_reason) end
  where c.comment_id = p_comment_id;
  if not found then
    perform internal.refuse(
      'M4805', 'comment_not_found', format('There is no comment %s.', p_comment_id));
  end if;
  perform internal.close_reports(
    null, p_comment_id, case when p_is_hidden then 'hidden' else 'kept' end, p_reason);
  perform internal.settle_heard(array(
    select c.author_id from core.comment as c where c.comment_id = p_comment_id));
end
$$;

alter function api.moderate_comment owner to definer;

comment on function api.moderate_comment is $$
Hide a comment from everybody but its author, or let it be seen again; its reports are answered. For
staff; audited.

Raises
  M0208 answer_invalid  p_is_hidden is neither true nor false
  M0804 text_invalid       there is no reason, or it is longer than 1000 characters
  M3301 staff_only         the caller is not staff
  M4805 comment_not_found  there is no such comment
$$;

create or replace function api.list_reports(p_limit integer default 100)
returns table (
  report_id  uuid,
  post_id    uuid,
  comment_id uuid,
  author_id  uuid,
  title      text,
  body       text,
  reason     text,
  created_at timestamptz
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform internal.require_staff();
  return query
  select r.report_id, p.post_id, c.comment_id, coalesce(c.author_id, p.author_id),
         p.title, coalesce(c.body, p.body), r.reason, r.created_at
  from core.report as r
  left join core.comment as c on c.comment_id = r.comment_id
  join core.post as p on p.post_id = coalesce(r.post_id, c.post_id)
  where r.closed_at is null
  order by r.created_at
  limit least(greatest(coalesce(p_limit, 100), 0), 1000);
end
$$;

alter function api.list_reports owner to definer;

comment on function api.list_reports is $$
Reports that nobody has answered, the oldest first, with what was written. For staff.

Raises
  M3301 staff_only  the caller is not staff
$$;
