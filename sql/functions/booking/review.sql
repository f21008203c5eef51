-- Reviews of completed bookings, one per side.

create or replace function api.review_booking(
  p_booking_id uuid,
  p_rating     integer,
  p_comment    text default null,
  p_review_id  uuid default null
)
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_booking   core.booking := internal.lock_booking(p_booking_id);
  v_side      text := internal.side_of(v_booking);
  v_review_id uuid := coalesce(p_review_id, internal.uuid_v7());
begin
  perform internal.require_actor();
  if v_side not in ('customer', 'provider') then
    perform internal.refuse('M3501', 'parties_only', 'Only its two sides can review a booking.');
  end if;
  if p_rating is null or p_rating not between 1 and 5 then
    perform internal.refuse('M0501', 'rating_invalid', 'A rating is a number from 1 to 5.');
  end if;
  if v_booking.status <> 'completed' then
    perform internal.refuse('M9502', 'booking_not_completed',
      format('The booking is %s.', v_booking.status), 'Wait until it has taken place.');
  end if;
  if exists (
    select from core.marketplace as m
    where v_booking.ends_at < now() - make_interval(days => m.review_window_days)
  ) then
    perform internal.refuse('M9503', 'review_window_over', 'The time to review it is over.');
  end if;

  insert into core.review
    (review_id, booking_id, author_side, author_id, provider_id, offering_id, rating, comment)
  values
    (v_review_id, p_booking_id, v_side, internal.user_id(), v_booking.provider_id,
     v_booking.offering_id, p_rating, nullif(btrim(p_comment), ''))
  on conflict (booking_id, author_side) do nothing;

  if not found then
    perform internal.refuse('M9504', 'already_reviewed', 'You have already reviewed this booking.');
  end if;

  if v_side = 'customer' then
    perform internal.count_ratings(v_booking.provider_id);
    perform internal.notify(v_booking.provider_id, 'review_received',
                            jsonb_build_object('booking_id', p_booking_id));
  end if;
  return v_review_id;
end
$$;

alter function api.review_booking owner to definer;

comment on function api.review_booking is $$
Review a completed booking from the caller's side, once, and return the review's id: p_review_id, if
its client has made one. The provider's rating is counted again under their lock.

Raises
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  M0501 rating_invalid         not 1 to 5
  M3501 parties_only           staff does not review
  M4203 booking_not_found      there is none, or the caller has no part in it
  M9502 booking_not_completed  it has not taken place
  M9503 review_window_over     it was too long ago
  M9504 already_reviewed       this side has spoken
  23505                        there is a review of this id
$$;

create or replace function api.reply_to_review(p_review_id uuid, p_reply text)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_provider_id uuid := internal.require_user_id();
begin
  perform internal.require_actor();
  update core.review as r
  set reply = nullif(btrim(p_reply), '')
  where r.review_id = p_review_id
    and r.author_side = 'customer'
    and r.provider_id = v_provider_id;

  if not found then
    perform internal.refuse(
      'M4502', 'review_not_found', format('There is no review %s of your bookings.', p_review_id));
  end if;
end
$$;

alter function api.reply_to_review owner to definer;

comment on function api.reply_to_review is $$
Answer a review of the caller in public; an empty reply takes the answer back.

Raises
  M3001 person_suspended, M3002 sign_up_required
  M1001 sign_in_required
  M4502 review_not_found  there is none, or it is about another provider
$$;

create or replace function api.list_reviews(
  p_provider_id uuid default null,
  p_booking_id  uuid default null,
  p_limit       integer default 100
)
returns table (
  review_id   uuid,
  booking_id  uuid,
  provider_id uuid,
  offering_id uuid,
  author_side text,
  author_name text,
  rating      integer,
  comment     text,
  reply       text,
  status      text,
  created_at  timestamptz
)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select
    r.review_id,
    -- Which booking it was is the matter of its two sides.
    case when internal.user_id() in (r.author_id, r.provider_id, b.customer_id)
         then r.booking_id end,
    r.provider_id, r.offering_id, r.author_side, internal.name_of(r.author_id), r.rating,
    r.comment, r.reply, r.status, r.created_at
  from core.review as r
  join core.booking as b using (booking_id)
  where (r.status = 'published' or r.author_id = internal.user_id())
    -- What a provider says of a customer is told to the two of them.
    and (r.author_side = 'customer' or internal.user_id() in (r.provider_id, b.customer_id))
    and (p_provider_id is null or r.provider_id = p_provider_id)
    and (p_booking_id is null or r.booking_id = p_booking_id
                                 and internal.user_id() in (r.provider_id, b.customer_id))
  order by r.created_at desc, r.review_id desc
  limit least(greatest(coalesce(p_limit, 100), 0), 1000);
end;

alter function api.list_reviews owner to definer;

comment on function api.list_reviews is $$
Reviews, newest first, at most 1,000: of a provider, or of one booking of the caller's. Everybody
reads what customers have said of providers; what a provider has said of a customer is read by the
two of them.

Security definer, because the names of authors are read with them.
$$;

