-- Occupancy: the time that a used slot takes of its provider.

create or replace function internal.busy_time(
  p_starts_at timestamptz,
  p_ends_at   timestamptz,
  p_offering  core.offering
)
returns tstzrange
language sql
stable
return tstzrange(
  p_starts_at - make_interval(mins => (p_offering).buffer_before_min),
  p_ends_at + make_interval(mins => (p_offering).buffer_after_min));

comment on function internal.busy_time is
  'The time a slot takes of its provider: itself, and the offering''s buffers around it.';
