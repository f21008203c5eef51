/** The zone of the browser. */
export const hereZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

type Instant = string | Date;
const at = (instant: Instant) => new Date(instant);

export const timeOf = (instant: Instant, zone: string, locale: string) =>
  new Intl.DateTimeFormat(locale, { timeZone: zone, hour: "2-digit", minute: "2-digit" }).format(
    at(instant),
  );

export const dayOf = (instant: Instant, zone: string, locale: string) =>
  new Intl.DateTimeFormat(locale, {
    timeZone: zone,
    weekday: "long",
    day: "numeric",
    month: "long",
  }).format(at(instant));

export const shortDayOf = (instant: Instant, zone: string, locale: string) =>
  new Intl.DateTimeFormat(locale, {
    timeZone: zone,
    weekday: "short",
    day: "numeric",
    month: "short",
  }).format(at(instant));

export const dateOf = (instant: Instant, locale: string, zone = hereZone()) =>
  new Intl.DateTimeFormat(locale, { timeZone: zone, dateStyle: "medium" }).format(at(instant));

export const momentOf = (instant: Instant, locale: string, zone = hereZone()) =>
  new Intl.DateTimeFormat(locale, {
    timeZone: zone,
    dateStyle: "medium",
    timeStyle: "short",
  }).format(at(instant));

/** `2026-11-30`, by the clock of a zone: days are compared and grouped by it. */
export const dateKey = (instant: Instant, zone: string) =>
  new Intl.DateTimeFormat("sv-SE", {
    timeZone: zone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  }).format(at(instant));

/** "GMT+1", so that two zones can be told apart at an instant. */
export function offsetOf(instant: Instant, zone: string): string {
  const parts = new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "shortOffset" });
  return parts.formatToParts(at(instant)).find((part) => part.type === "timeZoneName")?.value ?? "";
}

/** "Europe/Copenhagen" as people say it. */
export const placeOf = (zone: string) => zone.split("/").pop()!.replaceAll("_", " ");

/** Things by the day they begin on, in order. */
export function byDay<T>(things: T[], begins: (thing: T) => string, zone: string) {
  const days = new Map<string, T[]>();
  for (const thing of things) {
    const key = dateKey(begins(thing), zone);
    days.set(key, [...(days.get(key) ?? []), thing]);
  }
  return [...days.entries()];
}

/** "in 2 hours", "3 days ago". */
export function distanceOf(instant: Instant, locale: string, now = Date.now()): string {
  const seconds = (at(instant).getTime() - now) / 1000;
  const words = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const units: [Intl.RelativeTimeFormatUnit, number][] = [
    ["day", 86_400],
    ["hour", 3_600],
    ["minute", 60],
  ];
  for (const [unit, length] of units) {
    if (Math.abs(seconds) >= length) return words.format(Math.trunc(seconds / length), unit);
  }
  return words.format(0, "minute");
}
