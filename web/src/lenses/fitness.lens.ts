import type { Lens } from ".";

export const lens: Lens = {
  colours: [
    "#eaf3fd",
    "#d3e4f8",
    "#a4c7ef",
    "#73a9e7",
    "#4c8fe0",
    "#357fdc",
    "#2a74d2",
    "#1b5aa8",
    "#164c90",
    "#0f3d78",
  ],
  places: ["courses"],
  words: "fitness",
};
