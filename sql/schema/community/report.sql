-- Reports: what readers tell moderators.

create table core.report (
  report_id   uuid default gen_random_uuid(),
  reporter_id uuid not null,
  post_id     uuid,
  comment_id  uuid,
  reason      text not null,
  created_at  timestamptz not null default now(),
  closed_at   timestamptz,
  closed_by   uuid,
  outcome     text,

  constraint report_pkey primary key (report_id),
  constraint report_of_post_key unique (reporter_id, post_id),
  constraint report_of_comment_key unique (reporter_id, comment_id),
  constraint report_reporter_id_fkey
    foreign key (reporter_id) references core.person (person_id),
  constraint report_post_id_fkey
    foreign key (post_id) references core.post (post_id) on delete cascade,
  constraint report_comment_id_fkey
    foreign key (comment_id) references core.comment (comment_id) on delete cascade,
  constraint report_closed_by_fkey foreign key (closed_by) references core.person (person_id),
  constraint report_of_one_thing check (num_nonnulls(post_id, comment_id) = 1),
  constraint report_reason_is_short check (length(reason) <= 1000),
  constraint report_outcome_is_known check (outcome in ('hidden', 'kept'))
);

alter table core.report enable row level security;
alter table core.report force row level security;

create index report_post_id_idx on core.report (post_id) where post_id is not null;
create index report_comment_id_idx on core.report (comment_id) where comment_id is not null;
create index report_closed_by_idx on core.report (closed_by) where closed_by is not null;
create index report_open_idx on core.report (created_at) where closed_at is null;

comment on table core.report is
  'A reader thinks that a post or a comment should not be there. Moderators answer.';
