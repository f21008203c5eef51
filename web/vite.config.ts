import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const unused = fileURLToPath(new URL("./src/start/unused.ts", import.meta.url));

// A running house: `cargo run` prints its address.
const house = process.env.CONVENE_URL ?? "http://127.0.0.1:54321";
const doors = ["/rest", "/auth", "/functions", "/config.json", "/_mailbox"];
const proxy = Object.fromEntries(doors.map((door) => [door, house]));

// What every page needs is one file: together it is smaller than in forty pieces.
const ground =
  /node_modules\/(react|react-dom|scheduler|@tanstack|@supabase|i18next|use-sync-external-store|tslib)\/|src\/start\/unused/;

// And so is what the first page is made of, beside that.
const first =
  /@mantine\/core\/esm\/(core|components\/(Alert|Anchor|Avatar|Badge|Burger|Button|Card|Center|CloseButton|Combobox\/ComboboxChevron|Container|Group|Input|InputBase|Loader|NativeSelect|Paper|Skeleton|Stack|Text|TextInput|Title|Transition))\/|\/src\/(pieces\/(act|Appearance|Frame|links|Logo|Lost|Page|small|states|tell)|start\/\w+|words\/index|lenses\/index|theme)\.tsx?$/;

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@supabase/realtime-js": unused, "@supabase/storage-js": unused } },
  build: {
    target: "es2022",
    manifest: true,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 2000,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "ground", test: ground },
            { name: "first", test: first },
          ],
        },
      },
    },
  },
  server: { proxy },
  preview: { proxy },
});
