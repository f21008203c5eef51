import { Group, Stack, Text, Title } from "@mantine/core";
import { CardLink } from "../pieces/links";
import { Face, Price, Rating, Tags } from "../pieces/small";
import { useWords } from "../words";
import type { Found } from "./search";

/** A session in a list. */
export function Offer({ of, near }: { of: Found; near: boolean }) {
  const { t, locale } = useWords();
  return (
    <CardLink
      to="/sessions/$sessionId"
      params={{ sessionId: of.offering_id }}
      className="offer"
      h="100%"
    >
      <Stack gap="sm" h="100%" justify="space-between">
        <Stack gap={8}>
          <Title order={3} fz={17} lh={1.3}>
            {of.title}
          </Title>
          <Text size="sm" c="dimmed" lineClamp={2}>
            {of.summary}
          </Text>
          {of.tags.length > 0 && <Tags of={of.tags} />}
        </Stack>
        <Stack gap={10}>
          <Group gap="xs" wrap="nowrap">
            <Face name={of.provider_name} size={28} />
            <Text size="sm" truncate>
              {of.provider_name}
            </Text>
            <Rating of={of.rating_avg} count={of.rating_count} />
          </Group>
          <Group justify="space-between" gap="xs">
            <Text fw={650}>
              <Price minor={of.price_minor} currency={of.currency} />
            </Text>
            <Text size="sm" c="dimmed">
              {near && of.distance_m !== null
                ? t("offer.away", {
                    minutes: of.duration_min,
                    km: Math.round(of.distance_m / 1000).toLocaleString(locale),
                  })
                : t("offer.minutes", { count: of.duration_min })}
            </Text>
          </Group>
        </Stack>
      </Stack>
    </CardLink>
  );
}
