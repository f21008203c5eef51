// Every page, at both widths and in both schemes: axe finds nothing serious, nothing is wider than
// the screen, and the console is silent. SHOTS names a folder for pictures.
import { readFileSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { base, helpWith, launch, settled, signIn, visit, within } from "./browser.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const shots = process.env.SHOTS;
const staffName = process.env.STAFF ?? "signe";
const only = process.env.ONLY;
if (shots) mkdirSync(shots, { recursive: true });

const { anon_key: key } = await (await fetch(`${base}/config.json`)).json();
/** The first row of a question to the API. */
const ask = async (question, profile = "tutoring") => {
  const headers = { apikey: key, "accept-profile": profile };
  const [row] = await (await fetch(`${base}/rest/v1/${question}`, { headers })).json();
  return row;
};
const session = await ask("sessions?select=id,expert_id&title=eq.Danish%20for%20newcomers");
const course = await ask("Course?select=id&title=like.Ten*", "fitness");
const event = await ask("events?select=uuid&status=eq.upcoming&price=gt.0", "avenrae");
const product = await ask("products?select=uuid&stock_quantity=gt.1", "avenrae");

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
const rooms = [
  "people",
  "providers",
  "sessions",
  "bookings",
  "payments",
  "refunds",
  "disputes",
  "payouts",
  "manual",
  "findings",
  "stuck",
  "mail",
  "cases",
  "audit",
  "settings",
];
const staff = [
  ["office", "/office"],
  ...rooms.map((room) => [`office-${room}`, `/office#/${room}`]),
];
const pupil = [
  ["home", "/"],
  ["courses", "/courses"],
  ["course", `/courses/${course.id}`],
  ["certificates", "/certificates"],
  ["certificate", "/certificates/AAAA-BBBB-CCCC"],
];
const guest = [
  ["home", "/"],
  ["events", "/events"],
  ["event", `/events/${event.uuid}`],
  ["shop", "/shop"],
  ["basket", "/basket"],
  ["payments", "/payments"],
];

let isBad = false;
const browser = await launch();
for (const [who, pages, lens] of [
  [undefined, visitor],
  ["alice", customer],
  ["mette", provider],
  [staffName, staff],
  [undefined, pupil, "fitness"],
  ["alice", pupil, "fitness"],
  [undefined, guest.slice(0, 4), "avenrae"],
  ["alice", guest, "avenrae"],
  [undefined, visitor.slice(0, 2), "dogs"],
  [undefined, visitor.slice(0, 2), "trainers"],
]) {
  const wanted = pages
    .map(([name, path]) => [[lens, name, lens && who && "in"].filter(Boolean).join("-"), path])
    .filter(([name]) => !only || name.match(only));
  if (wanted.length === 0) continue;
  const page = await visit(browser, { lens });
  await page.addInitScript(
    (basket) => localStorage.setItem("convene-basket", basket),
    JSON.stringify({ [product.uuid]: 2 }),
  );
  try {
    if (who) await signIn(page, who);
    for (const [name, path] of wanted) await within(10, look(page, name, path));
  } catch (error) {
    isBad = true;
    console.error(`FAILED look at ${wanted.map(([name]) => name).join(", ")}\n${error.stack}`);
    console.error(await helpWith(page, `look ${who ?? "visitor"} ${lens ?? ""}`));
  }
  for (const problem of new Set(page.problems)) {
    isBad = true;
    console.error(`console of ${who ?? "a visitor"}: ${problem}`);
  }
  await within(1, page.context().close()).catch(() => {});
}
await within(1, browser.close()).catch(() => {});
if (!isBad) console.log("looked");
process.exit(isBad ? 1 : 0);

async function look(page, name, path) {
  await page.goto(path);
  await settled(page);
  for (const width of [360, 1280]) {
    for (const scheme of ["light", "dark"]) {
      await page.setViewportSize({ width, height: width === 360 ? 760 : 860 });
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
      // What is drawn at one width alone may ask for something more.
      await settled(page);
      await coloured(page, scheme);
      await check(page, `${name} ${width} ${scheme}`);
      if (shots) {
        const path = `${shots}/${name}-${width}-${scheme}.jpg`;
        await page.screenshot({ path, type: "jpeg", quality: 72 });
      }
    }
  }
}

/** The page has the colours of the scheme: they fade for a moment. */
async function coloured(page, scheme) {
  await page.waitForFunction(
    (wanted) => document.documentElement.dataset.mantineColorScheme === wanted,
    scheme,
  );
  await page.evaluate(async () => {
    // Two frames: the first draws, and begins what fades.
    for (let turn = 0; turn < 2; turn += 1) await new Promise(requestAnimationFrame);
    const ending = document
      .getAnimations()
      .filter((one) => one.effect?.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(ending.map((one) => one.finished));
  });
}

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
