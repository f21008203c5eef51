-- Signing keys: published before they sign, and kept until no token of theirs is good.

begin;
select plan(13);

prepare published as
select string_agg(k ->> 'kid', ' ' order by k ->> 'kid')
from jsonb_array_elements(api.signing_keys() -> 'keys') as k;
create function tests.rotate(p_kid text, p_only_first boolean default false)
returns text
language sql
as $$
  select api.auth_rotate_signing_keys(
    p_kid, jsonb_build_object('kid', p_kid), tests.digest('sealed ' || p_kid), p_only_first)
    ->> 'kid';
$$;
grant execute on all functions in schema tests to public;
delete from identity.signing_key;

select tests.act_as_anonymous();
select throws_ok(
  'select api.auth_rotate_signing_keys(null, null, null)', '42501', null,
  'an anonymous caller cannot bring a signing key');
select throws_ok(
  'select api.auth_signing_key()', '42501', null,
  'an anonymous caller cannot read the private signing key');
select is(api.signing_keys(), '{"keys": []}',
  'an anonymous caller may read the keys that tokens are checked with');

select tests.act_as_service();
select is(api.auth_signing_key(), null, 'there is no signing key before the first');
select is(tests.rotate('k1', true), 'k1', 'the first key signs at once');
select is(api.auth_signing_key() ->> 'private_key', encode('sealed k1', 'hex'),
  'the service reads the sealed private part of the key that signs');
select is(tests.rotate('kx', true), 'k1', 'a first key is not taken when there is one');
select is(tests.rotate('k2'), 'k1', 'a second key is published before it signs');
select is(tests.rotate('k3'), 'k2', 'a key signs from the rotation after its own');
select tests.act_as_anonymous();
select results_eq('published', $$ values ('k1 k2 k3') $$,
  'the previous, the current and the next key are published');
select is(api.signing_keys() #> '{keys,0,private_key}', null,
  'the private part of a key is not published');
select tests.act_as_nobody();
update identity.signing_key set changed_at = now() - interval '9 days' where kid = 'k1';
select tests.act_as_service();
select is(tests.rotate('k4'), 'k3', 'every rotation moves the keys a step on');
select tests.act_as_anonymous();
select results_eq('published', $$ values ('k2 k3 k4') $$,
  'a key that stopped signing more than eight days ago is gone after a rotation');

select * from finish();
rollback;
