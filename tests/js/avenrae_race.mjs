// A thousand want the same: ten pieces, fifty seats, one ticket that is scanned a hundred times. Over
// HTTP, as the house that asks for its clients. Nothing may answer with a 5xx.

import assert from "node:assert/strict";
import { ids, must, service, signedIn } from "./world.mjs";

const lens = { db: { schema: "avenrae" } };
const [tara, house] = [signedIn("tara", lens), service(lens)];
// place_order of api says for whom; the lens has one of its own without.
const api = service({ db: { schema: "tutoring" } });
const many = Number(process.env.CLIENTS ?? 1000);
const clients = Array.from({ length: many }, () => crypto.randomUUID());
const day = new Date(Date.now() + 20 * 86_400_000).toISOString();

must(await house.from("users").insert(clients.map((uuid) => ({ uuid, first_name: "C" }))));
must(await house.from("clients").insert(clients.map((uuid) => ({ uuid }))));
must(await tara.from("healers").insert({ healer_type: "healer" }));
const product = must(await tara.from("products").insert({
  product_name: "Amethyst", price: 80, stock_quantity: 10,
}).select().single());
const event = must(await tara.from("events").insert({
  event_name: "Circle", event_date: day, max_capacity: 50, price: 0,
}).select().single());

// How many answers there were of each status.
const tally = (answers) => answers.reduce(
  (counts, { status }) => ({ ...counts, [status]: (counts[status] ?? 0) + 1 }), {});

const orders = await Promise.all(clients.map((id) => api.rpc("place_order", {
  p_items: [{ offering_id: product.uuid }], p_customer_id: id,
})));
assert.deepEqual(tally(orders), { 200: 10, 409: many - 10 });
assert.ok(orders.every(({ error }) => error === null || error.message === "out_of_stock"));
assert.equal(must(await tara.from("products").select().single()).stock_quantity, 0);

const seats = await Promise.all(clients.map((id) => api.rpc("book_slot", {
  p_customer_id: id, p_slot_id: event.uuid,
})));
assert.deepEqual(tally(seats), { 200: 50, 409: many - 50 });
const attendance = must(await tara.from("event_attendance").select().single());
assert.deepEqual([attendance.registered_count, attendance.capacity_percentage], [50, 100]);

const [{ code }] = must(await tara.from("tickets").select("code").limit(1));
const scans = await Promise.all(Array.from({ length: 100 }, () => tara.rpc("check_in", { p_code: code })));
assert.deepEqual(tally(scans), { 200: 1, 409: 99 });
assert.equal(must(await tara.from("tickets").select().eq("status", "used")).length, 1);
assert.ok(ids.tara);
console.log("told");
