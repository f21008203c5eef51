import { defaultDarkTheme, defaultLightTheme, type RaThemeOptions } from "react-admin";

const own = (ground: RaThemeOptions): RaThemeOptions => ({
  ...ground,
  typography: {
    fontFamily: "'Inter Variable', system-ui, sans-serif",
    button: { textTransform: "none", fontWeight: 600 },
  },
  shape: { borderRadius: 8 },
});

/** The colours of the other pages, on react-admin's own themes. */
export const light: RaThemeOptions = {
  ...own(defaultLightTheme),
  palette: {
    mode: "light",
    primary: { main: "#0f6b5c" },
    secondary: { main: "#0f6b5c" },
    error: { main: "#b3261e" },
    background: { default: "#f7f8f6" },
  },
};

export const dark: RaThemeOptions = {
  ...own(defaultDarkTheme),
  palette: {
    mode: "dark",
    primary: { main: "#75c0aa" },
    secondary: { main: "#17443a", contrastText: "#fff" },
    error: { main: "#ff9b94" },
  },
};
