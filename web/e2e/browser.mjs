// A browser as the stories use it: Debian's Chromium, in a language and a zone.
import { tmpdir } from "node:os";
import { join } from "node:path";
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

/** What waits at the page is awaited as an event: patience ends only what never comes. */
const PATIENCE = 120_000;

export const base = process.env.PAGES_URL ?? "http://127.0.0.1:54321";
export const PASSWORD = "convene-demo";

export const launch = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: quiet,
  });

/**
 * A page of somebody new to the browser. What its console says is kept, and what it still waits for.
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
  page.heard = [];
  page.asked = new Set();
  page.on("request", (request) => {
    // Another document asks for nothing that the one before it has asked for.
    if (request.isNavigationRequest() && request.frame() === page.mainFrame()) page.asked.clear();
    page.asked.add(request);
  });
  page.on("requestfinished", (request) => page.asked.delete(request));
  page.on("requestfailed", (request) => {
    page.asked.delete(request);
    page.heard.push(`${request.method()} ${request.url()}: ${request.failure()?.errorText}`);
  });
  page.on("response", (response) => {
    if (response.status() < 400) return;
    page.heard.push(`${response.request().method()} ${response.url()}: ${response.status()}`);
  });
  page.on("pageerror", (error) => {
    page.problems.push(`error: ${error.message}`);
    page.heard.push(error.stack ?? error.message);
  });
  page.on("console", (message) => {
    const text = message.text();
    page.heard.push(`${message.type()}: ${text}`);
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

/** Whether the page shows what it asked for: nothing is on its way, and nothing says that it waits. */
export async function settled(page) {
  // A bar that has a value shows how far somebody is in a course.
  const waits = "[aria-busy=true], [role=progressbar]:not([aria-valuenow])";
  let isBusy = true;
  while (isBusy) {
    await page.waitForFunction(
      (signs) => document.querySelector("main")?.innerText.trim() && !document.querySelector(signs),
      waits,
    );
    while (page.asked.size > 0) {
      await Promise.allSettled(
        [...page.asked].map(async (request) => (await request.response())?.finished()),
      );
    }
    // Two frames: an answer is drawn in the first, and what it makes the page ask for is asked.
    await page.evaluate(async () => {
      for (let turn = 0; turn < 2; turn += 1) await new Promise(requestAnimationFrame);
    });
    isBusy = page.asked.size > 0 || (await page.locator(waits).count()) > 0;
  }
}

/** Told by a promise within its time, or not at all: a browser that hangs must not hang the proof. */
export async function within(minutes, promise) {
  let clock;
  const late = new Promise((_, refuse) => {
    const error = new Error(`not told within ${minutes} minutes`);
    clock = setTimeout(() => refuse(error), minutes * 60_000);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(clock);
  }
}

/** What helps whoever reads why it failed: where the page is, what it shows, and what it said. */
export async function helpWith(page, name) {
  const folder = process.env.SHOTS ?? join(tmpdir(), "convene-pages");
  const path = join(folder, `${name.replaceAll(/\W+/g, "-")}.png`);
  const shown = await within(1, page.locator("body").innerText()).catch((error) => error.message);
  const shot = await within(1, page.screenshot({ path })).then(
    () => path,
    (error) => error.message,
  );
  return [
    `  at ${page.url()}`,
    `  picture: ${shot}`,
    ...page.heard.slice(-15).map((line) => `  heard: ${line}`),
    ...shown
      .split("\n")
      .filter((line) => line.trim())
      .slice(0, 60)
      .map((line) => `  | ${line}`),
  ].join("\n");
}
