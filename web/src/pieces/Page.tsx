import { Container, Group, Stack, Text, Title } from "@mantine/core";
import { useEffect, type ReactNode } from "react";

interface Props {
  title: string;
  lead?: ReactNode;
  aside?: ReactNode;
  size?: "xs" | "sm" | "md" | "lg";
  children: ReactNode;
}

/** A page: its title in the tab and as its heading. */
export function Page({ title, lead, aside, size = "lg", children }: Props) {
  useTitle(title);
  return (
    <Container size={size} px={{ base: "md", sm: "lg" }} py={{ base: "lg", sm: "xl" }}>
      <Stack gap="lg">
        <Group justify="space-between" align="flex-start" gap="sm">
          <div style={{ minWidth: 0 }}>
            <Title
              order={1}
              fz={{ base: 26, sm: 32 }}
              lh={1.2}
              style={{ overflowWrap: "anywhere" }}
            >
              {title}
            </Title>
            {lead && (
              <Text c="dimmed" mt={6} component="div">
                {lead}
              </Text>
            )}
          </div>
          {aside}
        </Group>
        {children}
      </Stack>
    </Container>
  );
}

export function useTitle(title: string) {
  useEffect(() => {
    document.title = `${title} · Convene`;
  }, [title]);
}
