import { createClient } from "@supabase/supabase-js";
import type { Database } from "../database.types";
import { config } from "./config";

/** The marketplace in the words of tutoring: experts, sessions, learners. */
export const supabase = createClient<Database, "tutoring">(config.url, config.anonKey, {
  db: { schema: "tutoring" },
});

/** What every lens shares. */
export const api = supabase.schema("api");
/** Courses, in the words of the lens that has them; and events and a shop. */
export const school = supabase.schema("fitness");
export const sanctuary = supabase.schema("avenrae");

type Views = Database["tutoring"]["Views"];
type Functions = Database["api"]["Functions"];

/** A row of a view. Postgres does not know which columns of a view are never null; the lens does. */
export type Row<View extends keyof Views, Nullable extends keyof Views[View]["Row"] = never> = {
  [C in keyof Views[View]["Row"]]: C extends Nullable
    ? Views[View]["Row"][C]
    : NonNullable<Views[View]["Row"][C]>;
};

/** One of the rows that a function answers. */
export type Answer<F extends keyof Functions> = Functions[F]["Returns"] extends (infer One)[]
  ? One
  : Functions[F]["Returns"];
