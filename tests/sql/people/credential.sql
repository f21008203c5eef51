-- Credentials: a provider's own, read by everybody.

begin;
select plan(22);

select tests.introduce('tara', 'alice', 'uwe');
insert into core.provider (provider_id) values (tests.id('tara')), (tests.id('uwe'));
grant usage on schema core to authenticated, anon;

prepare credentials as
select name, issued_by, issued_on from core.credential order by name;

select tests.act_as_anonymous();
select throws_ok($$ select api.save_credential('{"name": "CPDT"}') $$, '42501', null,
  'an anonymous caller cannot save a credential');
select tests.act_as('alice');
select throws_ok($$ select api.save_credential('{"name": "CPDT"}') $$, 'M4001',
  'provider_not_found', 'somebody who is no provider has no credentials');

select tests.act_as('tara');
select lives_ok(format($$ select api.save_credential('{"credential_id": "%s", "name": " CPDT-KA ",
  "issued_by": "CCPDT", "issued_on": "2019-05-01"}') $$, tests.id('cpdt')),
  'a provider saves a credential');
select throws_ok($$ select api.save_credential('{"name": " "}') $$, 'M0016', 'name_required',
  'a credential needs a name');
select throws_ok($$ select api.save_credential('{"name": "x", "issued_on": "someday"}') $$, '22007',
  null, 'a credential with a date that is none is refused');
select throws_ok($$ select api.save_credential('{"name": "x", "url": "javascript:x"}') $$, '23514',
  null, 'a credential with a link that is no web address is refused');
select lives_ok(
  format($$ select api.save_credential('{"credential_id": "%s", "issued_by": "The council"}') $$,
         tests.id('cpdt')), 'a provider changes a credential');
select throws_ok(
  format($$ select api.save_credential('{"credential_id": "%s"}', 'fail') $$, tests.id('cpdt')),
  '23505', null, 'a credential that must not be there is refused');

select tests.act_as_anonymous();
select results_eq('credentials', $$ values ('CPDT-KA', 'The council', date '2019-05-01') $$,
  'everybody reads the credential, and what was not given stays');

select tests.act_as('uwe');
select throws_ok(
  format($$ select api.save_credential('{"credential_id": "%s", "name": "X"}') $$,
         tests.id('cpdt')), '42501', null, 'another provider cannot change it');
select throws_ok(
  format($$ select api.save_credential('{"provider_id": "%s", "name": "X"}') $$,
         tests.id('tara')), '42501', null, 'another provider cannot give one away');
select throws_ok(format('select api.remove_credential(%L)', tests.id('cpdt')), 'M4005',
  'credential_not_found', 'another provider cannot remove it');

select tests.act_as('tara');
select throws_ok(
  format($$ select api.save_credential('{"credential_id": "%s", "provider_id": "%s"}') $$,
         tests.id('cpdt'), tests.id('uwe')), '42501', null, 'a credential stays with its provider');
select lives_ok(format('select api.remove_credential(%L)', tests.id('cpdt')),
  'a provider removes a credential');
select is_empty('credentials', 'a removed credential is gone');

-- All at once.
select is(api.set_credentials('["CPDT", {"name": "KPA", "issued_by": "Pryor"}]'), 2,
  'a provider replaces all credentials, by names or with more');
select is(api.set_credentials('"[\"IAABC\"]"'), 1, 'the text of an array is an array too');
select results_eq('credentials', $$ values ('IAABC', null::text, null::date) $$,
  'what is not in the new list is gone');
select throws_ok($$ select api.set_credentials('{"name": "x"}') $$, 'M0017', 'credentials_invalid',
  'credentials are an array');
select throws_ok($$ select api.set_credentials('[""]') $$, 'M0016', 'name_required',
  'a credential without a name is refused in a list too');
select throws_ok($$ select api.set_credentials('[]', tests.id('uwe')) $$, '42501', null,
  'a provider cannot replace the credentials of another');
select tests.act_as('alice');
select throws_ok($$ select api.set_credentials('[]') $$, 'M4001', 'provider_not_found',
  'a customer has no credentials');

select * from finish();
rollback;
