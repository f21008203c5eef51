import { createTheme, type CSSVariablesResolver } from "@mantine/core";
import { lens } from "./lenses";

export const theme = createTheme({
  primaryColor: "brand",
  primaryShade: 7,
  autoContrast: true,
  luminanceThreshold: 0.2,
  colors: { brand: lens.colours },
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  headings: { fontFamily: "'Inter Variable', system-ui, sans-serif", fontWeight: "650" },
  defaultRadius: "md",
  cursorType: "pointer",
  components: {
    Anchor: { defaultProps: { underline: "always" } },
    Card: { defaultProps: { withBorder: true, padding: "lg" } },
    Badge: { defaultProps: { variant: "light", radius: "sm", tt: "none", fw: 550 } },
  },
});

/** Quiet text keeps a contrast of 4.5 on both grounds. */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-error": "#b3261e",
    "--mantine-color-orange-light-color": "#8a4100",
    "--mantine-color-red-light-color": "#a1160f",
    "--mantine-color-blue-light-color": "#12559e",

    "--mantine-color-dimmed": "#5b6670",
    "--mantine-color-body": "#fdfdfb",
  },
  dark: {
    "--mantine-color-error": "#ff9b94",
    "--mantine-color-dimmed": "#a8b1b9",
    // The colours of some lenses are too dark for a link on a dark card.
    "--mantine-color-anchor": "var(--mantine-color-brand-3)",
  },
});
