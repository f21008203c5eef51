// What a story knows of its world, given by tests/src/story.rs.

import { createClient } from "@supabase/supabase-js";

// supabase-js asks for one when a client is made, and Node before 22 has none. No story
// listens to changes.
globalThis.WebSocket ??= class {};

export const url = process.env.CONVENE_URL;
export const keys = {
  anon: process.env.ANON_KEY,
  service: process.env.SERVICE_KEY,
  publishable: process.env.PUBLISHABLE_KEY,
  secret: process.env.SECRET_KEY,
};
export const ids = JSON.parse(process.env.IDS);
const tokens = JSON.parse(process.env.TOKENS);

// A client of somebody signed in: their token comes from the test, not from a sign-in.
export function signedIn(name, options = {}) {
  return createClient(url, keys.anon, { accessToken: async () => tokens[name], ...options });
}

// A client of nobody.
export function anonymous(options = {}) {
  return createClient(url, keys.anon, { auth: { persistSession: false }, ...options });
}

// A client of the house.
export function service(options = {}) {
  return createClient(url, keys.service, { auth: { persistSession: false }, ...options });
}

// The data of an answer that must be a success.
export function must({ data, error }) {
  if (error) throw new Error(JSON.stringify(error));
  return data;
}
