-- Certificates: their numbers, and whether one is real.

create or replace function internal.new_certificate_number()
returns text
language sql
volatile
return (
  select string_agg(
    substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ', get_byte(r.bytes, i) % 32 + 1, 1)
      || case when i in (3, 7) then '-' else '' end, '' order by i)
  from (select decode(md5(gen_random_uuid()::text), 'hex') as bytes) as r
  cross join generate_series(0, 11) as i
);

comment on function internal.new_certificate_number is
  'Twelve characters that are easy to tell apart, such as 7K2M-Q9XD-40FH; they cannot be guessed.';

create or replace function api.verify_certificate(p_number text)
returns table (
  number        text,
  learner_name  text,
  course_title  text,
  provider_name text,
  completed_at  timestamptz,
  is_valid      boolean
)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select c.number, c.learner_name, c.course_title, c.provider_name, c.issued_at,
         e.ended_at is null
  from core.certificate as c
  join core.enrolment as e using (enrolment_id)
  where c.number = upper(btrim(p_number));
end;

alter function api.verify_certificate owner to definer;

comment on function api.verify_certificate is $$
What a certificate with this number says, for everybody; no row if there is none. It is not valid
any more when the price of the course was given back.
$$;

create or replace function api.list_certificates()
returns table (
  number       text,
  offering_id  uuid,
  course_title text,
  issued_at    timestamptz
)
language sql
stable
begin atomic
  select c.number, e.offering_id, c.course_title, c.issued_at
  from core.certificate as c
  join core.enrolment as e using (enrolment_id)
  where c.customer_id = internal.user_id()
  order by c.issued_at desc, c.number;
end;

comment on function api.list_certificates is 'The caller''s certificates, the newest first.';
