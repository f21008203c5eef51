-- What the status of a booking says, each set by one name. Messages, time, money and lenses ask.
-- Plain expressions, so that a planner sees through them to an index.

create or replace function internal.takes_seat(p_status text)
returns boolean
language sql
immutable
parallel safe
return p_status in ('requested', 'confirmed', 'completed', 'no_show_customer', 'no_show_provider');

comment on function internal.takes_seat is
  'Whether a booking of this status takes its seats for good; one that waits for money holds them.';

create or replace function internal.is_secured(p_status text)
returns boolean
language sql
immutable
parallel safe
return p_status in ('requested', 'confirmed');

comment on function internal.is_secured is
  'Whether a booking of this status is to take place, its money taken or authorised.';

create or replace function internal.is_coming(p_status text)
returns boolean
language sql
immutable
parallel safe
return p_status in ('pending_payment', 'requested', 'confirmed');

comment on function internal.is_coming is
  'Whether a booking of this status may still take place, paid or not.';

create or replace function internal.is_bought(p_status text)
returns boolean
language sql
immutable
parallel safe
return p_status in ('requested', 'confirmed', 'completed', 'no_show_customer');

comment on function internal.is_bought is
  'Whether a booking of this status gives its customer what they paid for, such as materials.';

create or replace function internal.is_earned(p_status text)
returns boolean
language sql
immutable
parallel safe
return p_status in ('completed', 'no_show_customer');

comment on function internal.is_earned is
  'Whether a booking of this status took place, as far as its provider could see to that.';

create or replace function internal.is_called_off(p_status text)
returns boolean
language sql
immutable
parallel safe
return p_status in ('cancelled', 'declined', 'expired');

comment on function internal.is_called_off is
  'Whether a booking of this status ended before its time.';
