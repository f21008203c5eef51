-- Staff sees what stands still.

grant execute on function api.list_stuck_work to authenticated;
