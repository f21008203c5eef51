// Steps that several stories take.
import assert from "node:assert/strict";
import { base } from "../browser.mjs";

// Each story books on a day of its own, so nobody is asked to be at two places at once.
let day = 0;

/** A session's page, with one of its free times chosen: far ahead, and another for each story. */
export async function chooseTime(page, session, week = 1) {
  await page.goto("/");
  await page.getByLabel("What do you want to learn?").fill(session);
  await page
    .getByRole("link", { name: new RegExp(session) })
    .first()
    .click();
  const times = page.locator(".times button");
  await times.first().waitFor();
  for (let turn = 0; turn < week; turn += 1) {
    const before = await page.locator("section h3").first().textContent();
    await page.getByRole("button", { name: "Later" }).click();
    await page.waitForFunction(
      (text) => ![undefined, text].includes(document.querySelector("section h3")?.textContent),
      before,
    );
  }
  day += 1;
  const days = page.locator(".times");
  const ofDay = days.nth(day % (await days.count()));
  await ofDay.locator("button").filter({ hasNotText: "Full" }).first().click();
  await page.getByText("To pay").waitFor();
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

/** The link of the newest mail to an address whose text fits. */
export async function linkOfMail(address, fits) {
  for (let turn = 0; turn < 240; turn += 1) {
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
