import type { Lens } from ".";

export const lens: Lens = {
  colours: [
    "#f7f0fa",
    "#ecdff3",
    "#d8bde6",
    "#c39ad8",
    "#b07ccc",
    "#a468c4",
    "#9a5bbd",
    "#7c4199",
    "#6a3684",
    "#57296e",
  ],
  places: ["events", "shop"],
  words: "avenrae",
};
