-- Contact: who is told whose address and number. person_private is read by the person and by staff;
-- the two sides of a confirmed booking are told each other's number, and nothing else of it.

create or replace function internal.contact_of(p_person_id uuid)
returns table (email text, phone text)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select case when w.is_told_all then v.contact_email end, v.phone
  from core.person_private as v
  cross join lateral (
    select p_person_id = internal.user_id() or internal.is_service() or internal.is_staff()
           as is_told_all) as w
  where v.person_id = p_person_id
    and (w.is_told_all or exists (
      select
      from core.booking as b
      where b.status = 'confirmed'
        and (b.customer_id = p_person_id and b.provider_id = internal.user_id()
             or b.provider_id = p_person_id and b.customer_id = internal.user_id())));
end
$$;

alter function internal.contact_of owner to definer;

comment on function internal.contact_of is $$
The address and the number of a person as the caller may know them: both of their own, and for staff
and the house; the number alone for the other side of a confirmed booking. For views of lenses.
$$;
