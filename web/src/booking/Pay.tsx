import { Alert, Card, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Navigate, useParams } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import { ButtonLink } from "../pieces/links";
import { Page } from "../pieces/Page";
import { SignedIn } from "../pieces/SignedIn";
import { Price } from "../pieces/small";
import { Problem, Show, Waiting } from "../pieces/states";
import { config } from "../start/config";
import { supabase } from "../start/client";
import { must } from "../start/refusal";
import { dayOf, hereZone, timeOf } from "../start/times";
import { useWords } from "../words";
import { bookingOf, waitsForMoney, type BookingRow } from "./asks";
import { StandIn } from "./StandIn";

// Stripe's script is fetched by who pays, and by nobody else.
const Card4Stripe = lazy(() => import("./StripeForm"));

export interface Payable {
  client_secret: string | null;
  publishable_key: string | null;
  amount: number;
  currency: string;
  expires_at: string;
}

export function Pay() {
  return (
    <SignedIn>
      <Paying />
    </SignedIn>
  );
}

function Paying() {
  const { bookingId } = useParams({ from: "/pay/$bookingId" });
  const booking = useQuery({
    ...bookingOf(bookingId),
    // The money arrives by a webhook: this page learns of it by asking.
    refetchInterval: (query) =>
      query.state.data?.core_status === "pending_payment" ? 1_500 : false,
  });
  return (
    <Show of={booking}>
      {(found) => {
        if (["confirmed", "requested"].includes(found.core_status)) {
          return (
            <Navigate
              to="/bookings/$bookingId"
              params={{ bookingId }}
              search={{ paid: true }}
              replace
            />
          );
        }
        return <ToPay booking={found} />;
      }}
    </Show>
  );
}

function ToPay({ booking }: { booking: BookingRow }) {
  const { t, locale } = useWords();
  const isOpen = waitsForMoney(booking);
  const payable = useQuery({
    queryKey: ["pay", booking.id],
    enabled: isOpen,
    staleTime: Infinity,
    queryFn: () =>
      must(supabase.functions.invoke<Payable>("pay", { body: { booking_id: booking.id } })),
  });
  return (
    <Page title={t("pay.title")} size="sm">
      <Card>
        <Group justify="space-between" align="flex-start">
          <div>
            <Text fw={600}>{booking.session_title}</Text>
            <Text size="sm" c="dimmed">
              {t("booking.with", { name: booking.expert_name })}
            </Text>
            <Text size="sm" c="dimmed">
              {dayOf(booking.start_at, hereZone(), locale)},{" "}
              {timeOf(booking.start_at, hereZone(), locale)}
            </Text>
          </div>
          {payable.data && (
            <Text fw={650} fz={20}>
              <Price minor={payable.data.amount} currency={payable.data.currency} />
            </Text>
          )}
        </Group>
      </Card>
      {!isOpen ? (
        <Alert color="orange" title={t("pay.over")}>
          <ButtonLink
            to="/sessions/$sessionId"
            params={{ sessionId: booking.session_id }}
            size="xs"
            variant="default"
          >
            {t("book.another")}
          </ButtonLink>
        </Alert>
      ) : (
        <Stack gap="md">
          <Countdown until={booking.hold_expires_at!} />
          {payable.error && <Problem error={payable.error} again={() => void payable.refetch()} />}
          {payable.isPending && <Waiting />}
          {payable.data?.client_secret &&
            (config.standIn ? (
              <StandIn payable={payable.data} bookingId={booking.id} />
            ) : (
              <Suspense fallback={<Waiting />}>
                <Card4Stripe payable={payable.data} bookingId={booking.id} />
              </Suspense>
            ))}
        </Stack>
      )}
    </Page>
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
