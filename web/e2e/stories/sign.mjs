// Accounts: the mail's link, a forgotten password, another language.
import assert from "node:assert/strict";
import { signIn } from "../browser.mjs";
import { followMail, linkOfMail } from "./steps.mjs";

const LINK = /https?:[^"\\ )<>]*\/auth\/v1\/confirm[^"\\ )<>]*/;
const newcomer = (name) => `${name}-${Date.now()}@example.com`;

export async function a_newcomer_signs_up_with_the_link_of_the_mail(open) {
  const page = await open();
  const email = newcomer("nina");
  await page.goto("/sign-up");
  await page.getByLabel("Your name").fill("Nina Newcomer");
  await page.getByLabel("Mail address").fill(email);
  await page.locator("input[type=password]").fill("a long and quiet river");
  await page.locator("form button[type=submit]").click();
  await page.getByText(`A mail went to ${email}`).waitFor();
  await followMail(page, await linkOfMail(email, LINK));
  await page.getByRole("button", { name: "Menu of Nina Newcomer" }).waitFor();
}

export async function a_forgotten_password_is_replaced(open) {
  const page = await open();
  const email = "wanjiru@demo.example";
  await page.goto("/sign-in");
  await page.getByRole("link", { name: "Forgotten the password?" }).click();
  await page.getByLabel("Mail address").fill(email);
  await page.getByRole("button", { name: "Mail me a link" }).click();
  await page.getByText("a link is on its way").waitFor();
  await followMail(page, await linkOfMail(email, LINK));
  await page.getByRole("heading", { name: "Choose a new password" }).waitFor();
  await page.locator("input[type=password]").fill("convene-demo");
  await page.getByRole("button", { name: "Save the password" }).click();
  await page
    .getByText(/The new password is the old one|The password is changed/)
    .first()
    .waitFor();
  await page.locator("input[type=password]").fill(`a slow green river ${Date.now()}`);
  await page.getByRole("button", { name: "Save the password" }).click();
  await page.getByText("The password is changed.").waitFor();
}

export async function a_wrong_password_is_said_and_a_weak_one_refused(open) {
  const page = await open();
  await page.goto("/sign-in");
  await page.getByLabel("Mail address").fill("isla@demo.example");
  await page.locator("input[type=password]").fill("not this one");
  await page.locator("form button[type=submit]").click();
  await page.getByText("The mail address or the password is wrong.").waitFor();
  await page.goto("/sign-up");
  await page.getByLabel("Your name").fill("Nobody");
  await page.getByLabel("Mail address").fill(newcomer("weak"));
  await page.locator("input[type=password]").fill("passwordpassword");
  await page.locator("form button[type=submit]").click();
  await page.getByText(/too short or too easy to guess/).waitFor();
}

export async function the_pages_speak_danish_and_keep_to_it(open) {
  const page = await open({ locale: "da-DK", timezoneId: "Europe/Copenhagen" });
  await page.goto("/");
  await page.getByRole("heading", { name: "Lær det af en, der kan det godt." }).waitFor();
  await page
    .getByText(/350,00\s*kr\./)
    .first()
    .waitFor();
  await page.getByLabel("Sprog").selectOption("en");
  await page.getByRole("heading", { name: /Learn it from somebody/ }).waitFor();
  await page.reload();
  await page.getByRole("heading", { name: /Learn it from somebody/ }).waitFor();
  assert.equal(await page.locator("html").getAttribute("lang"), "en");
}

export async function everything_is_reached_with_the_keyboard(open) {
  const page = await open();
  await page.goto("/sign-in");
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement?.id === "main");
  await page.keyboard.press("Tab");
  await page.keyboard.type("alice@demo.example");
  await page.keyboard.press("Tab");
  await page.keyboard.type("convene-demo");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Menu of Alice Okafor" }).waitFor();
  await page.getByRole("button", { name: "Menu of Alice Okafor" }).focus();
  await page.keyboard.press("Enter");
  // The menu takes the focus when it is open, and only then knows the arrows.
  await page.waitForFunction(() => document.activeElement?.closest("[role=menu]"));
  await page.keyboard.press("ArrowDown");
  await page.waitForFunction(() => document.activeElement?.getAttribute("role") === "menuitem");
  await page.keyboard.press("Enter");
  await page.waitForURL(/account|payments/);
}

export async function somebody_signed_out_comes_back_to_where_they_were(open) {
  const page = await open();
  await page.goto("/payments");
  await page.waitForURL(/sign-in/);
  await page.getByLabel("Mail address").fill("alice@demo.example");
  await page.locator("input[type=password]").fill("convene-demo");
  await page.locator("form button[type=submit]").click();
  await page.getByRole("heading", { name: "Payments" }).waitFor();
  await signIn(await open(), "bob");
}
