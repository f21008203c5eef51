import { expect, test, vi } from "vitest";

vi.mock("../src/start/client", () => ({ api: {}, supabase: {} }));
const { labelOf, nearTo, pointOf, readSearch } = await import("../src/storefront/search");

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

test("a place is called by all of its names, and its point is one", () => {
  const odense = { city: "Odense", region: "", country: "Denmark", latitude: 55.4, longitude: 10 };
  expect(labelOf({ ...odense, provider_count: 2 })).toBe("Odense, Denmark");
  const search = nearTo({ ...odense, provider_count: 2 });
  expect(search).toEqual({ near: "55.4,10", place: "Odense, Denmark", sort: "distance" });
  expect(readSearch(search)).toMatchObject(search);
});

test("the name of a place says nothing without its point", () => {
  expect(readSearch({ near: "x", place: "Odense" })).toEqual({});
});
