import { Card, Code, Group, Stack, Text, Title } from "@mantine/core";
import { ButtonLink } from "../pieces/links";
import { useWords } from "../words";
import type { Registration } from "./asks";

/** The seats of a booking, and the code of each for the door. */
export function Tickets({ of }: { of: Registration }) {
  const { t } = useWords("market");
  const codes = of.ticket_codes ?? [];
  return (
    <Card component="section" aria-label={t("event.tickets")}>
      <Stack gap="xs" align="flex-start">
        <Title order={2} fz={18}>
          {t("event.yours", { count: of.seats })}
        </Title>
        {codes.length > 0 && (
          <>
            <Text c="dimmed">{t("event.show")}</Text>
            <Group gap="xs">
              {codes.map((code) => (
                <Code key={code} fz="md">
                  {code}
                </Code>
              ))}
            </Group>
          </>
        )}
        <ButtonLink
          to="/events/$eventId"
          params={{ eventId: of.event_uuid }}
          size="xs"
          variant="default"
        >
          {t("event.again")}
        </ButtonLink>
      </Stack>
    </Card>
  );
}
