-- One booking through the function, for bench/booking_by_hand.sh. One Sync ends the messages, and
-- commits.
\set i :i + 1
\set n :first + :client_id * :range + :i
\startpipeline
select set_config('app.user_id', bench.id(2, :n % :experts)::text, true), set_config('request.jwt.claims', '{"role":"authenticated"}', true), set_config('role', 'authenticated', true);
select * from api.book_slot(bench.id(2, :n % :experts), bench.id(4, :n));
\endpipeline
