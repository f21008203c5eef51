import { Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useState } from "react";
import { Price } from "../pieces/small";
import { Problem, Waiting } from "../pieces/states";
import { config } from "../start/config";
import { supabase } from "../start/client";
import { must } from "../start/refusal";
import { useWords } from "../words";
import { StandIn } from "./StandIn";

// Stripe's script is fetched by who pays, and by nobody else.
const StripeForm = lazy(() => import("./StripeForm"));

export interface Payable {
  client_secret: string | null;
  publishable_key: string | null;
  amount: number;
  currency: string;
  expires_at: string;
}

type Due = { booking_id: string } | { order_id: string };

/** What has to be paid with a card, and the way to pay it. */
export const payableOf = (due: Due) => ({
  queryKey: ["pay", due],
  staleTime: Infinity,
  queryFn: () => must(supabase.functions.invoke<Payable>("pay", { body: due })),
});

interface Props {
  due: Due;
  /** Until when what is paid for is kept. */
  until: string;
  /** The page that waits for the money. */
  back: string;
}

export function Card({ due, until, back }: Props) {
  const payable = useQuery(payableOf(due));
  return (
    <Stack gap="md">
      <Countdown until={until} />
      {payable.error && <Problem error={payable.error} again={() => void payable.refetch()} />}
      {payable.isPending && <Waiting />}
      {payable.data?.client_secret &&
        (config.standIn ? (
          <StandIn payable={payable.data} back={back} />
        ) : (
          <Suspense fallback={<Waiting />}>
            <StripeForm payable={payable.data} back={back} />
          </Suspense>
        ))}
    </Stack>
  );
}

/** The sum that the card is charged, once it is known. */
export function Due({ due }: { due: Due }) {
  const payable = useQuery(payableOf(due));
  if (!payable.data) return null;
  return (
    <Text fw={650} fz={20}>
      <Price minor={payable.data.amount} currency={payable.data.currency} />
    </Text>
  );
}

function Countdown({ until }: { until: string }) {
  const { t } = useWords();
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const clock = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(clock);
  }, []);
  const seconds = Math.max(0, Math.floor((new Date(until).getTime() - now) / 1000));
  const left = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  return (
    <Text c="dimmed" role="timer">
      {t("pay.kept", { left })}
    </Text>
  );
}
