//! One way to break each rule of the house, and whom the rule must name then.

/// A rule as it says itself, statements that break it, and the offender.
pub type Violation = (&'static str, &'static str, &'static str);

pub const STATE: &[Violation] = &[
    (
        "every table has row-level security enabled and forced",
        "alter table core.booking no force row level security",
        "core.booking",
    ),
    ("a table says what it holds", "comment on table core.booking is null", "core.booking"),
    (
        "state holds no code",
        "create function core.f() returns int language sql return 1",
        "core.f()",
    ),
    (
        "state is tables: no view, no rule and no type of its own",
        "create type core.mood as enum ('glad')",
        "core.mood",
    ),
    (
        "every constraint is named for its table and the fact it states",
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
        "a key carries its table's name, and never just id",
        "alter table core.role add id uuid",
        "core.role.id",
    ),
    (
        "an instant has a zone, and a number that must be exact is not a float",
        "alter table core.role add tip double precision",
        "core.role.tip is double precision",
    ),
    (
        "money is whole minor units",
        "alter table core.role add tip_minor numeric",
        "core.role.tip_minor is numeric",
    ),
    (
        "a number that only grows is an identity, never a default that somebody may use",
        "alter table core.role add number serial",
        "core.role.number",
    ),
    (
        "what has a state says which states there are",
        "alter table core.slot drop constraint slot_state_is_known",
        "core.slot.state",
    ),
    (
        "where those who call may update, a trigger keeps updated_at",
        "alter table core.person disable trigger person_touch",
        "core.person.updated_at",
    ),
    (
        "what is said to be append-only is, for every role",
        "drop trigger booking_event_keep on core.booking_event",
        "core.booking_event",
    ),
    (
        "money and history do not go when what they refer to does",
        "alter table core.payment drop constraint payment_order_id_fkey;
         alter table core.payment add constraint payment_order_id_fkey
           foreign key (order_id) references core.order (order_id) on delete cascade",
        "payment_order_id_fkey on core.payment",
    ),
];

pub const CODE: &[Violation] = &[
    ("code and lenses hold no state", "create table api.scratch (n int)", "api.scratch"),
    (
        "a view of a lens runs as whoever asks",
        "alter view tutoring.bookings reset (security_invoker)",
        "tutoring.bookings",
    ),
    ("a view says what it shows", "comment on view tutoring.bookings is null", "tutoring.bookings"),
    (
        "a function says what it does",
        "comment on function internal.on_row_touched is null",
        "internal.on_row_touched()",
    ),
    (
        "nothing is executable by PUBLIC",
        "create function api.open() returns int language sql return 1",
        "api.open()",
    ),
    (
        "a security definer function belongs to definer, and nothing else does",
        "create function api.mine() returns int language sql security definer return 1",
        "api.mine()",
    ),
    (
        "a plpgsql function pins search_path to pg_catalog, pg_temp",
        "alter function internal.audit set search_path = ''",
        "internal.audit(text,text,text,jsonb,jsonb)",
    ),
    (
        "a function in SQL has a standard body, whose names are bound when it is made",
        "create function api.late() returns int language sql as 'select 1'",
        "api.late()",
    ),
    (
        "a function is written in SQL or plpgsql, and never says it is leakproof",
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
        "a name that clients call stands for one function",
        "create function api.marketplace(p_n int) returns int language sql return 1",
        "api.marketplace",
    ),
    (
        "arguments that clients name begin with p_",
        "create function api.f(int) returns int language sql return 1",
        "api.f(integer)",
    ),
    (
        "an identity given as an argument is compared with the caller",
        "create function api.f(p_learner_user_id uuid) returns uuid language sql
         return p_learner_user_id",
        "api.f(uuid)",
    ),
    (
        "a trigger function is nobody's to call",
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
        "nobody who calls makes anything, and definer nothing between deploys",
        "grant create on schema api to definer",
        "definer in api",
    ),
    (
        "those who call make no temporary tables",
        "do $$ begin
           execute format('grant temporary on database %I to anon', current_database());
         end $$",
        "anon",
    ),
    (
        "insert and update are granted by column to those who call",
        "grant update on core.booking to authenticated",
        "update to authenticated on core.booking",
    ),
    (
        "nobody truncates a table, refers to it, puts a trigger on it or passes a right on",
        "grant truncate on core.booking to definer",
        "truncate to definer on core.booking",
    ),
    (
        "nobody who calls draws numbers",
        "grant usage on sequence core.booking_seq_seq to authenticated",
        "usage on core.booking_seq_seq",
    ),
    (
        "keys, states, counts and what the house thinks are written by functions alone",
        "grant update (verification) on core.provider to authenticated",
        "update of core.provider.verification to authenticated",
    ),
    (
        "a policy asks for the caller once per query, not once per row",
        "create policy select_slow on core.booking for select to authenticated
           using (customer_id = internal.user_id())",
        "select_slow on core.booking",
    ),
    (
        "a policy that lets rows be changed says what they may become",
        "create policy update_blind on core.booking for update to definer
           using (customer_id = (select internal.user_id()))",
        "update_blind on core.booking",
    ),
    (
        "a policy is for roles by name, never for everybody",
        "create policy select_all on core.booking for select using (true)",
        "select_all on core.booking",
    ),
    (
        "a policy is permissive, named for its command and for whom",
        "alter policy select_customer on core.booking rename to customer",
        "customer on core.booking",
    ),
    (
        "a policy for definer or the service is named for the roles it is for",
        "alter policy insert_definer on core.booking rename to insert_house",
        "insert_house on core.booking",
    ),
    (
        "those who call write only rows that a policy confines",
        "create policy insert_any on core.customer for insert to authenticated with check (true)",
        "insert_any on core.customer",
    ),
    (
        "no policy without a privilege that it confines",
        "create policy select_anon on core.booking for select to anon using (false)",
        "select_anon on core.booking (anon)",
    ),
    (
        "no privilege without a policy that confines it",
        "grant select on core.booking to anon",
        "select to anon on core.booking",
    ),
    (
        "no role of a request has a power beyond its grants",
        "alter role definer bypassrls",
        "definer",
    ),
    (
        "those who call own nothing, and definer owns functions alone, and the view of one's own login",
        "alter table core.currency owner to definer",
        "definer owns table core.currency",
    ),
    (
        "a login was given nothing of its own: without a role it may do nothing",
        "grant usage on schema api to authenticator",
        "authenticator on schema api",
    ),
    (
        "a login becomes its own roles and inherits nothing",
        "grant service_role to authenticator",
        "authenticator becomes service_role",
    ),
    (
        "a role of a request is a member of nothing, and only who deploys may become definer",
        "grant definer to authenticated",
        "authenticated becomes definer",
    ),
];
