-- What one round of the relay asks of the database, as pgbench asks it.
begin;
select set_config('request.jwt.claims', '{"role":"service_role"}', true),
       set_config('app.user_id', '', true), set_config('role', 'service_role', true);
select api.claim_outbox(100) as claimed \gset
commit;
begin;
select set_config('request.jwt.claims', '{"role":"service_role"}', true),
       set_config('app.user_id', '', true), set_config('role', 'service_role', true);
select api.record_outbox(
  array_agg((c ->> 'outbox_id')::uuid), array_agg((c ->> 'attempt')::integer),
  array_agg(null::text))
from jsonb_array_elements(:claimed::jsonb) as c;
commit;
