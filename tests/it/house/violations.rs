//! One way to break each rule, and the name that the rule must then report.

/// The sentence of a rule, statements that break it, and the name it must report.
pub type Violation = (&'static str, &'static str, &'static str);

pub const STATE: &[Violation] = &[
    (
        "every table has row-level security enabled and forced",
        "alter table core.booking no force row level security",
        "core.booking",
    ),
    (
        "every table has a comment that says what it holds",
        "comment on table core.booking is null",
        "core.booking",
    ),
    (
        "the schemas of state hold no functions",
        "create function core.f() returns int language sql return 1",
        "core.f()",
    ),
    (
        "the schemas of state hold tables only: no view, no rule, no type",
        "create type core.mood as enum ('glad')",
        "core.mood",
    ),
    (
        "every constraint is named for its table and for the fact it states",
        "alter table core.booking add check (seats < 9999)",
        "booking_seats_check on core.booking",
    ),
    (
        "every index is named for its table",
        "create index on core.booking (cancel_reason);
         alter index core.booking_cancel_reason_idx rename to by_reason",
        "core.by_reason",
    ),
    (
        "every foreign key has an index that starts with it",
        "alter table core.role add owner_id uuid
           constraint role_owner_id_fkey references core.person",
        "role_owner_id_fkey on core.role",
    ),
    (
        "a key carries its table's name and is never just id",
        "alter table core.role add id uuid",
        "core.role.id",
    ),
    (
        "a timestamp has a time zone, and no column is a float or money",
        "alter table core.role add tip double precision",
        "core.role.tip is double precision",
    ),
    (
        "amounts of money are whole minor units (bigint)",
        "alter table core.role add tip_minor numeric",
        "core.role.tip_minor is numeric",
    ),
    (
        "a counter is an identity column and never a default that callers could use",
        "alter table core.role add number serial",
        "core.role.number",
    ),
    (
        "every status or state column has a constraint that lists its values",
        "alter table core.slot drop constraint slot_state_is_known",
        "core.slot.state",
    ),
    (
        "where request roles may update rows, a trigger keeps updated_at",
        "alter table core.person disable trigger person_touch",
        "core.person.updated_at",
    ),
    (
        "a table whose comment says append-only has a trigger that refuses every change",
        "drop trigger audit_log_keep on core.audit_log",
        "core.audit_log",
    ),
    (
        "rows of money and history are not deleted or emptied with the rows they refer to",
        "alter table core.payment drop constraint payment_order_id_fkey;
         alter table core.payment add constraint payment_order_id_fkey
           foreign key (order_id) references core.order (order_id) on delete cascade",
        "payment_order_id_fkey on core.payment",
    ),
];

pub const CODE: &[Violation] = &[
    (
        "the schemas of code and lenses hold no tables",
        "create table api.scratch (n int)",
        "api.scratch",
    ),
    (
        "every view of a lens runs with the rights of its caller (security_invoker)",
        "alter view tutoring.bookings reset (security_invoker)",
        "tutoring.bookings",
    ),
    (
        "every view has a comment that says what it shows",
        "comment on view tutoring.bookings is null",
        "tutoring.bookings",
    ),
    (
        "every function has a comment that says what it does",
        "comment on function internal.on_row_touched is null",
        "internal.on_row_touched()",
    ),
    (
        "PUBLIC may execute no function",
        "create function api.open() returns int language sql return 1",
        "api.open()",
    ),
    (
        "security definer functions, and only they, are owned by definer",
        "create function api.mine() returns int language sql security definer return 1",
        "api.mine()",
    ),
    (
        "every security definer function and every trigger function sets search_path to pg_catalog, pg_temp",
        "alter function internal.audit set search_path = ''",
        "internal.audit(text,text,text,jsonb,jsonb)",
    ),
    (
        "every other plpgsql function does too, unless only definer may call it, who has such a path",
        "grant execute on function internal.lock_slot to authenticated",
        "internal.lock_slot(uuid)",
    ),
    (
        "every SQL function has a standard body, whose names are bound when it is created",
        "create function api.late() returns int language sql as 'select 1'",
        "api.late()",
    ),
    (
        "every function is written in SQL or plpgsql, and none is declared leakproof",
        "alter function internal.user_id leakproof",
        "internal.user_id()",
    ),
    (
        "no function builds SQL from text",
        "create function api.run(p_text text) returns void language plpgsql
         as 'begin execute p_text; end'",
        "api.run(text)",
    ),
    (
        "no function that clients call is overloaded",
        "create function api.marketplace(p_n int) returns int language sql return 1",
        "api.marketplace",
    ),
    (
        "the arguments of functions that clients call begin with p_",
        "create function api.f(int) returns int language sql return 1",
        "api.f(integer)",
    ),
    (
        "a function that takes a person's id as an argument compares it with the caller",
        "create function api.f(p_learner_user_id uuid) returns uuid language sql
         return p_learner_user_id",
        "api.f(uuid)",
    ),
    (
        "a lens writes nothing itself: its functions run as the caller and call api alone",
        "create function tutoring.f() returns void language plpgsql
           set search_path = pg_catalog, pg_temp
           as $$ begin delete from core.review; end $$",
        "tutoring.f()",
    ),
    (
        "no request role may call a trigger function",
        "grant execute on function internal.on_row_touched to anon",
        "internal.on_row_touched()",
    ),
];

pub const PERMISSION: &[Violation] = &[
    (
        "callers have no usage on core, identity and internal",
        "grant usage on schema core to authenticated",
        "authenticated on core",
    ),
    (
        "request roles may not create objects; definer may not outside a deploy",
        "grant create on schema api to definer",
        "definer in api",
    ),
    (
        "request roles and definer may not create temporary tables",
        "do $$ begin
           execute format('grant temporary on database %I to anon', current_database());
         end $$",
        "anon",
    ),
    (
        "insert and update are granted to request roles column by column",
        "grant update on core.booking to authenticated",
        "update to authenticated on core.booking",
    ),
    (
        "no role may truncate or reference a table, put a trigger on it, or pass its privileges on",
        "grant truncate on core.booking to definer",
        "truncate to definer on core.booking",
    ),
    (
        "request roles have no privileges on sequences",
        "grant usage on sequence core.booking_seq_seq to authenticated",
        "usage on core.booking_seq_seq",
    ),
    (
        "only functions write keys, states, counts and verifications",
        "grant update (verification) on core.provider to authenticated",
        "update of core.provider.verification to authenticated",
    ),
    (
        "policies ask for the caller once per query, not once per row",
        "create policy select_slow on core.booking for select to authenticated
           using (customer_id = internal.user_id())",
        "select_slow on core.booking",
    ),
    (
        "a policy for update says what a row may become (with check)",
        "create policy update_blind on core.booking for update to definer
           using (customer_id = (select internal.user_id()))",
        "update_blind on core.booking",
    ),
    (
        "every policy names its roles and is never for PUBLIC",
        "create policy select_all on core.booking for select using (true)",
        "select_all on core.booking",
    ),
    (
        "every policy is named for its command and its roles",
        "alter policy select_customer on core.booking rename to customer",
        "customer on core.booking",
    ),
    (
        "a policy for definer or service_role is named for the roles it is for",
        "alter policy insert_definer on core.booking rename to insert_house",
        "insert_house on core.booking",
    ),
    (
        "every policy for writes of request roles confines the rows",
        "create policy insert_any on core.customer for insert to authenticated with check (true)",
        "insert_any on core.customer",
    ),
    (
        "every policy confines a privilege that is granted",
        "create policy select_anon on core.booking for select to anon using (false)",
        "select_anon on core.booking (anon)",
    ),
    (
        "every privilege on a table is confined by a policy",
        "grant select on core.booking to anon",
        "select to anon on core.booking",
    ),
    ("our roles have no attributes beyond their grants", "alter role definer bypassrls", "definer"),
    (
        "request roles own nothing, and definer owns only functions and the view auth.users",
        "alter table core.currency owner to definer",
        "definer owns table core.currency",
    ),
    (
        "the two logins have no privileges of their own",
        "grant usage on schema api to authenticator",
        "authenticator on schema api",
    ),
    (
        "each login may become its own roles and inherits nothing",
        "grant service_role to authenticator",
        "authenticator becomes service_role",
    ),
    (
        "request roles are members of no role, and only the deploying user may become definer",
        "grant definer to authenticated",
        "authenticated becomes definer",
    ),
];
