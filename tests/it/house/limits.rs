//! Limits of a database that belongs to somebody else.

/// The sentence of the limit, statements that cause it, and the name it is reported with. None of
/// them breaks a rule.
pub const LIMITS: &[(&str, &str, &str)] = &[
    (
        "service_role was there before us and passes every policy: whoever has the secret key \
         reads and writes all rows, as with any Supabase",
        "alter role service_role bypassrls; comment on role service_role is null",
        "service_role",
    ),
    (
        "a login was there before us and may become more than its own roles: keep its password to \
         the data API",
        "grant service_role to authenticator; comment on role authenticator is null",
        "authenticator becomes service_role",
    ),
    (
        "a role of callers was there before us and has no timeout of its own: a deploy sets none \
         for it",
        "alter role anon reset statement_timeout; comment on role anon is null",
        "anon",
    ),
    (
        "a role of callers was there before us and may create objects in a schema that is not ours",
        "create schema theirs; grant create on schema theirs to authenticated;
         comment on role authenticated is null",
        "authenticated in theirs",
    ),
    (
        "the database is not the deploying user's, who cannot take temporary tables from PUBLIC",
        "do $$ begin
           execute format('alter database %I owner to postgres', current_database());
           execute format('grant temporary on database %I to public', current_database());
         end $$",
        "PUBLIC",
    ),
];
