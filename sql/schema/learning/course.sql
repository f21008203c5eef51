-- Courses: an offering that is read and watched. The text stands apart from what everybody may see:
-- a reader without access gets no row of it.

create table core.course (
  offering_id      uuid,
  provider_id      uuid not null,
  audience         text not null default 'learners',
  image_url        text,
  preview_url      text,
  sale_price_minor bigint,
  access_days      integer,
  created_at       timestamptz not null default now(),

  constraint course_pkey primary key (offering_id),
  constraint course_offering_id_fkey
    foreign key (offering_id) references core.offering (offering_id) on delete cascade,
  constraint course_provider_id_fkey
    foreign key (provider_id) references core.provider (provider_id),
  constraint course_audience_is_known check (audience in ('learners', 'all')),
  constraint course_image_is_web
    check (image_url ~* '^https?://' and length(image_url) <= 2000),
  constraint course_preview_is_web
    check (preview_url ~* '^https?://' and length(preview_url) <= 2000),
  constraint course_sale_price_in_range check (sale_price_minor between 0 and 99999999),
  constraint course_access_in_range check (access_days between 1 and 36500)
);

alter table core.course enable row level security;
alter table core.course force row level security;

comment on table core.course is
  'What an offering of the kind course has besides. Its row is locked by whoever changes the '
  'contents, and shared by those who complete a lesson.';
create index course_provider_id_idx on core.course (provider_id);

comment on column core.course.provider_id is
  'The seller of the offering, repeated here and below: a policy with a join would cost every '
  'reader.';
comment on column core.course.audience is
  'Who reads it besides its provider: all, or learners alone when it was taken down. Here and below '
  'it follows from what is published and free; internal.settle_audience keeps it.';
comment on column core.course.sale_price_minor is
  'What it costs instead of the price, as long as it is set; in the offering''s currency.';
comment on column core.course.access_days is
  'Days that an enrolment lasts; null means for good.';

create table core.course_body (
  offering_id uuid,
  provider_id uuid not null,
  body        text not null,

  constraint course_body_pkey primary key (offering_id),
  constraint course_body_offering_id_fkey
    foreign key (offering_id) references core.course (offering_id) on delete cascade,
  constraint course_body_provider_id_fkey
    foreign key (provider_id) references core.provider (provider_id),
  constraint course_body_is_short check (length(body) <= 500000)
);

alter table core.course_body enable row level security;
alter table core.course_body force row level security;

create index course_body_provider_id_idx on core.course_body (provider_id);

comment on table core.course_body is 'The text of a course, for who is enrolled.';
