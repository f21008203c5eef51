import { expect, test } from "vitest";
import { digitsOf, minorFrom, minorOf, money } from "../src/start/money";

test("an amount is read in the minor units of its currency", () => {
  expect(minorOf("350", "DKK")).toBe(35_000);
  expect(minorOf("12,5", "EUR")).toBe(1_250);
  expect(minorOf("1 200.05", "DKK")).toBe(120_005);
  expect(minorOf("980", "JPY")).toBe(980);
  expect(minorOf("1.234", "KWD")).toBe(1_234);
});

test("what is no amount of the currency is refused", () => {
  for (const typed of ["", "-1", "1e3", "1.5.2", "abc", "0.001"]) {
    expect(minorOf(typed, "DKK")).toBeNull();
  }
  expect(minorOf("1.5", "JPY")).toBeNull();
});

test("money is written as its reader writes it", () => {
  expect(money(35_050, "DKK", "da-DK").replace(/\s/g, " ")).toBe("350,50 kr.");
  expect(money(980, "JPY", "en-GB")).toBe("JP¥980");
  expect(digitsOf("KWD")).toBe(3);
});

test("an amount with decimals is exact in minor units", () => {
  expect(minorFrom(39.99, "DKK")).toBe(3999);
  expect(minorFrom(0.29, "DKK")).toBe(29);
  expect(minorFrom(1050, "JPY")).toBe(1050);
  expect(minorFrom(1.005, "KWD")).toBe(1005);
});
