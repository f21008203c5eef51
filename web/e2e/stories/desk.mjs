// A provider offers, answers and is paid out.
import assert from "node:assert/strict";
import { signIn } from "../browser.mjs";
import { chooseTime, GOOD } from "./steps.mjs";

export async function a_provider_publishes_hours_and_answers_a_request(open) {
  const title = `Glass painting ${Date.now()}`;
  const haruka = await open({ timezoneId: "Asia/Tokyo" });
  await signIn(haruka, "haruka");
  await haruka.goto("/desk/hours");
  await haruka.getByLabel("Day", { exact: true }).selectOption({ label: "Sunday" });
  await haruka.getByLabel("From").fill("01:00");
  await haruka.getByLabel("Until").fill("05:00");
  await haruka.getByRole("button", { name: "Add hours" }).click();
  await haruka.getByRole("button", { name: "Remove Sunday, 01:00 – 05:00" }).first().waitFor();
  await haruka.goto("/desk/sessions");
  await haruka.getByRole("button", { name: "New session" }).click();
  await haruka.getByLabel("Title").fill(title);
  await haruka.getByLabel("Description").fill("Lead, light and patience.");
  await haruka.getByLabel("Price (DKK)").fill("120");
  await haruka.getByRole("switch", { name: "I answer each request" }).check({ force: true });
  await haruka.getByRole("button", { name: "Save" }).click();
  const row = haruka.locator(".mantine-Card-root", { hasText: title });
  await row.waitFor();
  if (await row.getByRole("button", { name: "Publish" }).count()) {
    await row.getByRole("button", { name: "Publish" }).click();
  }
  await row.getByText("Published").waitFor();

  const bob = await open();
  await signIn(bob, "bob");
  await chooseTime(bob, title, 1);
  await bob.getByRole("button", { name: "Ask for this time" }).click();
  await bob.waitForURL(/\/pay\//);
  await bob.getByRole("link", { name: "Pay with a card" }).click();
  await bob.locator("input[name=number]").fill(GOOD);
  await bob.getByRole("button", { name: "Pay" }).click();
  await bob.getByText("You have asked for it").waitFor();

  await haruka.goto("/desk");
  const request = haruka.locator(".mantine-Card-root", { hasText: title });
  await request.getByRole("button", { name: "Accept" }).click();
  await haruka.getByText("You have accepted.").waitFor();
  await bob.reload();
  await bob.getByText("Confirmed").waitFor();
}

export async function hours_are_dragged_on_the_week(open) {
  const page = await open({ timezoneId: "Asia/Kathmandu" });
  await signIn(page, "bishal");
  await page.goto("/desk/hours");
  // Half an hour is 25 pixels: an hour later, whatever the hours were before.
  const window = page.locator("section[aria-label='The week']").getByText(/\d\d:\d\d–\d\d:\d\d/);
  await window.nth(1).waitFor();
  await window.nth(1).scrollIntoViewIfNeeded();
  const before = await window.nth(1).textContent();
  const box = await window.nth(1).boundingBox();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2 + 12];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x, y + 20, { steps: 5 });
  await page.mouse.move(x, y + 50, { steps: 10 });
  await page.waitForTimeout(200);
  const [saved] = await Promise.all([
    page.waitForResponse((answer) => answer.request().method() === "PATCH"),
    page.mouse.up(),
  ]);
  assert.ok(saved.ok());
  await page.getByText("Bookings in them stand").waitFor({ state: "hidden" });
  await page.waitForFunction(
    ([text, at]) =>
      [...document.querySelectorAll("section[aria-label='The week'] *")].filter(
        (node) => !node.children.length && /\d–\d/.test(node.textContent),
      )[at]?.textContent !== text,
    [before, 1],
  );
}

export async function a_payout_is_asked_for_and_paid(open) {
  const page = await open();
  await signIn(page, "mette");
  await page.goto("/desk/wallet");
  const go = page.getByRole("button", { name: /Open an account|Go on at Stripe/ });
  await page.getByRole("heading", { name: "Account for payouts" }).waitFor();
  await page.waitForLoadState("networkidle");
  if (await go.count()) {
    await go.click();
    await page.getByRole("button", { name: "Agree and submit" }).click();
    await page.goto("/desk/wallet");
  }
  await page.getByText("Ready", { exact: true }).waitFor();
  await page.getByLabel("Amount").fill("100");
  await page.getByRole("button", { name: "Pay out" }).click();
  await page
    .getByText(/Asked for|Being sent|On its way|Paid/)
    .first()
    .waitFor();
  const payouts = page.locator("section", { hasText: "Payouts" });
  await payouts.getByText("DKK 100.00").first().waitFor();
  await page.getByText("Paid", { exact: true }).first().waitFor({ timeout: 120_000 });
}

export async function a_provider_answers_a_review(open) {
  const page = await open();
  await signIn(page, "jordan");
  await page.goto("/desk/reviews");
  await page
    .getByRole("button", { name: /^(Answer|Change the answer)$/ })
    .first()
    .click();
  await page
    .getByLabel("Your answer, for everybody to read")
    .fill("Thank you for the index cards.");
  await page.locator("form").getByRole("button", { name: "Answer" }).click();
  await page
    .getByText(/Your answer:.*index cards/)
    .first()
    .waitFor();
}
