-- Receipts: numbered when the money arrives, read by who paid.

create or replace function internal.on_receipt_issued()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- One at a time, and last: all other locks are held by now, and the commit follows. A sequence
  -- would leave a gap where a transaction fails.
  perform pg_advisory_xact_lock(hashtext('convene receipts'));
  update core.receipt as r
  set number = coalesce((select max(x.number) from core.receipt as x), 0) + 1
  where r.order_id = new.order_id and r.number is null;
  return null;
end
$$;

alter function internal.on_receipt_issued owner to definer;

comment on function internal.on_receipt_issued is
  'Trigger, deferred to the commit: give the receipt the next number. Locks the numbers.';

-- A constraint trigger cannot be replaced.
drop trigger if exists receipt_number on core.receipt;
create constraint trigger receipt_number after insert on core.receipt
  deferrable initially deferred
  for each row execute function internal.on_receipt_issued();

create or replace function internal.issue_receipt(p_payment core.payment)
returns void
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  insert into core.receipt (order_id, customer_id)
  values ((p_payment).order_id, (p_payment).payer_id)
  on conflict do nothing;
end;

alter function internal.issue_receipt owner to definer;

comment on function internal.issue_receipt is
  'Issue the receipt of an order whose money has arrived, once. Its number comes at the commit.';

create or replace function internal.receipt_lines(p_order core.order)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select jsonb_agg(jsonb_build_object(
    'title', l.title,
    'kind', l.kind,
    'seller', coalesce(internal.name_of(l.provider_id), m.name),
    'starts_at', b.starts_at,
    'quantity', l.quantity,
    'unit', internal.to_decimal(l.unit_minor, (p_order).currency)::text,
    'discount', internal.to_decimal(l.discount_minor, (p_order).currency)::text,
    'total', internal.to_decimal(l.total_minor, (p_order).currency)::text,
    'discount_minor', l.discount_minor,
    'total_minor', l.total_minor) order by l.seq)
  from core.order_line as l
  cross join core.marketplace as m
  left join core.booking as b using (booking_id)
  where l.order_id = (p_order).order_id;
end;

alter function internal.receipt_lines owner to definer;

comment on function internal.receipt_lines is 'The lines of an order as a receipt prints them.';

create or replace function internal.receipt_view(p_order core.order, p_receipt core.receipt)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select jsonb_build_object(
    'number', (p_receipt).number,
    'issued_at', (p_receipt).issued_at,
    'issued_on', to_char((p_receipt).issued_at at time zone p.timezone, 'YYYY-MM-DD'),
    'order_id', (p_order).order_id,
    'order_number', (p_order).number,
    'marketplace', m.name,
    'support_email', m.support_email,
    'buyer', internal.name_of(p.person_id),
    'locale', p.locale,
    'currency', (p_order).currency,
    'lines', internal.receipt_lines(p_order),
    'subtotal', internal.to_decimal((p_order).subtotal_minor, (p_order).currency)::text,
    'discount', internal.to_decimal((p_order).discount_minor, (p_order).currency)::text,
    'tax', internal.to_decimal((p_order).tax_minor, (p_order).currency)::text,
    'total', internal.to_decimal((p_order).total_minor, (p_order).currency)::text,
    'paid', internal.to_decimal(s.captured_minor, (p_order).currency)::text,
    'refunded', internal.to_decimal(s.refunded_minor, (p_order).currency)::text,
    'discount_minor', (p_order).discount_minor,
    'tax_minor', (p_order).tax_minor,
    'total_minor', (p_order).total_minor,
    'paid_minor', s.captured_minor,
    'refunded_minor', s.refunded_minor)
  from core.marketplace as m
  join core.person as p on p.person_id = (p_order).customer_id
  cross join (
    select sum(y.captured_minor)::bigint as captured_minor,
           sum(y.refunded_minor)::bigint as refunded_minor
    from core.payment as y
    where y.order_id = (p_order).order_id) as s;
end;

alter function internal.receipt_view owner to definer;

comment on function internal.receipt_view is 'A receipt, with amounts as it prints them.';

create or replace function api.receipt(p_order_id uuid)
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_user_id uuid := case when not internal.is_service() then internal.require_user_id() end;
  v_order   core.order;
  v_receipt core.receipt;
begin
  select o.* into v_order
  from core.order as o
  where o.order_id = p_order_id
    and (o.customer_id = v_user_id or internal.is_staff() or internal.is_service());
  if not found then
    perform internal.refuse('M4308', 'order_not_found', 'You have no such order.');
  end if;
  select r.* into v_receipt from core.receipt as r where r.order_id = p_order_id;
  if not found then
    perform internal.refuse('M9311', 'order_not_paid', 'A receipt is given when the money is there.');
  end if;
  return internal.receipt_view(v_order, v_receipt);
end
$$;

alter function api.receipt owner to definer;

comment on function api.receipt is $$
The receipt of an order of the caller's, or of anybody's for staff: number, what was bought of whom,
what was paid, and what has been refunded since. Amounts are text as they are printed, and beside it
minor units. `GET /functions/v1/receipt?order_id=` is the same as a page to print.

Raises
  M1001 sign_in_required  nobody is signed in
  M4308 order_not_found   there is none, or it is somebody else's
  M9311 order_not_paid    no money has arrived for it, or it cost nothing
$$;
