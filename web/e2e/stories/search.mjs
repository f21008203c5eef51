// Search: by place, and by words, tags, price and day together.
import assert from "node:assert/strict";

const copenhagen = { latitude: 55.676, longitude: 12.568 };

export async function what_is_near_comes_first_with_its_distance(open) {
  const page = await open({
    lens: "dogs",
    geolocation: copenhagen,
    permissions: ["geolocation"],
  });
  await page.goto("/");
  await page.getByRole("button", { name: "Near me" }).click();
  const near = page.getByRole("link", { name: /\d km away/ });
  await near.first().waitFor();
  // Jonas lives in Aarhus: beyond fifty kilometres.
  await page
    .getByRole("link", { name: /Jonas Bech/ })
    .first()
    .waitFor({ state: "detached" });
  const texts = await near.allTextContents();
  const away = texts.map((text) => Number(/(\d+) km away/.exec(text)[1]));
  assert.deepEqual(
    away,
    [...away].sort((a, b) => a - b),
  );
  assert.ok(texts.some((text) => text.includes("Sofie Lund")));
  assert.match(page.url(), /near=55\.676/);
}

export async function a_place_that_is_typed_is_found_without_the_browsers_position(open) {
  const page = await open({ lens: "dogs" });
  await page.goto("/");
  const field = page.getByLabel("Near", { exact: true });
  // Both towns are offered.
  await field.focus();
  await page.locator("datalist option[value='København, Denmark']").waitFor({ state: "attached" });
  await field.fill("aarh");
  await field.press("Enter");
  await page
    .getByRole("link", { name: /Sofie Lund/ })
    .first()
    .waitFor({ state: "detached" });
  await page
    .getByRole("link", { name: /Jonas Bech.* km away/ })
    .first()
    .waitFor();
  assert.equal(await field.inputValue(), "Aarhus, Denmark");
  assert.match(page.url(), /near=56\.17/);
  // Whoever is sent the address sees the same.
  const friend = await open({ lens: "dogs" });
  await friend.goto(page.url());
  await friend
    .getByRole("link", { name: /Jonas Bech.* km away/ })
    .first()
    .waitFor();
  assert.equal(await friend.getByLabel("Near", { exact: true }).inputValue(), "Aarhus, Denmark");
  await field.fill("Atlantis");
  await field.press("Enter");
  await page.getByText("Nobody here has named this place.").waitFor();
  await field.fill("");
  await page
    .getByRole("link", { name: /Sofie Lund/ })
    .first()
    .waitFor();
  assert.equal(new URL(page.url()).search, "");
}

export async function who_does_not_say_where_they_are_is_told(open) {
  const page = await open();
  await page.goto("/");
  await page.getByRole("button", { name: "Near me" }).click();
  await page.getByText("Your browser did not say where you are.").waitFor();
}

export async function a_search_is_narrowed_and_cleared(open) {
  const page = await open();
  await page.goto("/?text=danish&most=40000");
  await page.getByRole("link", { name: /Danish for newcomers/ }).waitFor();
  await page.getByLabel("At most (DKK)").fill("100");
  await page.getByRole("link", { name: /Danish for newcomers/ }).waitFor({ state: "detached" });
  await page.getByRole("link", { name: /Danish: a first conversation/ }).waitFor();
  await page.getByLabel("What do you want to learn?").fill("danish glassblowing");
  await page.getByText("No session fits").waitFor();
  await page.getByRole("button", { name: "Clear the search" }).click();
  await page.getByRole("link", { name: /Tabla for beginners/ }).waitFor();
}
