import { Alert, Group, Paper, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Navigate, useParams } from "@tanstack/react-router";
import { ButtonLink } from "../pieces/links";
import { Page } from "../pieces/Page";
import { SignedIn } from "../pieces/SignedIn";
import { Show } from "../pieces/states";
import { dayOf, hereZone, timeOf } from "../start/times";
import { useWords } from "../words";
import { bookingOf, waitsForMoney, type BookingRow } from "./asks";
import { Card, Due } from "./Card";

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
  const due = { booking_id: booking.id };
  return (
    <Page title={t("pay.title")} size="sm">
      <Paper withBorder p="lg">
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
          {isOpen && <Due due={due} />}
        </Group>
      </Paper>
      {isOpen ? (
        <Card due={due} until={booking.hold_expires_at!} back={`/pay/${booking.id}`} />
      ) : (
        <Alert color="orange" title={t("pay.over")}>
          <ButtonLink
            to="/bookings/$bookingId"
            params={{ bookingId: booking.id }}
            size="xs"
            variant="default"
          >
            {t("news.booking")}
          </ButtonLink>
        </Alert>
      )}
    </Page>
  );
}
