import type { MantineColorsTuple } from "@mantine/core";
import { config } from "../start/config";

/** What some lenses have besides times to book. */
export type Place = "courses" | "events" | "shop";

/** A lens of the marketplace as the pages show it: a theme, and words of its own. */
export interface Lens {
  colours: MantineColorsTuple;
  places: Place[];
  /** The message files whose words go before those of every page. */
  words?: string;
}

const tutoring: Lens = {
  colours: [
    "#e9f7f3",
    "#d3ebe4",
    "#a6d6c8",
    "#75c0aa",
    "#4dad91",
    "#349f80",
    "#1f8a6c",
    "#0f6b5c",
    "#0b5a4d",
    "#06463c",
  ],
  places: [],
};

// A house has one of them, so its readers load no other.
const others = import.meta.glob<Lens>("./*.lens.ts", { import: "lens" });

/** The lens of this house; a lens that the pages do not know is shown as tutoring. */
export const lens: Lens = (await others[`./${config.lens}.lens.ts`]?.()) ?? tutoring;
