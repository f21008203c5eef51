-- What functions and lenses look like. Every query lists those who break the sentence above.

-- code and lenses hold no state
select name from relation where kind <> 'state' and relkind in ('r', 'p', 'm', 'f', 'S');

-- a view of a lens runs as whoever asks
select name
from relation
where relkind = 'v'
  and not coalesce(reloptions && array['security_invoker=true', 'security_invoker=on'], false);

-- a view says what it shows
select name from relation where relkind = 'v' and obj_description(id, 'pg_class') is null;

-- a function says what it does
select name from routine where obj_description(id, 'pg_proc') is null;

-- nothing is executable by PUBLIC
select r.name
from routine as r, aclexplode(coalesce(r.proacl, acldefault('f', r.proowner))) as a
where a.grantee = 0;

-- a security definer function belongs to definer, and nothing else does
select name from routine where prosecdef <> (proowner = to_regrole('definer'));

-- a plpgsql function pins search_path to pg_catalog, pg_temp
select name
from routine
where (language = 'plpgsql' or prosecdef)
  and not coalesce(proconfig @> array['search_path=pg_catalog, pg_temp'], false);

-- a function in SQL has a standard body, whose names are bound when it is made
select name from routine where language = 'sql' and prosqlbody is null;

-- a function is written in SQL or plpgsql, and never says it is leakproof
select name from routine where language not in ('sql', 'plpgsql') or proleakproof;

-- no function builds SQL from text
select name from routine where language = 'plpgsql' and prosrc ~* '\mexecute\M(?! (on|function))';

-- a name that clients call stands for one function
select format('%s.%s', space, proname)
from routine
where space <> 'internal'
group by space, proname
having count(*) > 1;

-- arguments that clients name begin with p_
select name
from routine
where space <> 'internal'
  and prorettype <> 'trigger'::regtype
  and exists (
    select
    from generate_series(1, pronargs) as i
    where coalesce(proargnames[i], '') !~ '^p_[a-z]');

-- an identity given as an argument is compared with the caller
select r.name
from routine as r, unnest(r.proargnames) as a(name)
where r.space = 'api'
  and a.name ~ '^p_([a-z]+_)?(user|owner)_id$'
  and r.text !~ format('require_identity\(\s*%s\s*\)', a.name);

-- a trigger function is nobody's to call
select distinct r.name
from routine as r, aclexplode(r.proacl) as a
join caller as c on c.role_id = a.grantee
where r.prorettype = 'trigger'::regtype;
