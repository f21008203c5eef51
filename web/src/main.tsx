import "@fontsource-variable/inter";
import "@mantine/core/styles.css";
import "./pieces/pages.css";
import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { lazy, StrictMode, Suspense } from "react";
import { createRoot } from "react-dom/client";
import { router } from "./router";
import { useSessionOfBrowser, WhoContext } from "./start/session";
import { Refusal } from "./start/refusal";
import { theme, variables } from "./theme";
import { startWords } from "./words";

const Toasts = lazy(() => import("./pieces/Toasts"));

const cache = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 20_000,
      // A refusal stays one however often it is asked for; only a lost connection may come back.
      retry: (count, error) =>
        count < 2 && !(error instanceof Refusal && error.word !== "connection_lost"),
    },
  },
});

function Pages() {
  const who = useSessionOfBrowser();
  return (
    <WhoContext value={who}>
      <RouterProvider router={router} />
    </WhoContext>
  );
}

await startWords();
createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={variables} defaultColorScheme="auto">
      <QueryClientProvider client={cache}>
        <Pages />
        <Suspense>
          <Toasts />
        </Suspense>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
