import { Button, Stack, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { useAct } from "../pieces/act";
import { Problem } from "../pieces/states";
import { Sums, useCouponRefusal } from "../pieces/Sums";
import { supabase } from "../start/client";
import { must } from "../start/refusal";
import { useWords } from "../words";
import { orderQuoteOf, type Item } from "./asks";

interface Props {
  items: Item[];
  /** The order is made, and what was to be ordered is not any more. */
  ordered?: () => void;
}

/** Order things, and go on to pay for them. */
export function OrderForm({ items, ordered }: Props) {
  const { t } = useWords("market");
  const { t: main } = useWords();
  const go = useNavigate();
  const [coupon, setCoupon] = useState("");
  const [asked] = useDebouncedValue(coupon.trim(), 400);
  const quote = useQuery(orderQuoteOf(items, asked));
  const couponError = useCouponRefusal(asked ? quote.error : null);
  const wanted = JSON.stringify([items, asked]);
  // A second click, or a second try after a lost answer, is the same request; another basket is not.
  const key = useMemo(() => ({ of: wanted, is: crypto.randomUUID() }), [wanted]);
  const order = useAct(
    () =>
      must(
        supabase.functions.invoke<{ order_id: string }>("create-order", {
          body: { items, ...(asked && { coupon: asked }) },
          headers: { "Idempotency-Key": key.is },
        }),
      ),
    {
      changes: [["products"], ["enrolments"]],
      then: async (made) => {
        await go({ to: "/orders/$orderId", params: { orderId: made!.order_id } });
        ordered?.();
      },
    },
  );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!order.isPending) order.mutate();
      }}
    >
      <Stack gap="md">
        <TextInput
          label={main("book.coupon")}
          value={coupon}
          error={couponError}
          autoCapitalize="characters"
          onChange={(event) => setCoupon(event.currentTarget.value)}
        />
        {quote.data && !quote.error && <Sums quote={quote.data} />}
        {quote.error && !couponError && <Problem error={quote.error} />}
        <Button
          type="submit"
          size="md"
          loading={order.isPending}
          disabled={!quote.data || Boolean(quote.error) || coupon.trim() !== asked}
        >
          {t("order.pay")}
        </Button>
      </Stack>
    </form>
  );
}
