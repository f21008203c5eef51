-- Rate limits: a person who guesses codes is not told for ever whether they are right.

begin;
select plan(8);

select tests.introduce('alice', 'bob', 'tara');
select tests.act_as_anonymous();
select throws_ok('select api.count_guess()', '42501', null, 'an anonymous caller counts no guess');

select tests.act_as('alice');
select lives_ok(
  $$ do $do$ begin for n in 1..19 loop perform api.count_guess(); end loop; end $do$ $$,
  'nineteen wrong guesses of a person are counted');
select tests.act_as_nobody();
select tests.act_as('alice');
select lives_ok('select api.count_guess()', 'the twentieth is counted');
select tests.act_as_nobody();
select is((select r.uses from identity.rate_limit as r where r.action = 'guess'), 20,
  'the guesses of a person are counted in one row');
select is(
  (select count(*) from identity.rate_limit as r
   where position(uuid_send(tests.id('alice')) in r.subject) > 0), 0::bigint,
  'a row of the limit does not say who has guessed');

create function tests.asks(p_name text)
returns text
language plpgsql
as $$
begin
  perform tests.act_as(p_name);
  perform internal.require_few_guesses();
  return 'answered';
exception when others then
  return sqlstate || ' ' || sqlerrm;
end
$$;
grant execute on all functions in schema tests to public;
grant usage on schema internal to authenticated;
grant execute on function internal.require_few_guesses to authenticated;

select is(tests.asks('alice'), 'M9004 too_many_guesses',
  'after twenty wrong guesses nothing more is answered');
select tests.act_as_nobody();
select is(tests.asks('bob'), 'answered', 'the guesses of one person do not bind another');
select tests.act_as_nobody();
update identity.rate_limit set window_ends_at = now() where action = 'guess';
select is(tests.asks('alice'), 'answered', 'after an hour a person may guess again');

select * from finish();
rollback;