create or replace function api.hide_review(p_review_id uuid, p_is_hidden boolean, p_reason text)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_before core.review;
begin
  perform internal.require_staff();
  perform internal.require_choice(p_is_hidden, 'p_is_hidden');
  select r.* into v_before
  from core.review as r
  where r.review_id = p_review_id
  for no key update;
  if not found then
    perform internal.refuse(
      'M4502', 'review_not_found', format('There is no review %s.', p_review_id));
  end if;

  update core.review as r
  set status = case when p_is_hidden then 'hidden' else 'published' end
  where r.review_id = p_review_id;
  perform internal.count_ratings(v_before.provider_id);
  perform internal.audit('hide_review', 'review', p_review_id::text,
    jsonb_build_object('status', v_before.status),
    jsonb_build_object('is_hidden', p_is_hidden, 'reason', p_reason));
  return v_before.status = 'published';
end
$$;

alter function api.hide_review owner to definer;

comment on function api.hide_review is $$
Hide a review, or show it again; says whether it was shown. The provider's rating is counted again.
For staff; audited.

Raises
  M0208 answer_invalid  p_is_hidden is neither true nor false
  M3301 staff_only        the caller is not staff
  M4502 review_not_found  there is no such review
$$;

create or replace function internal.count_ratings(p_provider_id uuid)
returns void
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  update core.provider as p
  set rating_count = r.count, rating_avg = r.avg
  from (
    select count(*) as count, avg(v.rating) as avg
    from core.review as v
    where v.provider_id = p_provider_id
      and v.author_side = 'customer'
      and v.status = 'published'
  ) as r
  where p.provider_id = p_provider_id;
end;

alter function internal.count_ratings owner to definer;

comment on function internal.count_ratings is
  'Count a provider''s ratings again, of what customers said and everybody may read.';

create or replace function internal.booking_to_review(p_review jsonb)
returns uuid
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_booking_id uuid := (p_review ->> 'booking_id')::uuid;
begin
  if v_booking_id is not null or exists (
    select from core.review as r where r.review_id = (p_review ->> 'review_id')::uuid
  ) then
    return v_booking_id;
  end if;
  select b.booking_id into v_booking_id
  from core.booking as b
  where b.customer_id = internal.user_id()
    and b.provider_id = (p_review ->> 'provider_id')::uuid
    and b.offering_id = coalesce((p_review ->> 'offering_id')::uuid, b.offering_id)
    and b.status = 'completed'
    and not exists (
      select
      from core.review as r
      where r.booking_id = b.booking_id and r.author_side = 'customer')
  order by b.starts_at desc
  limit 1;
  if not found then
    perform internal.refuse('M4203', 'booking_not_found',
      'You have no completed booking with them that you have not reviewed.',
      'A review follows a booking that has taken place.');
  end if;
  return v_booking_id;
end
$$;

alter function internal.booking_to_review owner to definer;

comment on function internal.booking_to_review is $$
The booking that a review is of: the one it names, or the newest completed one of the caller with
the provider, and of the offering, that it names.

Raises
  M4203 booking_not_found  there is none that is completed and not reviewed
$$;

create or replace function api.save_review(p_review jsonb, p_if_exists text default 'merge')
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_me         uuid := internal.require_user_id();
  v_booking_id uuid;
  v_review     core.review;
begin
  perform internal.require_actor();
  perform internal.require_fields(p_review,
    'review_id', 'author_id', 'booking_id', 'provider_id', 'offering_id', 'rating', 'comment',
    'reply');
  v_booking_id := internal.booking_to_review(p_review);
  select r.* into v_review
  from core.review as r
  where r.review_id = (p_review ->> 'review_id')::uuid
     or r.booking_id = v_booking_id and r.author_id = v_me
  order by r.review_id = (p_review ->> 'review_id')::uuid desc nulls last
  limit 1;
  if not found then
    perform internal.require_identity(coalesce((p_review ->> 'author_id')::uuid, v_me));
    return api.review_booking(v_booking_id, (p_review ->> 'rating')::integer,
                              p_review ->> 'comment', (p_review ->> 'review_id')::uuid);
  elsif not internal.found_to_save('review', p_if_exists) then
    return null;
  elsif v_booking_id <> v_review.booking_id then
    raise exception using errcode = '42501', message = 'A review stays with its booking.';
  elsif v_review.provider_id <> v_me then
    perform internal.require_identity(v_review.author_id);
  end if;

  if (jsonb_populate_record(v_review, p_review)).rating <> v_review.rating
     or (jsonb_populate_record(v_review, p_review)).comment is distinct from v_review.comment then
    perform internal.refuse('M0018', 'column_read_only',
      'The rating and the comment of a review stay as they were written.',
      'Others have read them, and the provider may have answered.');
  end if;
  if p_review ? 'reply' and p_review ->> 'reply' is distinct from v_review.reply then
    perform api.reply_to_review(v_review.review_id, p_review ->> 'reply');
  end if;
  return v_review.review_id;
end
$$;

alter function api.save_review owner to definer;

comment on function api.save_review is $$
Review a booking, or answer a review; return its id. p_review: {"review_id"?, "booking_id",
"author_id"? (the caller), "rating", "comment"?} reviews, see api.review_booking; "provider_id" and
"offering_id"? instead of "booking_id" review the newest completed booking with them; the
"review_id" of one that is there and "reply" answer it, see api.reply_to_review. What was written
stays, and so does the id of the caller's review of a booking. p_if_exists: merge, ignore or fail.

Raises
  M0011 if_exists_unknown, M0012 fields_invalid, M0013 field_unknown
  M0018 column_read_only  the rating or comment would be changed
  M1001 sign_in_required
  23505  p_if_exists is fail, and there is a review of this id, or the caller's of the booking
  42501  author_id is somebody else, or the review is of another booking
  and what api.review_booking and api.reply_to_review raise
$$;
