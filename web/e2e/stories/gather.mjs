// Events and the shop of a sanctuary.
import assert from "node:assert/strict";
import { signIn } from "../browser.mjs";
import { GOOD, payWith } from "./steps.mjs";

const house = { lens: "avenrae" };

export async function seats_of_an_event_are_paid_and_have_tickets(open) {
  const page = await open(house);
  await signIn(page, "alice");
  await page.getByRole("heading", { name: "Find somebody who has time for you." }).waitFor();
  await page.getByRole("navigation").getByRole("link", { name: "Events" }).click();
  await page.getByRole("link", { name: /Full moon sound circle/ }).click();
  await page.getByRole("textbox", { name: "Seats" }).fill("2");
  await page.getByText("DKK 500.00").waitFor();
  await page.getByRole("button", { name: "Book and pay" }).click();
  await page.waitForURL(/\/pay\//);
  await payWith(page, GOOD);
  await page.getByText("You have 2 seats").waitFor();
  assert.equal(await page.locator("section code").count(), 2);
  await page.getByRole("link", { name: "Show the event" }).click();
  await page.getByText("You have seats already.").waitFor();
  await page.getByText("18 seats left").waitFor();
}

export async function seats_that_cost_nothing_are_given_back(open) {
  const page = await open(house);
  await signIn(page, "bob");
  await page.goto("/events");
  await page.getByRole("link", { name: /Open house/ }).click();
  await page.getByRole("button", { name: "Take the seats" }).click();
  await page.getByText("You have 1 seat").waitFor();
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Cancel the booking" }).click();
  await page.getByText("Cancelled by the client.").waitFor();
}

export async function a_basket_is_ordered_and_paid(open) {
  const page = await open(house);
  await page.goto("/");
  await page.getByRole("navigation").getByRole("link", { name: "Shop" }).click();
  await page.getByText("Sold out").waitFor();
  await page.getByRole("button", { name: "Add Amethyst, palm size to the basket" }).click();
  await page.getByRole("button", { name: "Add Singing bowl, 14 cm to the basket" }).click();
  await page.getByRole("link", { name: "Basket, 2 pieces" }).click();
  await page.getByLabel("Pieces of Amethyst, palm size").fill("3");
  await page.getByRole("main").getByRole("link", { name: "Sign in" }).click();
  await page.getByLabel("Mail address").fill("chen@demo.example");
  await page.locator("input[type=password]").fill("convene-demo");
  await page.locator("form button[type=submit]").click();
  await page.getByText("DKK 1,250.00").waitFor();
  await page.getByLabel("Coupon (optional)").fill("NOSUCH");
  await page.getByText("There is no such coupon.").waitFor();
  await page.getByLabel("Coupon (optional)").fill("");
  await page.getByRole("button", { name: "Order and pay" }).click();
  await page.waitForURL(/\/orders\//);
  await payWith(page, GOOD);
  await page.getByText("It is paid").waitFor();
  await page.getByText("Being packed").first().waitFor();
  await page.getByRole("link", { name: "Receipt" }).click();
  await page.getByText("3 × Amethyst, palm size").waitFor();
  await page.goto("/basket");
  await page.getByText("The basket is empty").waitFor();
}

export async function a_lens_that_has_no_shop_shows_none(open) {
  const page = await open();
  await page.goto("/");
  await page.getByRole("navigation").getByRole("link", { name: "Find" }).waitFor();
  assert.equal(await page.getByRole("link", { name: /^(Shop|Events|Courses)$/ }).count(), 0);
}
