import { expect, test, vi } from "vitest";
import { windowOf, dateOfDay } from "../src/desk/week";
import { byDay, dateKey, distanceOf, offsetOf, timeOf } from "../src/start/times";

vi.mock("../src/start/client", () => ({ api: {}, supabase: {} }));
const { pageOf } = await import("../src/booking/asks");

const copenhagen = "Europe/Copenhagen";

test("the hour that a spring day skips is never shown", () => {
  // 28 March 2027: 02:00 is followed by 03:00.
  expect(timeOf("2027-03-28T00:59:00Z", copenhagen, "en-GB")).toBe("01:59");
  expect(timeOf("2027-03-28T01:00:00Z", copenhagen, "en-GB")).toBe("03:00");
  expect(offsetOf("2027-03-28T00:59:00Z", copenhagen)).toBe("GMT+1");
  expect(offsetOf("2027-03-28T01:00:00Z", copenhagen)).toBe("GMT+2");
});

test("the hour that an autumn day has twice is told apart by its offset", () => {
  const [first, second] = ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"];
  expect(timeOf(first, copenhagen, "en-GB")).toBe(timeOf(second, copenhagen, "en-GB"));
  expect(offsetOf(first, copenhagen)).not.toBe(offsetOf(second, copenhagen));
});

test("an instant is another day in another zone", () => {
  expect(dateKey("2026-11-30T23:30:00Z", "Europe/London")).toBe("2026-11-30");
  expect(dateKey("2026-11-30T23:30:00Z", "Asia/Tokyo")).toBe("2026-12-01");
  const days = byDay(["2026-11-30T22:30:00Z", "2026-11-30T23:30:00Z"], (at) => at, copenhagen);
  expect(days.map(([day]) => day)).toEqual(["2026-11-30", "2026-12-01"]);
});

test("a distance is said in the largest unit that fits", () => {
  const now = Date.parse("2026-11-30T12:00:00Z");
  expect(distanceOf("2026-12-02T13:00:00Z", "en", now)).toBe("in 2 days");
  expect(distanceOf("2026-11-30T11:30:00Z", "en", now)).toBe("30 minutes ago");
});

test("hours that are drawn stay within their day", () => {
  const sunday = dateOfDay(0);
  expect(windowOf(`${sunday}T09:00:00`, `${sunday}T12:15:00`)).toEqual({
    day_of_week: 0,
    start_time: "09:00",
    end_time: "12:15",
  });
  expect(windowOf("2024-01-08T20:00:00", "2024-01-09T00:00:00")?.end_time).toBe("24:00");
  expect(windowOf("2024-01-08T20:00:00", "2024-01-09T02:00:00")).toBeNull();
});

test("a time that a link names is on the page of its two weeks", () => {
  const first = new Date("2026-11-30T12:00:00Z");
  expect(pageOf("2026-11-30T12:00:00Z", first)).toBe(0);
  expect(pageOf("2026-12-14T11:59:00Z", first)).toBe(0);
  expect(pageOf("2026-12-14T12:00:00Z", first)).toBe(1);
  expect(pageOf("2027-01-12T12:00:00Z", first)).toBe(3);
  expect(pageOf("2026-11-01T12:00:00Z", first)).toBe(0);
});
