-- Reports, which answer what queries 4, 5, 7 and 8 of the document ask. Each shows what its reader
-- may see: staff everything, a healer their own.

create view avenrae.healer_revenue with (security_invoker = true) as
select
  h.id,
  u.first_name,
  u.last_name,
  count(b.id) as total_bookings,
  coalesce(sum(b.total_price), 0) as total_revenue,
  avg(b.client_rating)::numeric(3, 2) as avg_rating,
  h.currency,
  h.uuid
from avenrae.healers as h
join avenrae.users as u on u.uuid = h.uuid
left join avenrae.bookings as b
  on b.healer_uuid = h.uuid
    and b.status = 'completed'
    and b.currency = h.currency
-- Of others a healer or a client sees no bookings, and none would read as nothing earned.
where h.uuid = (select internal.user_id())
   or (select internal.is_staff())
   or (select internal.is_service())
group by h.id, h.uuid, h.currency, u.first_name, u.last_name;

comment on view avenrae.healer_revenue is
  'Query 4: completed bookings of each healer, what clients paid for them in the healer''s '
  'currency, and what those clients say. A healer sees their own row, staff all.';

create view avenrae.top_rated_services with (security_invoker = true) as
select
  s.id,
  s.service_name,
  h.healer_type,
  count(r.id) as total_reviews,
  avg(r.rating)::numeric(3, 2) as avg_rating,
  h.rating as healer_rating,
  s.uuid,
  s.healer_uuid
from avenrae.services as s
join avenrae.healers as h on h.uuid = s.healer_uuid
join avenrae.reviews as r on r.service_uuid = s.uuid and r.status = 'published'
group by s.id, s.uuid, s.healer_uuid, s.service_name, h.healer_type, h.rating;

comment on view avenrae.top_rated_services is
  'Query 5: services that were reviewed, each by the reviews of its own bookings. healer_rating is '
  'that of the healer, which the query as written shows for every service.';

create view avenrae.event_attendance with (security_invoker = true) as
select
  e.id,
  e.event_name,
  e.event_date,
  e.max_capacity,
  e.registered_seats as registered_count,
  round(e.registered_seats * 100.0 / e.max_capacity, 2) as capacity_percentage,
  (
    select coalesce(sum(r.checked_in), 0)
    from avenrae.event_registrations as r
    where r.event_uuid = e.uuid
  )::bigint as attended_count,
  e.status,
  e.uuid,
  e.organizer_healer_uuid
from avenrae.events as e;

comment on view avenrae.event_attendance is
  'Query 7: seats that are taken of each event, not counting what was cancelled, and who came.';

create function avenrae.date_format(p_at timestamptz, p_format text)
returns text
language sql
stable
parallel safe
begin atomic
  select string_agg(
    case w.word
      when '%%' then '%'
      when '%T' then to_char(t.at, 'HH24:MI:SS')
      when '%r' then to_char(t.at, 'HH12:MI:SS AM')
      when '%D' then to_char(t.at, 'FMDDth')
      when '%w' then extract(dow from t.at)::text
      -- A week that begins on Sunday has the number and the year of that day; %U begins at 0.
      when '%V' then to_char(t.sunday, 'WW')
      when '%X' then to_char(t.sunday, 'YYYY')
      when '%U' then case when to_char(t.sunday, 'YYYY') = to_char(t.at, 'YYYY')
                          then to_char(t.sunday, 'WW') else '00' end
      -- The ISO week, as far as it is one of this year.
      when '%u' then case sign(to_char(t.at, 'IYYY')::integer - to_char(t.at, 'YYYY')::integer)
                       when -1 then '00' when 0 then to_char(t.at, 'IW') else '53' end
      else case
        when f.pattern is not null then to_char(t.at, f.pattern)
        when w.word ~ '^%.' then substr(w.word, 2)
        else w.word
      end
    end, '' order by w.n)
  from (
    select d.at, d.at - make_interval(days => extract(dow from d.at)::integer) as sunday
    from (select p_at at time zone 'UTC' as at) as d
  ) as t
  cross join regexp_split_to_table(
    regexp_replace(p_format, '(%.|[^%]+)', E'\\1\x01', 'g'), E'\x01')
    with ordinality as w(word, n)
  left join (values
    ('%Y', 'YYYY'), ('%y', 'YY'), ('%m', 'MM'), ('%c', 'FMMM'), ('%M', 'FMMonth'), ('%b', 'Mon'),
    ('%d', 'DD'), ('%e', 'FMDD'), ('%j', 'DDD'), ('%a', 'Dy'), ('%W', 'FMDay'), ('%v', 'IW'),
    ('%x', 'IYYY'), ('%H', 'HH24'), ('%k', 'FMHH24'), ('%h', 'HH12'), ('%I', 'HH12'),
    ('%l', 'FMHH12'), ('%i', 'MI'), ('%s', 'SS'), ('%S', 'SS'), ('%f', 'US'), ('%p', 'AM')
  ) as f(word, pattern) on f.word = w.word;
end;

comment on function avenrae.date_format is $$
An instant as MySQL writes it with these letters, in UTC: date_format(now(), '%Y-%m') is '2026-11'.
$$;

create view avenrae.monthly_revenue with (security_invoker = true) as
with income as (
  select avenrae.date_format(b.booking_date, '%Y-%m') as month, b.currency, 'booking' as source,
         count(*) as number, sum(b.total_price) as revenue
  from avenrae.bookings as b
  where b.payment_status = 'paid'
  group by 1, 2
  union all
  select avenrae.date_format(o.order_date, '%Y-%m'), o.currency, 'order',
         count(distinct o.uuid), sum(i.total_price)
  from avenrae.order_items as i
  join avenrae.orders as o on o.uuid = i.order_uuid
  where i.item_type = 'product' and i.payment_status = 'paid'
  group by 1, 2
  union all
  select avenrae.date_format(e.event_date, '%Y-%m'), r.currency, 'event',
         count(*), sum(r.total_price)
  from avenrae.event_registrations as r
  join avenrae.events as e on e.uuid = r.event_uuid
  where r.payment_status = 'paid'
  group by 1, 2
)
select
  i.month,
  coalesce(sum(i.number) filter (where i.source = 'booking'), 0)::bigint as bookings,
  coalesce(sum(i.revenue) filter (where i.source = 'booking'), 0) as booking_revenue,
  coalesce(sum(i.number) filter (where i.source = 'order'), 0)::bigint as orders,
  coalesce(sum(i.revenue) filter (where i.source = 'order'), 0) as product_revenue,
  sum(i.revenue) as total_revenue,
  coalesce(sum(i.number) filter (where i.source = 'event'), 0)::bigint as event_registrations,
  coalesce(sum(i.revenue) filter (where i.source = 'event'), 0) as event_revenue,
  i.currency
from income as i
group by i.month, i.currency;

comment on view avenrae.monthly_revenue is
  'Query 8: paid bookings and registrations by the month they take place, paid goods by the month '
  'they were ordered, whichever of them a month has. Each currency by itself.';
