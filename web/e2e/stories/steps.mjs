// Steps that several stories take.
import assert from "node:assert/strict";
import { base } from "../browser.mjs";

// Days on which a story has booked. Each story books on a day of its own, so nobody is asked to be
// at two places at once: which days a session is on depends on the day on which the stories are told.
const taken = new Set();

/** Days of the calendar that have times, as the page names them: "day-2026-12-14". */
const daysOf = (page) => page.locator("section[aria-labelledby^='day-']");
const idsOf = (page) =>
  daysOf(page).evaluateAll((days) => days.map((day) => day.getAttribute("aria-labelledby")));

/** Two weeks later in the times of a session. */
export async function later(page) {
  await daysOf(page).first().waitFor();
  const [before] = await idsOf(page);
  await page.getByRole("button", { name: "Later" }).click();
  await page.waitForFunction((id) => {
    const first = document.querySelector("section[aria-labelledby^='day-']");
    return first && first.getAttribute("aria-labelledby") !== id;
  }, before);
}

/** Choose the first free time of the first day on which nobody has booked; its day and its text. */
export async function chooseDay(page) {
  for (;;) {
    await daysOf(page).first().waitFor();
    for (const day of await idsOf(page)) {
      const free = page
        .locator(`section[aria-labelledby='${day}'] .times button`)
        .filter({ hasNotText: "Full" });
      if (taken.has(day) || (await free.count()) === 0) continue;
      taken.add(day);
      const text = await free.first().textContent();
      await free.first().click();
      return { day, text };
    }
    await later(page);
  }
}

/** The time that somebody else has chosen. */
export async function chooseSame(page, { day, text }) {
  const time = page.locator(`section[aria-labelledby='${day}'] .times button`, { hasText: text });
  await daysOf(page).first().waitFor();
  while (!(await idsOf(page)).includes(day)) await later(page);
  await time.click();
}

/** A session's page, with one of its free times chosen: some weeks ahead, and another for each story. */
export async function chooseTime(page, session, fortnights = 1) {
  await page.goto("/");
  await page.getByLabel("What do you want to learn?").fill(session);
  await page
    .getByRole("link", { name: new RegExp(session) })
    .first()
    .click();
  for (let turn = 0; turn < fortnights; turn += 1) await later(page);
  const chosen = await chooseDay(page);
  await page.getByText("To pay").waitFor();
  return chosen;
}

export async function bookAndPay(page, card) {
  await page.getByRole("button", { name: "Book and pay" }).click();
  await page.waitForURL(/\/pay\//);
  await payWith(page, card);
}

export async function payWith(page, card) {
  await page.getByRole("link", { name: "Pay with a card" }).click();
  await page.waitForURL(/_double\/pay/);
  await page.locator("input[name=number]").fill(card);
  await page.getByRole("button", { name: "Pay" }).click();
}

export const GOOD = "4242 4242 4242 4242";
export const BAD = "4000 0000 0000 0002";
export const PROOF = "4000 0027 6000 3184";

/** The link of the newest mail to an address whose text fits: the mailbox says nothing by itself. */
export async function linkOfMail(address, fits) {
  const end = Date.now() + 120_000;
  while (Date.now() < end) {
    const mails = await (await fetch(`${base}/_mailbox`)).json();
    const mine = mails.filter((mail) => JSON.stringify(mail).includes(address));
    mine.sort((a, b) => b.received_at.localeCompare(a.received_at));
    for (const mail of mine) {
      const found = JSON.stringify(mail).match(fits);
      if (found) return found[0].replaceAll("&amp;", "&");
    }
    await new Promise((done) => setTimeout(done, 250));
  }
  assert.fail(`no mail to ${address}`);
}

/** A mailed link leads to a page with one button, and that to the pages. */
export async function followMail(page, link) {
  await page.goto(link);
  await page.getByRole("button").click();
}
