//! What time brings: holds, completions, releases, horizons, reminders.
