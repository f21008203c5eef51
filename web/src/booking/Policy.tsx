import { List, Text } from "@mantine/core";
import { useWords } from "../words";
import type { Tier } from "./asks";

/** What comes back when a booking is cancelled, said before it is made. */
export function Policy({ tiers, mode }: { tiers: Tier[]; mode: "instant" | "request" }) {
  const { t, locale } = useWords();
  const sorted = [...tiers].sort((a, b) => b.hours_before - a.hours_before);
  const percent = (value: number) =>
    (value / 100).toLocaleString(locale, { style: "percent", maximumFractionDigits: 1 });
  return (
    <div>
      {mode === "request" && (
        <Text size="sm" c="dimmed" mb={6}>
          {t("policy.request")}
        </Text>
      )}
      <Text size="sm" c="dimmed">
        {t("policy.title")}
      </Text>
      <List size="sm" c="dimmed" mt={2}>
        {sorted.map((tier) => (
          <List.Item key={tier.hours_before}>
            {tier.hours_before === 0
              ? t("policy.start", { percent: percent(tier.refund_percent) })
              : t("policy.until", {
                  percent: percent(tier.refund_percent),
                  count: tier.hours_before,
                })}
          </List.Item>
        ))}
      </List>
    </div>
  );
}
