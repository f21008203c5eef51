// What the first page costs: its script, gzipped, must stay under the budget.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BUDGET = 200_000;
const manifest = JSON.parse(readFileSync("dist/.vite/manifest.json", "utf8"));

function scripts(name, seen = new Set()) {
  const chunk = manifest[name];
  if (seen.has(chunk.file)) return seen;
  seen.add(chunk.file);
  (chunk.imports ?? []).forEach((other) => scripts(other, seen));
  return seen;
}

const first = scripts("index.html");
const size = (file) => gzipSync(readFileSync(`dist/${file}`), { level: 9 }).length;
const sum = [...first].reduce((total, file) => total + size(file), 0);
console.log(`First page: ${sum} bytes of script, gzipped (${BUDGET} at most).`);
if (sum > BUDGET) {
  for (const file of first) console.error(`${size(file)}  ${file}`);
  process.exitCode = 1;
}
