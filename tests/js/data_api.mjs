// What supabase-js can ask of the data API, over tests/it/rest/fixture.sql.

import assert from "node:assert/strict";
import { anonymous, must } from "./world.mjs";

const api = anonymous();
const names = (rows) => rows.map((row) => row.name);

// Reading.
assert.deepEqual(
  must(await api.from("project").select("project_id, name").order("name").limit(1)),
  [{ project_id: 1, name: "Alpha" }],
);
assert.equal(must(await api.from("client").select().eq("client_id", 1).single()).name, "Acme");
assert.equal(must(await api.from("client").select().eq("client_id", 9).maybeSingle()), null);
const none = await api.from("client").select().single();
assert.deepEqual([none.status, none.error.code], [406, "PGRST116"]);
const page = await api.from("project").select("name", { count: "exact" }).range(1, 2);
assert.deepEqual([page.count, page.data.length, page.status], [4, 2, 206]);
const head = await api.from("project").select("*", { count: "exact", head: true });
assert.deepEqual([head.count, head.data], [4, null]);
for (const count of ["planned", "estimated"]) {
  assert.ok((await api.from("project").select("*", { count })).count > 0);
}

// Every filter the client has.
const filters = {
  eq: (q) => q.eq("project_id", 1),
  "neq not": (q) => q.neq("name", "Beta").not("name", "in", "(Gamma,Delta)"),
  "gt lt gte lte": (q) => q.gt("project_id", 0).lt("project_id", 2).gte("project_id", 1).lte("project_id", 1),
  like: (q) => q.like("name", "Al%"),
  ilike: (q) => q.ilike("name", "al%"),
  likeAllOf: (q) => q.likeAllOf("name", ["A%", "%a"]),
  ilikeAnyOf: (q) => q.ilikeAnyOf("name", ["al%", "x%"]),
  "is not": (q) => q.not("period", "is", null).lt("project_id", 2),
  in: (q) => q.in("name", ["Alpha", "with,comma", 'with "quote"']),
  contains: (q) => q.contains("tags", ["x"]),
  "contains json": (q) => q.contains("data", { a: { b: 5 } }),
  containedBy: (q) => q.containedBy("tags", ["x", "y", "z"]).contains("tags", ["x"]),
  overlaps: (q) => q.overlaps("tags", ["x", "q"]),
  range: (q) => q.rangeLt("period", "[5,9)").rangeAdjacent("period", "[5,9)"),
  textSearch: (q) => q.textSearch("name", "alpha", { type: "websearch", config: "english" }),
  match: (q) => q.match({ name: "Alpha", mood: "happy" }),
  or: (q) => q.or("name.eq.Alpha,and(project_id.eq.9,name.eq.Beta)"),
  "json path": (q) => q.eq("data->a->>b", "5"),
  embedded: (q) => q.eq("client.name", "Acme").neq("name", "Beta"),
};
for (const [name, filter] of Object.entries(filters)) {
  const rows = must(await filter(api.from("project").select("name, client!inner(name)")));
  assert.deepEqual(names(rows), ["Alpha"], name);
}

// Embeddings.
assert.deepEqual(
  must(
    await api
      .from("client")
      .select("name, projects:project(name, member(person(name)))")
      .order("name", { ascending: false, referencedTable: "projects" })
      .limit(1, { referencedTable: "projects" })
      .eq("client_id", 1),
  ),
  [{ name: "Acme", projects: [{ name: "Beta", member: [] }] }],
);
const ambiguous = await api.from("letter").select("person(name)");
assert.deepEqual([ambiguous.status, ambiguous.error.code], [300, "PGRST201"]);
assert.equal(ambiguous.error.details.length, 2);
assert.deepEqual(
  must(await api.from("letter").select("sender:person!letter_sender_fkey(name)").limit(1)),
  [{ sender: { name: "Ann" } }],
);
assert.deepEqual(must(await api.from("client").select("project(count)").eq("client_id", 1)), [
  { project: [{ count: 2 }] },
]);
assert.deepEqual(
  must(await api.from("project").select("client_id, project_id.sum()").eq("client_id", 1)),
  [{ client_id: 1, sum: 3 }],
);
assert.deepEqual(
  must(await api.from("project").select("...client(owner:name)").eq("project_id", 1).single()),
  { owner: "Acme" },
);

