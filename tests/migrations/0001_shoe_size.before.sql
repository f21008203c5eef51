insert into core.person (person_id, display_name, locale)
values ('5e000000-0000-4000-8000-000000000001', 'Sofie', 'da');
