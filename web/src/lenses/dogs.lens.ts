import type { Lens } from ".";

export const lens: Lens = {
  colours: [
    "#fdf2ec",
    "#f8e0d3",
    "#efbfa4",
    "#e69c73",
    "#de7f4b",
    "#d96c31",
    "#c85e26",
    "#a34716",
    "#8a3b12",
    "#70300e",
  ],
  places: [],
  words: "dogs",
};
