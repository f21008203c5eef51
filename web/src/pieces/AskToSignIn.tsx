import { Group, Stack, Text } from "@mantine/core";
import { useLocation } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useWords } from "../words";
import { ButtonLink } from "./links";

/** Says what signing in is for, and leads back here afterwards. */
export function AskToSignIn({ children }: { children: ReactNode }) {
  const { t } = useWords();
  const next = useLocation({ select: (location) => location.href });
  return (
    <Stack gap="xs">
      <Text c="dimmed">{children}</Text>
      <Group>
        <ButtonLink to="/sign-in" search={{ next }}>
          {t("nav.signIn")}
        </ButtonLink>
        <ButtonLink to="/sign-up" search={{ next }} variant="default">
          {t("nav.signUp")}
        </ButtonLink>
      </Group>
    </Stack>
  );
}
