import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const folder = "src/words";
const languages = readdirSync(folder).filter((name) => !name.includes("."));
const parts = readdirSync(`${folder}/en`);
const lenses = readdirSync("src/lenses")
  .filter((name) => name.endsWith(".lens.ts"))
  .map((name) => name.replace(".lens.ts", ".json"));
const shared = parts.filter((part) => !lenses.includes(part));

function keys(tree: object, path = ""): string[] {
  return Object.entries(tree).flatMap(([name, value]) =>
    typeof value === "string" ? [`${path}${name}`] : keys(value, `${path}${name}.`),
  );
}

function texts(tree: object): string[] {
  return Object.values(tree).flatMap((value) => (typeof value === "string" ? value : texts(value)));
}

const read = (language: string, part: string) =>
  JSON.parse(readFileSync(`${folder}/${language}/${part}`, "utf8")) as object;

const sources = (path: string): string[] =>
  readdirSync(path, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory()
      ? sources(`${path}/${entry.name}`)
      : /\.tsx?$/.test(entry.name)
        ? [readFileSync(`${path}/${entry.name}`, "utf8")]
        : [],
  );

test.each(parts)("every language says the same things in %s", (part) => {
  for (const language of languages) {
    expect(keys(read(language, part))).toEqual(keys(read("en", part)));
    expect(texts(read(language, part)).every((text) => text.trim())).toBe(true);
  }
});

test.each(lenses)("the words of the lens %s stand in the place of others", (lens) => {
  for (const language of languages) {
    // Which page such a word is for is not said: it must be one.
    const places = shared.flatMap((part) => keys(read(language, part)));
    const unclear = keys(read(language, lens)).filter(
      (key) => places.filter((place) => place === key).length !== 1,
    );
    expect(unclear).toEqual([]);
  }
});

test("every word that the pages ask for is there", () => {
  const known = new Set(parts.flatMap((part) => keys(read("en", part))));
  const asked = sources("src").flatMap((text) =>
    [...text.matchAll(/\bt\(\s*"([\w.]+)"/g)].map(([, key]) => key),
  );
  const missing = asked.filter(
    (key) => !known.has(key) && !known.has(`${key}_one`) && !known.has(`${key}_other`),
  );
  expect(missing).toEqual([]);
});
