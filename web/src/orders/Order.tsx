import { Alert, Badge, Card as Paper, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import type { Payment } from "../booking/asks";
import { Card } from "../booking/Card";
import { AnchorLink, ButtonLink } from "../pieces/links";
import { Page } from "../pieces/Page";
import { SignedIn } from "../pieces/SignedIn";
import { Price } from "../pieces/small";
import { Show } from "../pieces/states";
import { minorFrom } from "../start/money";
import { useWords } from "../words";
import { linesOf, orderOf, type Line } from "./asks";

const route = getRouteApi("/orders/$orderId");

/** An order: to pay while it waits, and what has become of it afterwards. */
export function Order() {
  return (
    <SignedIn>
      <Asked />
    </SignedIn>
  );
}

function Asked() {
  const { orderId } = route.useParams();
  const order = useQuery(orderOf(orderId));
  return <Show of={order}>{(found) => <Shown order={found} />}</Show>;
}

function Shown({ order }: { order: Payment }) {
  const { t } = useWords("market");
  const { t: main } = useWords();
  const lines = useQuery(linesOf(order.order_id, order.status));
  const isPaid = ["paid", "refunded", "confirmed", "completed"].includes(order.status);
  return (
    <Page
      title={isPaid ? t("order.title") : main("pay.title")}
      size="sm"
      aside={
        isPaid && (
          <ButtonLink
            to="/receipts/$orderId"
            params={{ orderId: order.order_id }}
            variant="default"
          >
            {main("booking.receipt")}
          </ButtonLink>
        )
      }
    >
      {order.status === "paid" && (
        <Alert role="status" title={t("order.paid")}>
          {t("order.paidWhat")}
        </Alert>
      )}
      <Paper>
        <Stack gap="md">
          <Show of={lines} rows={1}>
            {(list) =>
              list.map((line) => <One key={line.uuid} line={line} order={order} isPaid={isPaid} />)
            }
          </Show>
          <Group justify="space-between">
            <Text fw={650}>{main("receipt.total")}</Text>
            <Text fw={650}>
              <Price minor={order.amount} currency={order.currency} />
            </Text>
          </Group>
        </Stack>
      </Paper>
      {!isPaid &&
        (order.is_payable ? (
          <Card
            due={{ order_id: order.order_id }}
            until={order.expires_at}
            back={`/orders/${order.order_id}`}
          />
        ) : (
          <Alert color="orange" title={t("order.over")}>
            {t("order.overDo")}
          </Alert>
        ))}
    </Page>
  );
}

function One({ line, order, isPaid }: { line: Line; order: Payment; isPaid: boolean }) {
  const { t } = useWords("market");
  return (
    <Group justify="space-between" align="flex-start" wrap="nowrap">
      <div>
        <Text>
          {line.quantity > 1 && `${line.quantity} × `}
          {line.item_name}
        </Text>
        {isPaid && line.item_type === "product" && (
          <Badge color="gray" c="var(--mantine-color-text)">
            {t(`order.line.${line.status}`)}
          </Badge>
        )}
        {isPaid && line.item_type === "enrolment" && (
          <AnchorLink to="/courses">{t("order.begin")}</AnchorLink>
        )}
        {line.booking_uuid && (
          <AnchorLink to="/bookings/$bookingId" params={{ bookingId: line.booking_uuid }}>
            {t("order.booking")}
          </AnchorLink>
        )}
      </div>
      <Text style={{ whiteSpace: "nowrap" }}>
        <Price minor={minorFrom(line.total_price, order.currency)} currency={order.currency} />
      </Text>
    </Group>
  );
}
