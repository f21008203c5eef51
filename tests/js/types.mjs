// `convene types` against the package that `supabase gen types typescript` prints them with: leaf by
// leaf, and compiled. CASES names a file: databases, their schemas, and what `convene types` printed.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { generateTypescript, introspect, sortGeneratorMetadata } from "@supabase/postgrest-typegen";
import pg from "pg";
import ts from "typescript";

// What differs, and why: a pattern of the place, ours, theirs. A pattern that meets nothing is an
// error too. `null` stands for nothing at all.
const DIFFERENCES = [
  // JSON has them as text.
  [/ \/ (price|source)\??$/, /^string$/, /^unknown$/],
  // A domain's own default is a default.
  [/many \/ Insert \/ number\?$/, /^number$/, null],
  [/many \/ Insert \/ number$/, null, /^number$/],
  // Keys of private tables are known, because views show them.
  [/^tutoring \/ Views \/ .* \/ Relationships/, /^$/, null],
  // A function of a row can be selected. If its parameter has a name it can be called as well, and
  // supabase-js would expect its value in `*`; a list of rows is embedded, and no column.
  [/T\.t \/ Row \/ called$/, null, /string/],
  [/T\.t \/ Row \/ (first_leaf|leaves)$/, null, /id: number/],
  [/Functions \/ label/, /Returns: string/, /error: true/],
  // The relation's name, as `from()` takes it, and not as SQL writes it.
  [/Functions \/ (first_leaf|leaves)/, /from: "T\.t"/, /from: "strange\.\\"T\.t\\""/],
];

/** A type as one line, whatever its layout: members in order, unions sorted, no parentheses. */
function line(node) {
  const all = (nodes) => nodes.map(line);
  if (ts.isParenthesizedTypeNode(node)) return line(node.type);
  if (ts.isTypeLiteralNode(node)) return `{ ${members(node).map(([k, v]) => `${k}: ${v}`).sort().join("; ")} }`;
  if (ts.isArrayTypeNode(node)) return `(${line(node.elementType)})[]`;
  if (ts.isUnionTypeNode(node)) return all(node.types).sort().join(" | ");
  if (ts.isIntersectionTypeNode(node)) return all(node.types).join(" & ");
  if (ts.isTupleTypeNode(node)) return `[${all(node.elements).sort().join(", ")}]`;
  if (ts.isIndexedAccessTypeNode(node)) return `${line(node.objectType)}[${line(node.indexType)}]`;
  if (ts.isLiteralTypeNode(node) && ts.isStringLiteral(node.literal)) return JSON.stringify(node.literal.text);
  if (ts.isTypeReferenceNode(node)) {
    const of = node.typeArguments ? `<${all(node.typeArguments).join(", ")}>` : "";
    return node.typeName.getText() + of;
  }
  return node.getText();
}

function members(node) {
  return node.members.map((member) => {
    if (ts.isMappedTypeNode(member)) return ["", ""];
    const name = member.name?.text ?? member.getText();
    return [name + (member.questionToken ? "?" : ""), member.type ? line(member.type) : ""];
  });
}

/** Every leaf of `Database`, by its path. A function is a leaf for each of its forms. */
function leaves(text) {
  const file = ts.createSourceFile("types.ts", text, ts.ScriptTarget.Latest, true);
  const found = new Map();
  const walk = (node, path) => {
    // Nothing is there: `[_ in never]: never`.
    if (ts.isMappedTypeNode(node)) return;
    if (ts.isTypeLiteralNode(node) && path.length < 5 && path[1] !== "Functions") {
      for (const member of node.members) {
        if (!member.name) continue;
        const mark = member.questionToken ? "?" : "";
        walk(member.type, [...path, member.name.text + mark]);
      }
    } else if (path[1] === "Functions" && path.length === 2) {
      for (const member of node.members ?? []) walk(member.type, [...path, member.name.text]);
    } else if (path[1] === "Functions") {
      const forms = ts.isUnionTypeNode(node) ? node.types : [node];
      forms.map(line).sort().forEach((form, n) => found.set([...path, n].join(" / "), form));
    } else if (path[3] === "Relationships") {
      for (const entry of node.elements) found.set([...path, line(entry)].join(" / "), "");
    } else {
      found.set(path.join(" / "), line(node));
    }
  };
  const database = file.statements.find((s) => s.name?.text === "Database");
  for (const member of database.type.members) {
    if (member.name.text !== "__InternalSupabase") walk(member.type, [member.name.text]);
  }
  return found;
}

