/** Weekly hours on a week of days without a date: 7 January 2024 was a Sunday. */
export interface Window {
  day_of_week: number;
  start_time: string;
  end_time: string;
}

/** 0 is Sunday. A week is shown from Monday on, so Sunday is its last day. */
export function dateOfDay(day: number): string {
  return `2024-01-${String(8 + ((day + 6) % 7)).padStart(2, "0")}`;
}

/** What was drawn, as hours; null if it does not stay within a day. */
export function windowOf(start: string, end: string): Window | null {
  const [date, time] = [start.slice(0, 10), start.slice(11, 16)];
  const isMidnight = end.slice(11, 16) === "00:00";
  const sameDay = end.slice(0, 10) === date;
  if (!sameDay && !isMidnight) return null;
  return {
    day_of_week: new Date(`${date}T12:00:00Z`).getUTCDay(),
    start_time: time,
    end_time: sameDay ? end.slice(11, 16) : "24:00",
  };
}
