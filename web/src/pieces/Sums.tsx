import { Group, Stack, Text } from "@mantine/core";
import { Refusal } from "../start/refusal";
import { useWords } from "../words";
import { Price } from "./small";
import { useSentence } from "./states";

interface Sums {
  subtotal_minor: number;
  discount_minor: number;
  tax_minor: number;
  amount_minor: number;
  currency: string;
}

/** What something comes to, before it is bought. */
export function Sums({ quote }: { quote: Sums }) {
  const { t } = useWords();
  const line = (name: string, minor: number, strong = false) => (
    <Group justify="space-between" key={name}>
      <Text fw={strong ? 650 : 400}>{name}</Text>
      <Text fw={strong ? 650 : 400}>
        {minor < 0 && "−"}
        <Price minor={Math.abs(minor)} currency={quote.currency} />
      </Text>
    </Group>
  );
  return (
    <Stack gap={4} aria-live="polite">
      {quote.discount_minor > 0 && line(t("book.subtotal"), quote.subtotal_minor)}
      {quote.discount_minor > 0 && line(t("book.discount"), -quote.discount_minor)}
      {quote.tax_minor > 0 && line(t("book.tax"), quote.tax_minor)}
      {line(t("book.total"), quote.amount_minor, true)}
    </Stack>
  );
}

/** The refusal of a coupon, which belongs beside its field; of anything else nothing. */
export function useCouponRefusal(error: unknown) {
  const say = useSentence();
  const isOfCoupon = error instanceof Refusal && /coupon|chargeable/.test(error.word);
  return isOfCoupon ? say(error) : undefined;
}
