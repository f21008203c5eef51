import type { Lens } from ".";

export const lens: Lens = {
  colours: [
    "#fdeef2",
    "#f8d7e0",
    "#efabbf",
    "#e67d9c",
    "#de567e",
    "#d93d6a",
    "#c8305b",
    "#a31f46",
    "#8a1a3c",
    "#701431",
  ],
  places: [],
  words: "trainers",
};
