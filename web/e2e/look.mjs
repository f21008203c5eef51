// Every page, at both widths and in both schemes: axe finds nothing serious, nothing is wider than
// the screen, and the console is silent. SHOTS names a folder for pictures.
import { readFileSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { base, launch, signIn, visit } from "./browser.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const shots = process.env.SHOTS;
const staffName = process.env.STAFF ?? "signe";
const only = process.env.ONLY;
if (shots) mkdirSync(shots, { recursive: true });

const { anon_key: key } = await (await fetch(`${base}/config.json`)).json();
const [session] = await (
  await fetch(`${base}/rest/v1/sessions?select=id,expert_id&title=eq.Danish%20for%20newcomers`, {
    headers: { apikey: key },
  })
).json();

const visitor = [
  ["home", "/"],
  ["session", `/sessions/${session.id}`],
  ["expert", `/experts/${session.expert_id}`],
  ["sign-in", "/sign-in"],
  ["sign-up", "/sign-up"],
  ["forgot-password", "/forgot-password"],
  ["reset-password", "/reset-password"],
  ["lost", "/nowhere"],
];
const customer = [
  ["bookings", "/bookings"],
  ["messages", `/messages?with=${session.expert_id}`],
  ["notifications", "/notifications"],
  ["payments", "/payments"],
  ["account", "/account"],
  ["support", "/support"],
];
const provider = [
  ["desk", "/desk"],
  ["desk-calendar", "/desk/calendar"],
  ["desk-hours", "/desk/hours"],
  ["desk-sessions", "/desk/sessions"],
  ["desk-reviews", "/desk/reviews"],
  ["desk-wallet", "/desk/wallet"],
  ["desk-profile", "/desk/profile"],
];
const staff = [
  ["office", "/office"],
  ["office-people", "/office#/people"],
  ["office-payments", "/office#/payments"],
  ["office-settings", "/office#/settings"],
];

let isBad = false;
const browser = await launch();
for (const [who, pages] of [
  [undefined, visitor],
  ["alice", customer],
  ["mette", provider],
  [staffName, staff],
]) {
  const page = await visit(browser);
  if (who) await signIn(page, who);
  for (const [name, path] of pages.filter(([name]) => !only || name.match(only))) {
    await page.goto(path);
    await page.waitForLoadState("networkidle");
    for (const width of [360, 1280]) {
      for (const scheme of ["light", "dark"]) {
        await page.setViewportSize({ width, height: width === 360 ? 760 : 860 });
        await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
        // Colours fade for a moment.
        await page.waitForTimeout(path.startsWith("/office") ? 700 : 250);
        await check(page, `${name} ${width} ${scheme}`);
        if (shots) {
          const path = `${shots}/${name}-${width}-${scheme}.jpg`;
          await page.screenshot({ path, type: "jpeg", quality: 72 });
        }
      }
    }
  }
  for (const problem of new Set(page.problems)) {
    isBad = true;
    console.error(`console of ${who ?? "a visitor"}: ${problem}`);
  }
  await page.context().close();
}
await browser.close();
if (isBad) process.exitCode = 1;
else console.log("looked");

async function check(page, where) {
  // Playwright's evaluate is not bound by the policy of the page, a script element would be.
  await page.evaluate(axe);
  const { found, over } = await page.evaluate(async () => ({
    found: (await window.axe.run(document)).violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(
        ({ id, help, nodes }) =>
          `${id}: ${help}\n    ${nodes
            .map((n) => n.html.slice(0, 160))
            .slice(0, 3)
            .join("\n    ")}`,
      ),
    over: document.documentElement.scrollWidth - window.innerWidth,
  }));
  if (over > 0) found.push(`${over} pixels wider than the screen`);
  for (const problem of found) {
    isBad = true;
    console.error(`${where}: ${problem}`);
  }
}
