-- Keep the size of everybody's shoes, and where shoes are sold.
-- For schema/people/person.sql
-- For schema/people/shoe.sql

alter table core.person add column shoe_size text;
alter table core.person
  add constraint person_shoe_size_is_short check (length(shoe_size) <= 10) not valid;

update core.person set shoe_size = '38' where locale = 'da';

create table core.shoe (
  shoe_id   uuid,
  person_id uuid not null,

  constraint shoe_pkey primary key (shoe_id),
  constraint shoe_person_id_fkey
    foreign key (person_id) references core.person (person_id) on delete cascade
);

alter table core.shoe enable row level security;
alter table core.shoe force row level security;

create index shoe_person_id_idx on core.shoe (person_id);

comment on table core.shoe is 'Who has which shoes.';
