-- What functions and lenses look like. Every query lists what breaks the sentence above it.

-- the schemas of code and lenses hold no tables
select name from relation where kind <> 'state' and relkind in ('r', 'p', 'm', 'f', 'S');

-- every view of a lens runs with the rights of its caller (security_invoker)
select name
from relation
where relkind = 'v'
  and not coalesce(reloptions && array['security_invoker=true', 'security_invoker=on'], false);

-- every view has a comment that says what it shows
select name from relation where relkind = 'v' and obj_description(id, 'pg_class') is null;

-- every function has a comment that says what it does
select name from routine where obj_description(id, 'pg_proc') is null;

-- PUBLIC may execute no function
select r.name
from routine as r, aclexplode(coalesce(r.proacl, acldefault('f', r.proowner))) as a
where a.grantee = 0;

-- security definer functions, and only they, are owned by definer
select name from routine where prosecdef <> (proowner = to_regrole('definer'));

-- every security definer function and every trigger function sets search_path to pg_catalog, pg_temp
select name
from routine
where (prosecdef or prorettype = 'trigger'::regtype)
  and not coalesce(proconfig @> array['search_path=pg_catalog, pg_temp'], false);

-- every other plpgsql function does too, unless only definer may call it, who has such a path
select r.name
from routine as r
where r.language = 'plpgsql'
  and not r.prosecdef
  and r.prorettype <> 'trigger'::regtype
  and not coalesce(r.proconfig @> array['search_path=pg_catalog, pg_temp'], false)
  and exists (
    select
    from aclexplode(coalesce(r.proacl, acldefault('f', r.proowner))) as a
    where a.grantee not in (r.proowner, to_regrole('definer')));

-- every SQL function has a standard body, whose names are bound when it is created
select name from routine where language = 'sql' and prosqlbody is null;

-- every function is written in SQL or plpgsql, and none is declared leakproof
select name from routine where language not in ('sql', 'plpgsql') or proleakproof;

-- no function builds SQL from text
select name from routine where language = 'plpgsql' and prosrc ~* '\mexecute\M(?! (on|function))'
  -- It reads the view that it is a trigger of, whichever that is.
  and name <> 'internal.on_row_sent()';

-- no function that clients call is overloaded
select format('%s.%s', space, proname)
from routine
where space <> 'internal'
  -- A function of a row is a relation: the type of the row says which is meant.
  and not exists (select from pg_type as t where t.oid = proargtypes[0] and t.typrelid <> 0)
group by space, proname
having count(*) > 1;

-- the arguments of functions that clients call begin with p_
select name
from routine
where space <> 'internal'
  and prorettype <> 'trigger'::regtype
  and exists (
    select
    from generate_series(1, pronargs) as i
    where coalesce(proargnames[i], '') !~ '^p_[a-z]');

-- a function that takes a person's id as an argument compares it with the caller
select r.name
from routine as r, unnest(r.proargnames) as a(name)
where r.space = 'api'
  and a.name ~ '^p_([a-z]+_)?(user|owner)_id$'
  and r.text !~ format('require_identity\(\s*%s\s*\)', a.name);

-- no request role may call a trigger function
select distinct r.name
from routine as r, aclexplode(r.proacl) as a
join caller as c on c.role_id = a.grantee
where r.prorettype = 'trigger'::regtype;

-- a lens writes nothing itself: its functions run as the caller and call api alone
select name from routine where kind = 'lens' and (prosecdef or text ~ '\m(core|identity|internal)\.');
