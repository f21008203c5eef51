// What goes wrong: an expired session, a lost connection, a double click, two tabs, a slot that is
// taken meanwhile, other zones and days of 23 and 25 hours.
import assert from "node:assert/strict";
import { signIn } from "../browser.mjs";
import { bookAndPay, chooseSame, chooseTime, GOOD } from "./steps.mjs";

export async function a_double_click_makes_one_booking(open) {
  const page = await open();
  await signIn(page, "alice");
  await chooseTime(page, "Tabla for beginners", 1);
  const asked = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/create-booking") && request.method() === "POST") {
      asked.push(request.headers()["idempotency-key"]);
    }
  });
  await page.getByRole("button", { name: "Book and pay" }).dblclick();
  await page.waitForURL(/\/pay\//);
  assert.equal(new Set(asked).size, 1, "every request has one key");
}

export async function a_slot_that_is_taken_meanwhile_is_said(open) {
  const [alice, bob] = [await open(), await open()];
  await signIn(alice, "alice");
  await signIn(bob, "bob");
  const chosen = await chooseTime(alice, "Data structures, from the beginning", 1);
  await bob.goto(alice.url());
  await chooseSame(bob, chosen);
  await bookAndPay(bob, GOOD);
  await bob.getByText("It is booked").waitFor();
  await alice.getByRole("button", { name: "Book and pay" }).click();
  await alice
    .getByText(/Somebody else has taken this time|cannot be booked/)
    .first()
    .waitFor();
}

export async function a_lost_connection_is_said_and_comes_back(open) {
  const page = await open();
  await signIn(page, "divya");
  await page.goto("/bookings");
  await page.getByRole("heading", { name: "My bookings" }).waitFor();
  await page.context().setOffline(true);
  await page.getByText("You are offline.").waitFor();
  await page.getByText("Past").click();
  await page.context().setOffline(false);
  await page.getByText("You are offline.").waitFor({ state: "detached" });
  await page
    .getByText(/Nothing has taken place yet|Completed|Cancelled/)
    .first()
    .waitFor();
}

export async function an_expired_session_is_renewed_or_asks_to_sign_in(open) {
  const page = await open();
  await signIn(page, "chen");
  // The refresh token is no longer valid, and the access token is over.
  await page.evaluate(() => {
    const key = Object.keys(localStorage).find((name) => name.startsWith("sb-"));
    const session = JSON.parse(localStorage.getItem(key));
    localStorage.setItem(key, JSON.stringify({ ...session, expires_at: 1, refresh_token: "gone" }));
  });
  await page.goto("/payments");
  await page.waitForURL(/sign-in\?next=/);
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
}

export async function pages_wait_for_a_session_that_is_renewed(open) {
  const page = await open();
  await signIn(page, "chen");
  // The access token is over, and the other one is valid.
  await page.evaluate(() => {
    const key = Object.keys(localStorage).find((name) => name.startsWith("sb-"));
    const session = JSON.parse(localStorage.getItem(key));
    localStorage.setItem(key, JSON.stringify({ ...session, expires_at: 1 }));
  });
  await page.goto("/");
  await page.getByRole("button", { name: "Menu of Chen Wei" }).waitFor();
  await page.locator(".cards a").first().waitFor();
}

export async function signing_out_in_one_tab_signs_out_the_other(open) {
  const page = await open();
  await signIn(page, "bob");
  const other = await page.context().newPage();
  await other.goto("/bookings");
  await other.getByRole("heading", { name: "My bookings" }).waitFor();
  await page.getByRole("button", { name: /^Menu of/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await other.waitForURL(/sign-in/);
}

export async function times_are_shown_by_the_visitors_clock_and_the_teachers(open) {
  const page = await open({ timezoneId: "America/Los_Angeles" });
  await page.goto("/");
  await page.getByLabel("What do you want to learn?").fill("newcomers");
  await page.getByRole("link", { name: /Danish for newcomers/ }).click();
  await page.getByText(/Your clock: Los Angeles \(GMT-[78]\)/).waitFor();
  const time = await page.locator(".times button").first().textContent();
  const [own, theirs] = time.match(/\d\d:\d\d/g);
  const hours = (text) => Number(text.slice(0, 2)) + Number(text.slice(3)) / 60;
  assert.ok([8, 9, 10].includes((hours(theirs) - hours(own) + 24) % 24), time);
}

/** The times of a session on a page whose clock, and whose free times, are those of another day. */
async function timesOn(open, day, begins) {
  const page = await open({ timezoneId: "Europe/Copenhagen" });
  await page.clock.setFixedTime(new Date(`${day}T00:00:00Z`));
  await page.route("**/rest/v1/bookable_slots*", (route) =>
    route.fulfill({
      json: begins.map((start_time, id) => ({
        id: String(id),
        start_time,
        end_time: start_time,
        is_available: true,
        max_bookings: 1,
        current_bookings: 0,
        held_bookings: 0,
      })),
    }),
  );
  await page.goto("/");
  await page.getByLabel("What do you want to learn?").fill("newcomers");
  await page.getByRole("link", { name: /Danish for newcomers/ }).click();
  const times = page.locator(`section[aria-labelledby='day-${day}'] .times button`);
  await times.nth(begins.length - 1).waitFor();
  return times.allTextContents();
}

export async function a_day_of_twenty_three_hours_skips_no_time(open) {
  const begins = ["2027-03-28T00:30:00Z", "2027-03-28T01:30:00Z"];
  assert.deepEqual(await timesOn(open, "2027-03-28", begins), ["01:30", "03:30"]);
}

export async function a_day_of_twenty_five_hours_tells_the_hour_it_has_twice_apart(open) {
  const begins = ["2027-10-31T00:30:00Z", "2027-10-31T01:30:00Z", "2027-10-31T02:30:00Z"];
  const shown = ["02:30 GMT+2", "02:30 GMT+1", "03:30"];
  assert.deepEqual(await timesOn(open, "2027-10-31", begins), shown);
}
