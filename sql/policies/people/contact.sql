-- Views of lenses ask for everybody they show, and most are told nothing.

grant execute on function internal.contact_of to anon, authenticated, service_role;
