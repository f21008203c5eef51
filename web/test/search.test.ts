import { expect, test, vi } from "vitest";

vi.mock("../src/start/client", () => ({ api: {}, supabase: {} }));
const { pointOf, readSearch } = await import("../src/storefront/search");

test("an address that somebody has changed by hand asks for nothing odd", () => {
  expect(
    readSearch({ text: 42, most: "-1", day: "tomorrow", near: "x", sort: "password" }),
  ).toEqual({
    text: "42",
  });
  expect(readSearch({ text: "tabla", most: "400", day: "2026-12-01", sort: "price" })).toEqual({
    text: "tabla",
    most: 400,
    day: "2026-12-01",
    sort: "price",
  });
});

test("a point is on the earth", () => {
  expect(pointOf("55.68,12.57")).toEqual([55.68, 12.57]);
  expect(pointOf("155,12")).toBeNull();
  expect(pointOf("55")).toBeNull();
});
