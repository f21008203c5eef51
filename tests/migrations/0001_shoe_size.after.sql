-- Danes have size 38.
select display_name from core.person where locale = 'da' and shoe_size is distinct from '38';

-- Nobody else has a size.
select display_name from core.person where locale <> 'da' and shoe_size is not null;

-- Sofie is still there.
select 'Sofie'
where not exists (
  select from core.person where person_id = '5e000000-0000-4000-8000-000000000001');
