/** How many minor units a currency has: 2 for kroner, 0 for yen, 3 for dinars. */
export function digitsOf(currency: string): number {
  const { maximumFractionDigits } = new Intl.NumberFormat("en", {
    style: "currency",
    currency,
  }).resolvedOptions();
  return maximumFractionDigits ?? 2;
}

/** An amount that a lens writes with decimals, in minor units. */
export const minorFrom = (amount: number, currency: string) =>
  Math.round(amount * 10 ** digitsOf(currency));

/** Minor units as the reader writes money. */
export function money(minor: number, currency: string, locale: string): string {
  const whole = minor / 10 ** digitsOf(currency);
  return new Intl.NumberFormat(locale, { style: "currency", currency }).format(whole);
}

/** What somebody has typed, in minor units; null if it is no amount of the currency. */
export function minorOf(typed: string | number, currency: string): number | null {
  const text = String(typed).replace(/\s/g, "").replace(",", ".");
  if (!/^\d+(\.\d+)?$/.test(text)) return null;
  const digits = digitsOf(currency);
  const [whole, fraction = ""] = text.split(".");
  if (fraction.length > digits) return null;
  return Number(whole + fraction.padEnd(digits, "0"));
}
