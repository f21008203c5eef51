import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const unused = fileURLToPath(new URL("./src/start/unused.ts", import.meta.url));

// A running house: `cargo run` prints its address.
const house = process.env.CONVENE_URL ?? "http://127.0.0.1:54321";
const doors = ["/rest", "/auth", "/functions", "/config.json", "/_mailbox"];

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@supabase/realtime-js": unused, "@supabase/storage-js": unused } },
  build: { target: "es2022", manifest: true, assetsInlineLimit: 0, chunkSizeWarningLimit: 2000 },
  server: { proxy: Object.fromEntries(doors.map((door) => [door, house])) },
  preview: { proxy: Object.fromEntries(doors.map((door) => [door, house])) },
});
