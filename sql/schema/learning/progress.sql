-- Progress: how far a learner has come.

create table core.section_progress (
  section_progress_id uuid default gen_random_uuid(),
  enrolment_id        uuid not null,
  section_id          uuid not null,
  completed_at        timestamptz,

  constraint section_progress_pkey primary key (section_progress_id),
  constraint section_progress_once_key unique (enrolment_id, section_id),
  constraint section_progress_enrolment_id_fkey
    foreign key (enrolment_id) references core.enrolment (enrolment_id),
  constraint section_progress_section_id_fkey
    foreign key (section_id) references core.course_section (section_id) on delete cascade
);

alter table core.section_progress enable row level security;
alter table core.section_progress force row level security;

create index section_progress_section_id_idx on core.section_progress (section_id);

comment on table core.section_progress is
  'A section that a learner has completed: all its published lessons, or, where it has no lessons, '
  'as they say.';
comment on column core.section_progress.completed_at is
  'Null again when a lesson was added that the learner has not completed.';

create table core.lesson_progress (
  lesson_progress_id uuid default gen_random_uuid(),
  enrolment_id       uuid not null,
  lesson_id          uuid not null,
  watch_pct          numeric(5, 2) not null default 0,
  completed_at       timestamptz,
  updated_at         timestamptz not null default now(),

  constraint lesson_progress_pkey primary key (lesson_progress_id),
  constraint lesson_progress_once_key unique (enrolment_id, lesson_id),
  constraint lesson_progress_enrolment_id_fkey
    foreign key (enrolment_id) references core.enrolment (enrolment_id),
  constraint lesson_progress_lesson_id_fkey
    foreign key (lesson_id) references core.lesson (lesson_id) on delete cascade,
  constraint lesson_progress_percent_in_range check (watch_pct between 0 and 100)
);

alter table core.lesson_progress enable row level security;
alter table core.lesson_progress force row level security;

create index lesson_progress_lesson_id_idx on core.lesson_progress (lesson_id);

comment on table core.lesson_progress is
  'How much of a lesson a learner has watched, and when they completed it. Neither ever falls.';
