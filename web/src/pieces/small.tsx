import { Avatar, Badge, Group, Text } from "@mantine/core";
import { IconStarFilled } from "@tabler/icons-react";
import { money } from "../start/money";
import { useWords } from "../words";

export function Price({ minor, currency }: { minor: number; currency: string }) {
  const { t, locale } = useWords();
  return <>{minor === 0 ? t("free") : money(minor, currency, locale)}</>;
}

export function Rating({ of, count }: { of: number | null; count?: number }) {
  const { t, locale } = useWords();
  if (!of)
    return (
      <Text span size="sm" c="dimmed">
        {t("rating.none")}
      </Text>
    );
  const said = of.toLocaleString(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  return (
    <Group gap={4} wrap="nowrap" display="inline-flex">
      <IconStarFilled size={14} color="#e0a100" aria-hidden />
      <Text span size="sm" fw={550}>
        <span className="unseen">{t("rating.label")} </span>
        {said}
      </Text>
      {count !== undefined && (
        <Text span size="sm" c="dimmed">
          ({t("rating.count", { count })})
        </Text>
      )}
    </Group>
  );
}

/** Somebody's picture, or their initials. */
export function Face({
  name,
  url,
  size = 40,
}: {
  name: string;
  url?: string | null;
  size?: number;
}) {
  return (
    <Avatar
      src={url}
      name={name}
      color="initials"
      size={size}
      styles={{ placeholder: { color: "var(--mantine-color-text)" } }}
      alt=""
      aria-hidden
    />
  );
}

export function Tags({ of }: { of: string[] | null }) {
  return (
    <Group gap={6}>
      {(of ?? []).map((tag) => (
        <Badge key={tag} color="gray" c="var(--mantine-color-text)">
          {tag}
        </Badge>
      ))}
    </Group>
  );
}
