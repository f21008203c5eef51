// A browser as the stories use it: Debian's Chromium, in a language and a zone.
import { chromium } from "playwright-core";

const quiet = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export const base = process.env.PAGES_URL ?? "http://127.0.0.1:54321";
export const PASSWORD = "convene-demo";

export const launch = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: quiet,
  });

/** Generous: a machine of two cores may have other work. Whatever is awaited is an event. */
const PATIENCE = 60_000;

/**
 * A page of somebody new to the browser. What its console says is kept.
 * With `lens` it is that of a house of another lens, which differs in one word of its configuration.
 */
export async function visit(browser, { lens, ...options } = {}) {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    locale: "en-GB",
    timezoneId: "Europe/London",
    baseURL: base,
    ...options,
  });
  context.setDefaultTimeout(PATIENCE);
  if (lens) {
    await context.route("**/config.json", async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: { ...(await response.json()), lens } });
    });
  }
  const page = await context.newPage();
  page.problems = [];
  page.on("pageerror", (error) => page.problems.push(`error: ${error.message}`));
  page.on("console", (message) => {
    const text = message.text();
    // An answer of 4xx is what several stories are about; the page has to cope with it.
    if (message.type() === "error" && !/Failed to load resource/.test(text)) {
      page.problems.push(text);
    }
  });
  return page;
}

export async function signIn(page, name) {
  await page.goto("/sign-in");
  await page.getByLabel("Mail address").fill(`${name}@demo.example`);
  await page.locator("input[type=password]").fill(PASSWORD);
  await page.locator("form button[type=submit]").click();
  await page.getByRole("button", { name: /^Menu of/ }).waitFor();
}
