import { Alert, Anchor, Card, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { registrationOf } from "../events/asks";
import { Tickets } from "../events/Tickets";
import { AnchorLink, ButtonLink } from "../pieces/links";
import { Page } from "../pieces/Page";
import { SignedIn } from "../pieces/SignedIn";
import { Show } from "../pieces/states";
import { api } from "../start/client";
import { money } from "../start/money";
import { must } from "../start/refusal";
import { useWho } from "../start/session";
import { dayOf, distanceOf, hereZone, offsetOf, placeOf, timeOf } from "../start/times";
import { useWords } from "../words";
import { bookingOf, waitsForMoney, type BookingRow, type Payment } from "./asks";
import { Cancel } from "./Cancel";
import { DownloadEntry } from "./DownloadEntry";
import { Move } from "./Move";
import { Status } from "./MyBookings";
import { Proposal } from "./Proposal";
import { WriteReview } from "./WriteReview";
import { Answer } from "./Answer";

const route = getRouteApi("/bookings/$bookingId");

export function Booking() {
  return (
    <SignedIn>
      <Asked />
    </SignedIn>
  );
}

function Asked() {
  const { bookingId } = route.useParams();
  const booking = useQuery({ ...bookingOf(bookingId), refetchInterval: 15_000 });
  return <Show of={booking}>{(found) => <Shown booking={found} />}</Show>;
}

function Shown({ booking }: { booking: BookingRow }) {
  const { t } = useWords();
  const { paid } = route.useSearch();
  const me = useWho().session!.user.id;
  const isLearner = me === booking.learner_id;
  const other = isLearner
    ? { id: booking.expert_id, name: booking.expert_name }
    : { id: booking.learner_id, name: booking.learner_name };
  const hasBegun = new Date(booking.start_at) <= new Date();
  // Seats of an event are booked as a time is, and have tickets.
  const event = useQuery(registrationOf(booking.id)).data;
  const isComing = ["confirmed", "requested"].includes(booking.core_status) && !hasBegun;
  return (
    <Page
      title={booking.session_title}
      size="sm"
      lead={t("booking.with", { name: other.name })}
      aside={<Status of={booking} />}
    >
      {paid && isComing && (
        <Alert color="brand" role="status" title={t(`booking.done.${booking.core_status}`)}>
          {t("booking.doneWhat")}
        </Alert>
      )}
      {waitsForMoney(booking) && isLearner && (
        <Alert color="orange" title={t("booking.unpaid")}>
          <ButtonLink to="/pay/$bookingId" params={{ bookingId: booking.id }} size="xs">
            {t("booking.payNow")}
          </ButtonLink>
        </Alert>
      )}
      {booking.proposed_slot_id && <Proposal booking={booking} isLearner={isLearner} />}
      {booking.core_status === "requested" && !isLearner && <Answer booking={booking} />}
      <When booking={booking} />
      {event && isLearner && <Tickets of={event} />}
      {isLearner && <Paid booking={booking} />}
      {booking.core_status === "completed" && <WriteReview booking={booking} me={me} />}
      <Group className="no-print">
        {isComing && <DownloadEntry booking={booking} />}
        <ButtonLink to="/messages" search={{ with: other.id }} variant="default">
          {t("booking.write", { name: other.name })}
        </ButtonLink>
        {isComing && isLearner && !event && <Move booking={booking} />}
        {(isComing || waitsForMoney(booking)) && <Cancel booking={booking} />}
        {!isComing && isLearner && !event && (
          <ButtonLink
            to="/sessions/$sessionId"
            params={{ sessionId: booking.session_id }}
            variant="default"
          >
            {t("booking.again")}
          </ButtonLink>
        )}
      </Group>
    </Page>
  );
}

function When({ booking }: { booking: BookingRow }) {
  const { t, locale } = useWords();
  const here = hereZone();
  const range = `${timeOf(booking.start_at, here, locale)} – ${timeOf(booking.end_at, here, locale)}`;
  return (
    <Card>
      <Stack gap={6}>
        <Text fw={650} fz={18}>
          {dayOf(booking.start_at, here, locale)}
        </Text>
        <Text>
          {range}{" "}
          <Text span c="dimmed" size="sm">
            {t("booking.clock", { place: placeOf(here), offset: offsetOf(booking.start_at, here) })}{" "}
            · {distanceOf(booking.start_at, locale)}
          </Text>
        </Text>
        {booking.seats > 1 && <Text>{t("booking.seats", { count: booking.seats })}</Text>}
        {booking.place && <Text>{booking.place}</Text>}
        {booking.meeting_url && (
          <Anchor href={booking.meeting_url} rel="noreferrer" target="_blank">
            {t("booking.meet")}
          </Anchor>
        )}
        {booking.learner_notes && (
          <Text size="sm" c="dimmed">
            {t("booking.notes")} {booking.learner_notes}
          </Text>
        )}
        {booking.cancelled_by && (
          <Text size="sm" c="dimmed">
            {t(`booking.cancelledBy.${booking.cancelled_by}`)} {booking.cancellation_reason}
          </Text>
        )}
      </Stack>
    </Card>
  );
}

/** What was paid, what came back, and the receipt. */
function Paid({ booking }: { booking: BookingRow }) {
  const { t, locale } = useWords();
  const payment = useQuery({
    queryKey: ["payment", booking.id, booking.core_status],
    queryFn: async () =>
      (await must(api.rpc("payment_to_make", { p_booking_id: booking.id }))) as unknown as Payment,
  });
  const captured = booking.amount_captured ?? 0;
  const reserved = booking.amount_authorized ?? 0;
  const refunded = booking.amount_refunded ?? 0;
  if (!captured && !reserved) return null;
  return (
    <Card>
      <Group justify="space-between">
        <div>
          {captured > 0 && (
            <Text>{t("booking.paid", { amount: money(captured, booking.currency, locale) })}</Text>
          )}
          {captured === 0 && reserved > 0 && (
            <Text>
              {t("booking.reserved", { amount: money(reserved, booking.currency, locale) })}
            </Text>
          )}
          {refunded > 0 && (
            <Text c="dimmed">
              {t("booking.refunded", { amount: money(refunded, booking.currency, locale) })}
            </Text>
          )}
          {payment.data?.payment_status === "refund_pending" && (
            <Text c="dimmed">{t("booking.refunding")}</Text>
          )}
        </div>
        {captured > 0 && payment.data && (
          <AnchorLink to="/receipts/$orderId" params={{ orderId: payment.data.order_id }}>
            {t("booking.receipt")}
          </AnchorLink>
        )}
      </Group>
    </Card>
  );
}
