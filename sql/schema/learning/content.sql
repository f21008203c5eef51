-- The contents of a course: sections, lessons and files. What everybody may see of them stands apart
-- from texts, videos and files: a reader without access gets no row of these.

create table core.course_section (
  section_id   uuid default gen_random_uuid(),
  offering_id  uuid not null,
  provider_id  uuid not null,
  audience     text not null default 'provider',
  title        text not null,
  description  text,
  position     integer not null,
  duration_min integer,
  is_published boolean not null default false,
  is_free      boolean not null default false,
  created_at   timestamptz not null default now(),
  updated_at   timestamptz not null default now(),

  constraint course_section_pkey primary key (section_id),
  constraint course_section_offering_id_fkey
    foreign key (offering_id) references core.course (offering_id) on delete cascade,
  constraint course_section_provider_id_fkey
    foreign key (provider_id) references core.provider (provider_id),
  constraint course_section_audience_is_known check (audience in ('provider', 'learners', 'all')),
  constraint course_section_position_key
    unique (offering_id, position) deferrable initially immediate,
  constraint course_section_title_is_short check (length(btrim(title)) between 1 and 200),
  constraint course_section_description_is_short check (length(description) <= 20000),
  constraint course_section_duration_in_range check (duration_min between 0 and 100000)
);

alter table core.course_section enable row level security;
alter table core.course_section force row level security;

create index course_section_provider_id_idx on core.course_section (provider_id);

comment on table core.course_section is 'A section of a course, as its table of contents shows it.';
comment on column core.course_section.is_free is
  'Whether everybody may read and watch it, and its lessons.';

create table core.section_body (
  section_id  uuid,
  offering_id uuid not null,
  provider_id uuid not null,
  audience    text not null default 'provider',
  body        text,
  video_url   text,

  constraint section_body_pkey primary key (section_id),
  constraint section_body_section_id_fkey
    foreign key (section_id) references core.course_section (section_id) on delete cascade,
  constraint section_body_offering_id_fkey
    foreign key (offering_id) references core.course (offering_id) on delete cascade,
  constraint section_body_provider_id_fkey
    foreign key (provider_id) references core.provider (provider_id),
  constraint section_body_audience_is_known check (audience in ('provider', 'learners', 'all')),
  constraint section_body_is_short check (length(body) <= 500000),
  constraint section_body_video_is_web
    check (video_url ~* '^https?://' and length(video_url) <= 2000)
);

alter table core.section_body enable row level security;
alter table core.section_body force row level security;

create index section_body_provider_id_idx on core.section_body (provider_id);
create index section_body_offering_id_idx on core.section_body (offering_id);

comment on table core.section_body is 'The text and video of a section, for who is enrolled.';

create table core.lesson (
  lesson_id    uuid default gen_random_uuid(),
  section_id   uuid not null,
  offering_id  uuid not null,
  provider_id  uuid not null,
  audience     text not null default 'provider',
  title        text not null,
  description  text,
  position     integer not null,
  duration_min integer,
  is_published boolean not null default false,
  created_at   timestamptz not null default now(),
  updated_at   timestamptz not null default now(),

  constraint lesson_pkey primary key (lesson_id),
  constraint lesson_section_id_fkey
    foreign key (section_id) references core.course_section (section_id) on delete cascade,
  constraint lesson_offering_id_fkey
    foreign key (offering_id) references core.course (offering_id) on delete cascade,
  constraint lesson_provider_id_fkey
    foreign key (provider_id) references core.provider (provider_id),
  constraint lesson_audience_is_known check (audience in ('provider', 'learners', 'all')),
  constraint lesson_position_key unique (section_id, position) deferrable initially immediate,
  constraint lesson_title_is_short check (length(btrim(title)) between 1 and 200),
  constraint lesson_description_is_short check (length(description) <= 20000),
  constraint lesson_duration_in_range check (duration_min between 0 and 100000)
);

alter table core.lesson enable row level security;
alter table core.lesson force row level security;

create index lesson_provider_id_idx on core.lesson (provider_id);
create index lesson_offering_id_idx on core.lesson (offering_id);

comment on table core.lesson is 'A lesson of a section, as the table of contents shows it.';
comment on column core.lesson.offering_id is
  'The course of its section, repeated: a lesson never leaves its course.';

create table core.lesson_body (
  lesson_id   uuid,
  offering_id uuid not null,
  provider_id uuid not null,
  audience    text not null default 'provider',
  body        text,
  video_url   text,

  constraint lesson_body_pkey primary key (lesson_id),
  constraint lesson_body_lesson_id_fkey
    foreign key (lesson_id) references core.lesson (lesson_id) on delete cascade,
  constraint lesson_body_offering_id_fkey
    foreign key (offering_id) references core.course (offering_id) on delete cascade,
  constraint lesson_body_provider_id_fkey
    foreign key (provider_id) references core.provider (provider_id),
  constraint lesson_body_audience_is_known check (audience in ('provider', 'learners', 'all')),
  constraint lesson_body_is_short check (length(body) <= 500000),
  constraint lesson_body_video_is_web
    check (video_url ~* '^https?://' and length(video_url) <= 2000)
);

alter table core.lesson_body enable row level security;
alter table core.lesson_body force row level security;

create index lesson_body_provider_id_idx on core.lesson_body (provider_id);
create index lesson_body_offering_id_idx on core.lesson_body (offering_id);

comment on table core.lesson_body is 'The text and video of a lesson, for who is enrolled.';

create table core.lesson_attachment (
  lesson_attachment_id uuid default gen_random_uuid(),
  lesson_id            uuid not null,
  offering_id          uuid not null,
  provider_id          uuid not null,
  audience             text not null default 'provider',
  name                 text not null,
  url                  text not null,
  created_at           timestamptz not null default now(),
  updated_at           timestamptz not null default now(),

  constraint lesson_attachment_pkey primary key (lesson_attachment_id),
  constraint lesson_attachment_lesson_id_fkey
    foreign key (lesson_id) references core.lesson (lesson_id) on delete cascade,
  constraint lesson_attachment_offering_id_fkey
    foreign key (offering_id) references core.course (offering_id) on delete cascade,
  constraint lesson_attachment_provider_id_fkey
    foreign key (provider_id) references core.provider (provider_id),
  constraint lesson_attachment_audience_is_known check (audience in ('provider', 'learners', 'all')),
  constraint lesson_attachment_name_is_short check (length(btrim(name)) between 1 and 200),
  constraint lesson_attachment_url_is_web
    check (url ~* '^https?://' and length(url) <= 2000)
);

alter table core.lesson_attachment enable row level security;
alter table core.lesson_attachment force row level security;

create index lesson_attachment_provider_id_idx on core.lesson_attachment (provider_id);
create index lesson_attachment_lesson_id_idx on core.lesson_attachment (lesson_id);
create index lesson_attachment_offering_id_idx on core.lesson_attachment (offering_id);

comment on table core.lesson_attachment is 'A file of a lesson, for who is enrolled.';
