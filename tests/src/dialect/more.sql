-- What cases of PostgREST's own specification need beside fixture.sql.
create function a_record() returns record language sql stable
  as 'select client_id, name from client where client_id = 1';
create function long(c char(4), cs char(4)[]) returns text language sql return c || cs[1];
create function bad_status() returns void language plpgsql
  as 'begin raise sqlstate ''PT40A'' using message = ''Wrong''; end';
create domain "text/plain" as text;
create function plain() returns "text/plain" language sql return 'a';
create function plains() returns setof "text/plain" language sql as 'select ''a''';
create function only_text(text) returns text language sql return $1;
create function two(json) returns int language sql return 1;
create function two(jsonb) returns int language sql return 2;
create table late (n int unique deferrable initially deferred);
insert into late values (1);
grant all on late to anon;
