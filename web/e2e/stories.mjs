// What people do with the pages, in a real browser, against `convene serve` as a user starts it:
// with the demo, the stand-in for Stripe and the mailbox. PAGES_URL is its address.
import assert from "node:assert/strict";
import { base, helpWith, launch, visit, within } from "./browser.mjs";

const stories = {
  search: () => import("./stories/search.mjs"),
  book: () => import("./stories/book.mjs"),
  sign: () => import("./stories/sign.mjs"),
  desk: () => import("./stories/desk.mjs"),
  office: () => import("./stories/office.mjs"),
  learn: () => import("./stories/learn.mjs"),
  gather: () => import("./stories/gather.mjs"),
  trouble: () => import("./stories/trouble.mjs"),
};

const only = process.env.ONLY;
const browser = await launch();
let failed = 0;
for (const [name, load] of Object.entries(stories)) {
  if (only && !name.match(only)) continue;
  for (const [told, story] of Object.entries(await load())) {
    const pages = [];
    // A page of somebody, closed at the end of the story.
    const open = async (options) => {
      const page = await visit(browser, options);
      pages.push(page);
      return page;
    };
    try {
      await within(10, story(open));
      for (const page of pages) assert.deepEqual(page.problems, [], "the console is silent");
      console.log(`ok ${name}: ${told}`);
    } catch (error) {
      failed += 1;
      console.error(`FAILED ${name}: ${told}\n${error.stack}`);
      for (const [at, page] of pages.entries()) {
        console.error(await helpWith(page, `${told} ${at + 1}`));
      }
    }
    // A browser that hangs would not close its pages either.
    await within(1, Promise.all(pages.map((page) => page.context().close()))).catch(() => {});
  }
}
await within(1, browser.close()).catch(() => {});
if (!failed) console.log(`told at ${base}`);
process.exit(failed ? 1 : 0);
