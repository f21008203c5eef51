import { Button } from "@mantine/core";
import { IconCalendarPlus } from "@tabler/icons-react";
import { useWords } from "../words";
import type { BookingRow } from "./asks";

/** A booking as a file that calendar programs read. */
export function DownloadEntry({ booking }: { booking: BookingRow }) {
  const { t } = useWords();
  const download = async () => {
    const { createEvent } = await import("ics");
    const { value } = createEvent({
      uid: `${booking.id}@convene`,
      start: new Date(booking.start_at).getTime(),
      end: new Date(booking.end_at).getTime(),
      startInputType: "utc",
      endInputType: "utc",
      title: `${booking.session_title} · ${booking.expert_name}`,
      location: booking.place ?? undefined,
      url: new URL(`/bookings/${booking.id}`, location.origin).href,
      status: booking.core_status === "confirmed" ? "CONFIRMED" : "TENTATIVE",
    });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([value!], { type: "text/calendar" }));
    link.download = "booking.ics";
    link.click();
    URL.revokeObjectURL(link.href);
  };
  return (
    <Button
      variant="default"
      leftSection={<IconCalendarPlus size={16} aria-hidden />}
      onClick={() => void download()}
    >
      {t("booking.calendar")}
    </Button>
  );
}
