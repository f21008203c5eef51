-- Payment methods: noted as charges arrive, removed by whose they are.

create or replace function internal.note_payment_method(p_person_id uuid, p_charge jsonb)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_kind text := p_charge #>> '{payment_method_details,type}';
  v_card jsonb := p_charge -> 'payment_method_details' -> v_kind;
  v_id   text := coalesce(v_card ->> 'fingerprint', p_charge ->> 'payment_method');
begin
  if v_id is null or v_kind is null
     or not exists (select from core.person as p
                    where p.person_id = p_person_id and p.status <> 'deleted') then
    return;
  end if;
  insert into core.payment_method as m
    (payment_method_id, person_id, external_id, kind, brand, last4)
  values (internal.uuid_v7(), p_person_id, left(v_id, 255), left(v_kind, 40),
          left(v_card ->> 'brand', 40), substring(v_card ->> 'last4' from '^\d{4}$'))
  on conflict (person_id, external_id) do update set last_used_at = now();
end
$$;

alter function internal.note_payment_method owner to definer;

comment on function internal.note_payment_method is
  'Note what a charge was paid with, by its brand and last four digits.';

create or replace function api.remove_payment_method(p_payment_method_id uuid)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_me uuid := internal.require_user_id();
begin
  delete from core.payment_method as m
  where m.payment_method_id = p_payment_method_id
    and (m.person_id = v_me or internal.is_service());
  return found;
end
$$;

alter function api.remove_payment_method owner to definer;

comment on function api.remove_payment_method is $$
Forget a card of the caller's; false when they have none of that id. The next payment with it notes
it again.

Raises
  M1001 sign_in_required  nobody is signed in
$$;

create or replace function api.list_payment_methods()
returns table (
  payment_method_id uuid,
  kind              text,
  brand             text,
  last4             text,
  last_used_at      timestamptz
)
language sql
stable
begin atomic
  select m.payment_method_id, m.kind, m.brand, m.last4, m.last_used_at
  from core.payment_method as m
  where m.person_id = internal.user_id()
  order by m.last_used_at desc, m.payment_method_id;
end;

comment on function api.list_payment_methods is 'What the caller has paid with, the last first.';
