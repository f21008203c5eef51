// Courses: one is free, one is paid for, and whoever has done all of one has a certificate.
import assert from "node:assert/strict";
import { base, signIn } from "../browser.mjs";
import { GOOD, linkOfMail, payWith } from "./steps.mjs";

const house = { lens: "fitness" };

/** Open every lesson and say that it is done. */
async function learnAll(page) {
  const lessons = page.locator(".mantine-Accordion-control");
  await lessons.first().waitFor();
  const count = await lessons.count();
  for (let at = 0; at < count; at += 1) {
    await lessons.nth(at).click();
    const done = page.getByRole("button", { name: "I have done this lesson" });
    const isDone = await lessons.nth(at).getByText("(done)").count();
    if (!isDone) await done.click();
    await lessons.nth(at).getByText("(done)").waitFor({ state: "attached" });
    await lessons.nth(at).click();
  }
  return count;
}

export async function a_course_is_begun_for_free_and_ends_with_a_certificate(open) {
  const page = await open(house);
  await signIn(page, "divya");
  await page.getByRole("navigation").getByRole("link", { name: "Courses" }).click();
  await page.getByRole("link", { name: /Ten minutes of Danish a day/ }).click();
  // What is not free is shut until one is in the course.
  await page.getByRole("button", { name: /Good morning/ }).click();
  await page
    .getByText("Take the course to open this lesson.")
    .filter({ visible: true })
    .first()
    .waitFor();
  await page.getByRole("button", { name: "Begin for free" }).click();
  await page.getByText("0 of 3 lessons done").waitFor();
  await page.getByText("Godmorgen. Say it to five people.").waitFor();
  await page.reload();
  assert.equal(await learnAll(page), 3);
  await page.getByText("You have completed it").waitFor();

  // The mail's link leads to the certificates.
  const link = await linkOfMail("divya@demo.example", /https?:[^"\\ )<>]*\/certificates/);
  assert.equal(new URL(link).origin, base);
  await page.goto(link);
  await page.getByRole("link", { name: /^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$/ }).click();
  await page.getByText("It is real").waitFor();
  const address = page.url();

  // Everybody who has its number can check it.
  const stranger = await open(house);
  await stranger.goto(address);
  await stranger.getByText("Divya Rao").waitFor();
  await stranger.getByLabel("Its number").fill("aaaa-bbbb-cccc");
  await stranger.getByRole("button", { name: "Check it" }).click();
  await stranger.getByText("There is no certificate with this number").waitFor();
}

export async function a_course_that_costs_money_is_ordered_and_paid(open) {
  const page = await open(house);
  await page.goto("/courses");
  await page.getByRole("link", { name: /Data structures with string and cards/ }).click();
  await page.getByRole("main").getByRole("link", { name: "Sign in" }).click();
  await page.getByLabel("Mail address").fill("bob@demo.example");
  await page.locator("input[type=password]").fill("convene-demo");
  await page.locator("form button[type=submit]").click();
  await page.getByRole("button", { name: "Order and pay" }).click();
  await page.waitForURL(/\/orders\//);
  await payWith(page, GOOD);
  await page.getByText("It is paid").waitFor();
  await page.getByRole("link", { name: "To your courses" }).click();
  await page.getByRole("heading", { name: "Your courses" }).waitFor();
  await page.getByRole("link", { name: /Data structures.*0 of 3 lessons done/ }).click();
  await page.getByRole("button", { name: /Keeping it even/ }).click();
  await page.getByText("Turn it where it leans.").waitFor();
}
