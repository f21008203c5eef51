// A visitor finds a session, signs in, books and pays.
import assert from "node:assert/strict";
import { signIn } from "../browser.mjs";
import { BAD, bookAndPay, chooseDay, chooseTime, GOOD, later, payWith, PROOF } from "./steps.mjs";

const booked = (page) => page.getByText("It is booked").waitFor();

export async function a_visitor_books_and_pays_with_a_good_card(open) {
  const page = await open();
  await page.goto("/");
  await page.getByLabel("What do you want to learn?").fill("newcomers");
  await page.getByRole("link", { name: /Danish for newcomers/ }).click();
  await later(page);
  const { day, text } = await chooseDay(page);
  // The time that was chosen is there again after the sign-in.
  await page.locator("section").getByRole("link", { name: "Sign in" }).click();
  await page.getByLabel("Mail address").fill("alice@demo.example");
  await page.locator("input[type=password]").fill("convene-demo");
  await page.locator("form button[type=submit]").click();
  await page.waitForURL(/\/sessions\/.*slot=/);
  await page
    .locator(`section[aria-labelledby='${day}'] .times button[aria-pressed=true]`, {
      hasText: text,
    })
    .waitFor();
  await page.getByText("To pay").waitFor();
  await bookAndPay(page, GOOD);
  await booked(page);
  await page.getByText("Paid: DKK 350.00").waitFor();
  await page.getByRole("link", { name: "Receipt" }).click();
  await page.getByRole("heading", { name: /^Receipt \d+/ }).waitFor();
  await page.getByText("Mette Holm").waitFor();
}

export async function a_declined_card_charges_nothing_and_another_card_pays(open) {
  const page = await open();
  await signIn(page, "bob");
  await chooseTime(page, "Danish for newcomers", 2);
  await bookAndPay(page, BAD);
  await page.getByText("The card was declined").waitFor();
  await payWith(page, GOOD);
  await booked(page);
}

export async function a_card_that_asks_for_proof_pays_when_it_is_given(open) {
  const page = await open();
  await signIn(page, "chen");
  await chooseTime(page, "Statistics for biologists", 1);
  await bookAndPay(page, PROOF);
  await page.getByRole("button", { name: "Fail" }).click();
  await page.getByText("The card was declined").waitFor();
  await payWith(page, PROOF);
  await page.getByRole("button", { name: "Complete" }).click();
  await booked(page);
}

export async function the_refund_is_shown_before_a_booking_is_cancelled(open) {
  const page = await open();
  await signIn(page, "alice");
  await chooseTime(page, "Business Japanese", 1);
  await bookAndPay(page, GOOD);
  await booked(page);
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByText("You get back DKK 280.00 of DKK 280.00.").waitFor();
  await page.getByLabel("Reason (optional)").fill("I am ill");
  await page.getByRole("button", { name: "Cancel the booking" }).click();
  await page.getByText("Cancelled by the learner.").waitFor();
  await page.goto("/bookings");
  await page.getByText("Past").click();
  await page
    .getByRole("link", { name: /Business Japanese/ })
    .first()
    .waitFor();
}

export async function a_booking_is_downloaded_for_a_calendar(open) {
  const page = await open();
  await signIn(page, "divya");
  await chooseTime(page, "Finding your level", 1);
  await page.getByRole("button", { name: "Book for free" }).click();
  await page.getByRole("button", { name: "Add to calendar" }).waitFor();
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Add to calendar" }).click(),
  ]);
  assert.equal(file.suggestedFilename(), "booking.ics");
  const { readFileSync } = await import("node:fs");
  const text = readFileSync(await file.path(), "utf8");
  assert.match(text, /SUMMARY:Finding your level/);
  assert.match(text, /DTSTART:\d{8}T\d{6}Z/);
}
