-- Both sides act on their bookings through functions, which check the side and the time.

grant execute on function
  api.accept_booking, api.complete_booking, api.mark_no_show, api.move_booking, api.save_booking
  to authenticated;
