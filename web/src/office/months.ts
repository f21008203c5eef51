interface Paid {
  created_at: string;
  captured_minor: number;
  refunded_minor: number;
  lost_minor: number;
}

/** Payments by the month they were made in, the oldest first; months without any are shown too. */
export function byMonth(payments: Paid[], locale: string) {
  const sums = new Map<string, { captured: number; returned: number }>();
  const times = payments.map((one) => one.created_at.slice(0, 7)).sort();
  const first = times[0];
  if (!first) return [];
  const last = times.at(-1)!;
  for (let [year, month] = first.split("-").map(Number); ; month += 1) {
    if (month > 12) [year, month] = [year + 1, 1];
    const key = `${year}-${String(month).padStart(2, "0")}`;
    sums.set(key, { captured: 0, returned: 0 });
    if (key >= last) break;
  }
  for (const one of payments) {
    const sum = sums.get(one.created_at.slice(0, 7))!;
    sum.captured += one.captured_minor;
    sum.returned += Math.min(one.refunded_minor + one.lost_minor, one.captured_minor);
  }
  const name = new Intl.DateTimeFormat(locale, {
    month: "short",
    year: "2-digit",
    timeZone: "UTC",
  });
  return [...sums].map(([key, sum]) => ({ month: name.format(new Date(`${key}-15`)), ...sum }));
}
