import postgrest, { defaultPrimaryKeys } from "@raphiniert/ra-data-postgrest";
import { fetchUtils, type DataProvider, type GetListParams, type RaRecord } from "react-admin";
import { config } from "../start/config";
import { supabase } from "../start/client";
import { lists } from "./lists";

/** Resources that are views of the lens. */
const views: Record<string, string> = {
  people: "user_profiles",
  providers: "expert_profiles",
  bookings: "booking_details",
  sessions: "sessions",
};

const httpClient = async (url: string, options: fetchUtils.Options = {}) => {
  const { data } = await supabase.auth.getSession();
  const headers = new Headers(options.headers);
  headers.set("apikey", config.anonKey);
  headers.set("authorization", `Bearer ${data.session?.access_token ?? config.anonKey}`);
  return fetchUtils.fetchJson(url, { ...options, headers });
};

const rest = postgrest({
  apiUrl: `${config.url}/rest/v1`,
  httpClient,
  defaultListOp: "eq",
  primaryKeys: defaultPrimaryKeys,
  schema: () => "tutoring",
});

/** A list of a function: what fits, in order, a page of it. */
export function pageOf(rows: RaRecord[], params: GetListParams) {
  const wanted = Object.entries(params.filter ?? {}).filter(([, value]) => value !== "");
  const fits = (row: RaRecord) =>
    wanted.every(([name, value]) =>
      name === "q"
        ? JSON.stringify(row).toLowerCase().includes(String(value).toLowerCase())
        : String(row[name]) === String(value),
    );
  const found = rows.filter(fits);
  const { field, order } = params.sort ?? { field: "id", order: "DESC" };
  const way = order === "ASC" ? 1 : -1;
  // Most lists come sorted, and have no column that is sorted by their id.
  if (field !== "id") {
    found.sort((a, b) => {
      const [x, y] = [a[field] ?? "", b[field] ?? ""];
      return (x < y ? -1 : x > y ? 1 : 0) * way;
    });
  }
  const { page, perPage } = params.pagination ?? { page: 1, perPage: 25 };
  return { data: found.slice((page - 1) * perPage, page * perPage), total: found.length };
}

const isListed = (resource: string) => resource in lists;
const view = (resource: string) => views[resource] ?? resource;

async function one(resource: string, id: unknown) {
  const found = (await lists[resource]()).find((row) => row.id === String(id));
  if (!found) throw new Error("There is no such row.");
  return found;
}

/** react-admin's provider: views through PostgREST, and lists of functions. */
export const provider = {
  ...rest,
  getList: async (resource: string, params: GetListParams) =>
    isListed(resource)
      ? pageOf(await lists[resource](), params)
      : rest.getList(view(resource), params),
  getOne: async (resource, params) =>
    isListed(resource)
      ? { data: await one(resource, params.id) }
      : rest.getOne(view(resource), params),
  getMany: async (resource, params) =>
    isListed(resource)
      ? { data: await Promise.all(params.ids.map((id) => one(resource, id))) }
      : rest.getMany(view(resource), params),
  getManyReference: (resource, params) => rest.getManyReference(view(resource), params),
} as DataProvider;
