//! Pay what is due, on a schedule.
