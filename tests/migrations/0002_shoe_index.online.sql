-- Find people by the size of their shoes.
-- For schema/people/person.sql

create index concurrently if not exists person_shoe_size_idx on core.person (shoe_size);

-- To validate it twice does no harm.
-- squawk-ignore prefer-robust-stmts
alter table core.person validate constraint person_shoe_size_is_short;
