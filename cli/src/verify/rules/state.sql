-- What tables look like. Every query lists what breaks the sentence above it.

-- every table has row-level security enabled and forced
select name from state where not (relrowsecurity and relforcerowsecurity);

-- every table has a comment that says what it holds
select name from state where obj_description(id, 'pg_class') is null;

-- the schemas of state hold no functions
select name from routine where kind = 'state';

-- the schemas of state hold tables only: no view, no rule, no type
select name from relation where kind = 'state' and relkind not in ('r', 'p', 'i', 'I', 'S')
union all
select t.oid::regtype::text
from pg_type as t
join space as s on s.space_id = t.typnamespace
where s.kind = 'state' and t.typtype in ('e', 'd', 'r')
union all
select format('%s on %s', w.rulename, t.name)
from pg_rewrite as w
join state as t on t.id = w.ev_class;

-- every constraint is named for its table and for the fact it states
select name
from fact
where not starts_with(conname, relname || '_')
   or conname !~ case contype when 'p' then '_pkey$' when 'f' then '_fkey$' when 'x' then '_excl$'
                              else '.' end
   or contype = 'c' and conname ~ '_check\d*$'
   or contype <> 'c' and conname ~ '\d$';

-- every index is named for its table
select i.name
from relation as i
join pg_index as x on x.indexrelid = i.id
join state as t on t.id = x.indrelid
where not starts_with(i.relname, t.relname || '_')
   or not x.indisunique and i.relname !~ '(_idx|_excl)$';

-- every foreign key has an index that starts with it
select k.name
from fact as k
where k.contype = 'f'
  and not exists (
    select
    from pg_index as i
    where i.indrelid = k.conrelid
      and i.indisvalid
      and i.indkey[0] = k.conkey[1]
      -- An index without the rows that refer to nothing is as good as a whole one.
      and coalesce(pg_get_expr(i.indpred, i.indrelid), 'IS NOT NULL')
            ~ '^\(?[^()]*IS NOT NULL\)?$');

-- a key carries its table's name and is never just id
select name from field where attname = 'id';

-- a timestamp has a time zone, and no column is a float or money
select name || ' is ' || type
from field
where type ~ '^(timestamp( |\().*without|timestamp without|real|double precision|money)';

-- amounts of money are whole minor units (bigint)
select name || ' is ' || type
from field
where attname ~ '_minor$' and type <> 'bigint' or attname ~ '(_cents|_amount|^amount|^price)$';

-- a counter is an identity column and never a default that callers could use
select f.name
from field as f
join pg_attrdef as d on d.adrelid = f.id and d.adnum = f.attnum
where pg_get_expr(d.adbin, d.adrelid) ~ 'nextval';

-- every status or state column has a constraint that lists its values
select f.name
from field as f
where f.attname in ('status', 'state') and f.type = 'text' and f.attgenerated = ''
  and not exists (
    select from fact as k where k.conrelid = f.id and k.contype in ('c', 'f')
      and k.conkey @> array[f.attnum]);

-- where request roles may update rows, a trigger keeps updated_at
select f.name
from field as f
where f.attname = 'updated_at'
  and exists (
    select from privilege as p
    join caller as c on c.role_id = p.grantee
    where p.id = f.id and p.command = 'update')
  and not exists (
    select from pg_trigger as t
    where t.tgrelid = f.id and t.tgfoid = to_regproc('internal.on_row_touched')
      and t.tgenabled = 'O');

-- a table whose comment says append-only has a trigger that refuses every change
select t.name
from state as t
where obj_description(t.id, 'pg_class') ~* 'append-only'
  and not exists (
    select from pg_trigger as g
    where g.tgrelid = t.id and g.tgfoid = to_regproc('internal.on_append_only')
      -- Before, for update (16), delete (8) and truncate (32).
      and g.tgtype & 58 = 58 and g.tgenabled = 'O');

-- rows of money and history are not deleted or emptied with the rows they refer to
select name
from fact
where contype = 'f' and confdeltype in ('c', 'n', 'd')
  and relname ~ '^(order|payment|refund|booking|booking_event|audit_log)$|^(order_|ledger|payout|stripe_)';
