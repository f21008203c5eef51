import { expect, test } from "vitest";
import { readBasket, withPieces } from "../src/orders/basket";

test("a basket that somebody has changed by hand has nothing odd in it", () => {
  expect(readBasket('{"a": 2, "b": -1, "c": 1.5, "d": "3", "e": 0}')).toEqual({ a: 2 });
  for (const text of [null, "", "[", "7", "null"]) expect(readBasket(text)).toEqual({});
});

test("pieces are set, and none takes a product out", () => {
  const basket = withPieces({ a: 2 }, "b", 3);
  expect(basket).toEqual({ a: 2, b: 3 });
  expect(withPieces(basket, "a", 0)).toEqual({ b: 3 });
});
