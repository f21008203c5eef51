import { Box, Container, Text } from "@mantine/core";
import { useSyncExternalStore } from "react";
import { useWords } from "../words";

function watch(changed: () => void) {
  const events = ["online", "offline"];
  events.forEach((name) => addEventListener(name, changed));
  return () => events.forEach((name) => removeEventListener(name, changed));
}

/** Says that there is no connection: what is asked for meanwhile waits until there is one. */
export function Offline() {
  const { t } = useWords();
  const isOnline = useSyncExternalStore(watch, () => navigator.onLine);
  return (
    <div role="status">
      {!isOnline && (
        <Box className="offline">
          <Container size="lg" px={{ base: "sm", sm: "lg" }} py={6}>
            <Text size="sm">{t("offline")}</Text>
          </Container>
        </Box>
      )}
    </div>
  );
}
