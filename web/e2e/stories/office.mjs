// Staff verifies, refunds a line, and reads what was done.
import assert from "node:assert/strict";
import { signIn } from "../browser.mjs";
import { bookAndPay, chooseTime, GOOD } from "./steps.mjs";

const STAFF = process.env.STAFF ?? "signe";

export async function staff_verifies_a_provider_and_everybody_sees_it(open) {
  const page = await open();
  await signIn(page, STAFF);
  await page.goto("/office#/providers");
  const row = page.getByRole("row", { name: /Isla Nichols/ });
  await row
    .getByRole("button", { name: /^(Verify|Reject)$/ })
    .first()
    .waitFor();
  if (await row.getByRole("button", { name: "Verify" }).count()) {
    await row.getByRole("button", { name: "Verify" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Verify" }).click();
    await row.getByText("verified").waitFor();
  }
  const visitor = await open();
  await visitor.goto("/");
  await visitor.getByLabel("What do you want to learn?").fill("biologists");
  await visitor.getByRole("link", { name: /Statistics for biologists/ }).click();
  await visitor.getByRole("link", { name: "Isla Nichols", exact: true }).click();
  await visitor.getByText("Verified").waitFor();
}

export async function staff_gives_back_a_part_of_one_line(open) {
  const bob = await open();
  await signIn(bob, "bob");
  await chooseTime(bob, "Mathematics for the final exam", 2);
  await bookAndPay(bob, GOOD);
  await bob.getByText("It is booked").waitFor();

  const page = await open();
  await signIn(page, STAFF);
  await page.goto("/office#/payments");
  await page
    .getByRole("row", { name: /Bob Lindqvist.*DKK 450\.00/ })
    .first()
    .click();
  await page.getByLabel("Amount (DKK)").fill("50");
  await page.getByLabel("Reason").fill("The room was cold");
  await page.getByRole("button", { name: "Give back DKK 50.00" }).click();
  await page.getByText("The refund is on its way.").waitFor();
  await page.getByRole("cell", { name: "DKK 50.00" }).first().waitFor();
  await page.goto("/office#/audit");
  await page
    .getByRole("cell", { name: /refund/ })
    .first()
    .waitFor();
}

export async function who_is_not_staff_has_no_office(open) {
  const page = await open();
  await signIn(page, "alice");
  await page.goto("/office");
  await page.getByRole("heading", { name: /Learn it from/ }).waitFor();
  assert.equal(new URL(page.url()).pathname, "/");
}

export async function staff_changes_a_setting(open) {
  const page = await open();
  await signIn(page, STAFF);
  await page.goto("/office#/settings");
  const field = page.getByLabel("Days to write a review");
  await field.waitFor();
  const before = await field.inputValue();
  await field.fill(String(Number(before) + 1));
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Done.").waitFor();
  await page.reload();
  await field.waitFor();
  assert.equal(await field.inputValue(), String(Number(before) + 1));
}
