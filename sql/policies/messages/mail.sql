-- What somebody is called by others is no secret where they have spoken in public.

grant execute on function internal.name_of to anon, authenticated, service_role;