// Writing.
const inserted = await api.from("person").insert({ name: "Dan" });
assert.deepEqual([inserted.status, inserted.data], [201, null]);
const many = await api.from("person").insert([{ name: "E", email: "e@x" }, { name: "F" }]).select("name, email, born");
assert.deepEqual(must(many), [
  { name: "E", email: "e@x", born: 1970 },
  { name: "F", email: null, born: 1970 },
]);
assert.equal(
  must(await api.from("person").insert([{ name: "G" }, { name: "H", born: 1 }], { defaultToNull: false }).select())[0].born,
  1970,
);
const merged = await api.from("person").upsert({ name: "Eve", email: "e@x" }, { onConflict: "email" }).select("name");
assert.deepEqual([merged.status, merged.data], [200, [{ name: "Eve" }]]);
const ignored = await api
  .from("person")
  .upsert({ name: "No", email: "e@x" }, { onConflict: "email", ignoreDuplicates: true })
  .select();
assert.deepEqual([ignored.status, ignored.data], [201, []]);
const updated = await api.from("person").update({ born: 2 }).eq("name", "Dan");
assert.deepEqual([updated.status, updated.data], [204, null]);
assert.deepEqual(must(await api.from("person").update({ born: 3 }).eq("name", "Dan").select("born")), [{ born: 3 }]);
const gone = await api.from("person").delete({ count: "exact" }).eq("name", "Dan");
assert.deepEqual([gone.status, gone.count], [204, 1]);
const limited = await api.from("unit").update({ name: "x" }).gt("unit_id", 0).maxAffected(1);
assert.deepEqual([limited.status, limited.error.code], [400, "PGRST124"]);
const duplicate = await api.from("client").insert({ client_id: 1, name: "x" });
assert.deepEqual([duplicate.status, duplicate.error.code], [409, "23505"]);
assert.equal(must(await api.from("noted_view").upsert({ noted_id: 1, note: "a" }).select().single()).note, "a");
assert.equal(must(await api.from("noted_view").upsert({ noted_id: 1, note: "b" }).select().single()).note, "b");
assert.equal((await api.from("letter").delete().gt("letter_id", 0).select().rollback()).data.length, 2);
assert.equal((await api.from("letter").select("*", { count: "exact", head: true })).count, 2);

// Functions.
assert.equal(must(await api.rpc("add", { a: 1 })), 11);
assert.equal(must(await api.rpc("add", { a: 1, b: 2 }, { get: true })), 3);
assert.deepEqual(must(await api.rpc("words", { w: ["a", "b"] })), ["a", "b"]);
assert.deepEqual(must(await api.rpc("words", { w: "a" }, { get: true })), ["a"]);
assert.deepEqual(must(await api.rpc("numbers")), [1, 2, 3]);
assert.deepEqual(must(await api.rpc("pair", { n: 1 })), { a: 1, b: "x" });
assert.deepEqual(
  must(await api.rpc("projects").select("name, client(name)").eq("project_id", 1).single()),
  { name: "Alpha", client: { name: "Acme" } },
);
const silent = await api.rpc("silent");
assert.deepEqual([silent.status, silent.data], [204, null]);
const counted = await api.rpc("projects", {}, { head: true, count: "exact" });
assert.deepEqual([counted.count, counted.data], [4, null]);
const missing = await api.rpc("add", { z: 1 });
assert.deepEqual([missing.status, missing.error.code], [404, "PGRST202"]);
const refused = await api.rpc("refuse");
assert.deepEqual([refused.status, refused.error.message, refused.error.hint], [402, "pay", "then"]);

// Forms of the answer, and other schemas.
assert.equal(must(await api.from("client").select("name").order("name").csv()), "name\nAcme\nBest");
assert.deepEqual(must(await api.from("project").select("name, data").eq("project_id", 2).stripNulls()), [{ name: "Beta" }]);
assert.match(must(await api.from("client").select().explain()), /Aggregate/);
const unknown = await api.schema("nowhere").from("client").select();
assert.deepEqual([unknown.status, unknown.error.code], [406, "PGRST106"]);
