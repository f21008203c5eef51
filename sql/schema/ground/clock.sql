-- What a task of the clock could not do.

create table core.clock_failure (
  task       text,
  subject_id uuid,
  attempts   integer not null default 1,
  failed_at  timestamptz not null default now(),
  next_at    timestamptz not null default now() + interval '1 minute',
  last_error text not null,

  constraint clock_failure_pkey primary key (task, subject_id),
  constraint clock_failure_words_are_short
    check (length(task) <= 100 and length(last_error) <= 500)
);

alter table core.clock_failure enable row level security;
alter table core.clock_failure force row level security;

comment on table core.clock_failure is
  'Rows that a task of the clock has set aside, so that the others do not wait behind them. A row '
  'is tried again at next_at; one that was done since then is forgotten after a day.';