async function theirs(url, schemas) {
  const pool = new pg.Pool({ connectionString: url });
  const metadata = sortGeneratorMetadata(await introspect(pool, { includedSchemas: schemas }));
  await pool.end();
  return generateTypescript(metadata, {
    detectOneToOneRelationships: true,
    postgrestVersion: "13.0",
    defaultSchema: schemas[0],
  });
}

/** What TypeScript complains about in these files. */
function complaints(files) {
  const options = { strict: true, noEmit: true, target: ts.ScriptTarget.ES2022, skipLibCheck: true };
  const host = ts.createCompilerHost(options);
  const [read, exists] = [host.getSourceFile, host.fileExists];
  host.fileExists = (name) => name in files || exists(name);
  host.getSourceFile = (name, target) =>
    name in files ? ts.createSourceFile(name, files[name], target, true) : read(name, target);
  const program = ts.createProgram(Object.keys(files), options, host);
  return ts.getPreEmitDiagnostics(program).map((d) => ts.flattenDiagnosticMessageText(d.messageText, "\n"));
}

const used = new Set();
const unwritten = [];
const cases = JSON.parse(readFileSync(process.env.CASES, "utf8"));
for (const { url, schemas, ours } of cases) {
  const [a, b] = [leaves(ours), leaves(await theirs(url, schemas))];
  assert.ok(a.size > 50, `${schemas}: ${a.size} leaves`);
  for (const path of new Set([...a.keys(), ...b.keys()])) {
    const [our, their] = [a.get(path) ?? null, b.get(path) ?? null];
    if (our === their) continue;
    const known = DIFFERENCES.findIndex(([place, x, y]) =>
      place.test(path) && [[x, our], [y, their]].every(([want, is]) => (want ? want.test(is ?? "") : want === is)),
    );
    known < 0 ? unwritten.push({ path, our, their }) : used.add(known);
  }
  console.log(`${schemas}: ${a.size} leaves`);
}
console.log(unwritten.map(({ path, our, their }) => `${path}\n   ours   ${our}\n   theirs ${their}`).join("\n"));
assert.equal(unwritten.length, 0, "differences that are not written down");
DIFFERENCES.forEach(([place], n) => assert.ok(used.has(n), `${place} meets nothing any more`));

// The helpers, as a front end uses them.
const use = `
import { Tables, TablesInsert, TablesUpdate, Enums, CompositeTypes } from "./types";
export const leaf: Tables<"leaf"> = { id: 1, t: null };
export const same: Tables<{ schema: "strange" }, "leaf"> = leaf;
export const view: Tables<{ schema: "strange" }, "some">["more"] = null;
export const written: TablesInsert<"leaf"> = { id: 1 };
export const there: TablesUpdate<{ schema: "strange" }, "leaf"> = {};
export const label: Enums<{ schema: "strange" }, 'a.b("c)'> = "x";
export const pair: CompositeTypes<{ schema: "strange" }, "pair">["n"] = 1;
`;
const strange = cases[0].ours;
assert.deepEqual(complaints({ "/types.ts": strange, "/use.ts": use }), []);
for (const wrong of [
  `export const x: TablesInsert<"many"> = { body: null, bodies: [], mood: "good" };`,
  `export const x: Tables<"some">["more"] = "text";`,
  `type Row = Database["strange"]["Views"]["some"] extends { Insert: infer I } ? I : never;
   export const x: Row = { more: 1 };`,
]) {
  const text = `import { Database, Tables, TablesInsert } from "./types";\n${wrong}`;
  assert.equal(complaints({ "/types.ts": strange, "/use.ts": text }).length, 1, wrong);
}
for (const { ours } of cases.slice(1)) assert.deepEqual(complaints({ "/types.ts": ours }), []);
