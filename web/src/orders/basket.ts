import { useSyncExternalStore } from "react";

/** Products and how many of each; it waits in the browser, and holds nothing in the shop. */
export type Basket = Record<string, number>;

const KEPT = "convene-basket";
const EMPTY: Basket = {};

/** What was kept; anything odd in it is left out. */
export function readBasket(text: string | null): Basket {
  try {
    const kept: unknown = JSON.parse(text ?? "{}");
    if (typeof kept !== "object" || kept === null) return EMPTY;
    const whole = Object.entries(kept).filter(([, count]) => Number.isInteger(count) && count > 0);
    return Object.fromEntries(whole) as Basket;
  } catch {
    return EMPTY;
  }
}

/** A basket with so many pieces of a product; none takes it out. */
export function withPieces(basket: Basket, id: string, count: number): Basket {
  const others = Object.entries(basket).filter(([other]) => other !== id);
  return Object.fromEntries(count > 0 ? [...others, [id, count]] : others);
}

let last: { text: string | null; basket: Basket } = { text: null, basket: EMPTY };
const listeners = new Set<() => void>();

function now(): Basket {
  const text = localStorage.getItem(KEPT);
  if (text !== last.text) last = { text, basket: readBasket(text) };
  return last.basket;
}

function subscribe(heard: () => void) {
  listeners.add(heard);
  // Another tab has changed it.
  addEventListener("storage", heard);
  return () => {
    listeners.delete(heard);
    removeEventListener("storage", heard);
  };
}

function keep(basket: Basket) {
  localStorage.setItem(KEPT, JSON.stringify(basket));
  listeners.forEach((heard) => heard());
}

export const put = (id: string, count: number) => keep(withPieces(now(), id, count));
export const add = (id: string) => put(id, (now()[id] ?? 0) + 1);
export const empty = () => keep(EMPTY);
export const useBasket = () => useSyncExternalStore(subscribe, now);
