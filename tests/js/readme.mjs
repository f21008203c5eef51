// The example of the README, word for word: only the address and the key are this test's.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { keys, url } from "./world.mjs";

const readme = readFileSync("../../README.md", "utf8");
const [, example] = readme.match(/```js\n([\s\S]*?)```/);
for (const word of ["http://127.0.0.1:54321", "<anon key>"]) assert.ok(example.includes(word));

// What the README says of Node before 22.
const [major] = process.versions.node.split(".").map(Number);
const [, flag] = readme.match(/`node (--experimental-websocket)/);
const script = example.replace("http://127.0.0.1:54321", url).replace("<anon key>", keys.anon)
  + "\nif (error) console.error(await error.context?.text?.());"
  + "\nconsole.log(JSON.stringify({ booking, error }));\n";
const run = (...flags) => spawnSync(
  process.execPath, [...flags, "--input-type=module", "--eval", script], { encoding: "utf8" });

const told = run(...(major < 22 ? [flag] : []));
assert.equal(told.status, 0, told.stderr);
const { booking, error } = JSON.parse(told.stdout.trim().split("\n").at(-1));
assert.equal(error, null, JSON.stringify(error) + told.stderr);
assert.ok(booking, told.stdout);
console.log(`ok - the example books: ${JSON.stringify(booking)}`);
if (major < 22) assert.match(run().stderr, /WebSocket/, "and the flag is needed");
