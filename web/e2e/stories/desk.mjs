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
  const week = page.locator("section[aria-label='The week']");
  const windows = week.getByText(/^\d\d:\d\d–\d\d:\d\d$/);
  await windows.nth(1).waitFor();
  await windows.nth(1).scrollIntoViewIfNeeded();
  const before = await windows.nth(1).textContent();
  const after = before.replaceAll(/\d\d(?=:)/g, (hour) =>
    String(Number(hour) + 1).padStart(2, "0"),
  );
  const moved = week.getByText(after, { exact: true }).filter({ visible: true });
  const elsewhere = await moved.count();
  const [from, until] = before.split("–").map((text) => Number(text.slice(0, 2)));
  const box = await windows.nth(1).evaluate((text) => {
    const { x, y, width, height } = text
      .closest(".fc-event, [role=listitem], a")
      .getBoundingClientRect();
    return { x, y, width, height };
  });
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const hour = box.height / (until - from);
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x, y + hour / 2, { steps: 5 });
  await page.mouse.move(x, y + hour, { steps: 10 });
  // What is dragged shows where it would be.
  await moved.nth(elsewhere).waitFor();
  const [saved] = await Promise.all([
    page.waitForResponse((answer) => answer.request().method() === "PATCH"),
    page.mouse.up(),
  ]);
  assert.ok(saved.ok());
  await moved.nth(elsewhere).waitFor();
  await page.reload();
  await moved.nth(elsewhere).waitFor();
}

export async function a_payout_is_asked_for_and_paid(open) {
  const page = await open();
  await signIn(page, "mette");
  await page.goto("/desk/wallet");
  const go = page.getByRole("button", { name: /Open an account|Go on at Stripe/ });
  const ready = page.getByText("Ready", { exact: true });
  await go.or(ready).first().waitFor();
  if (await go.count()) {
    await go.click();
    await page.getByRole("button", { name: "Agree and submit" }).click();
    await page.goto("/desk/wallet");
  }
  await ready.waitFor();
  await page.getByLabel("Amount").fill("100");
  await page.getByRole("button", { name: "Pay out" }).click();
  await page
    .getByText(/Asked for|Being sent|On its way|Paid/)
    .first()
    .waitFor();
  const payouts = page.locator("section", { hasText: "Payouts" });
  await payouts.getByText("DKK 100.00").first().waitFor();
  // The house's clock pays, and the page asks how far it is.
  await page.getByText("Paid", { exact: true }).first().waitFor({ timeout: 300_000 });
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
