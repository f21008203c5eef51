import { Badge, Group, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { CardLink } from "../pieces/links";
import { Page } from "../pieces/Page";
import { Price } from "../pieces/small";
import { Empty, Show } from "../pieces/states";
import { minorFrom } from "../start/money";
import { useWho } from "../start/session";
import { dayOf, hereZone, offsetOf, timeOf } from "../start/times";
import { useWords } from "../words";
import { events, registrationsOf, seatsLeft, type Event } from "./asks";

/** The events to come. */
export function Events() {
  const { t } = useWords("market");
  const me = useWho().session?.user.id;
  const all = useQuery(events);
  const mine = useQuery(registrationsOf(me));
  const going = new Set((mine.data ?? []).map((one) => one.event_uuid));
  return (
    <Page title={t("events.title")} lead={t("events.lead")}>
      <Show of={all}>
        {(list) =>
          list.length === 0 ? (
            <Empty title={t("events.none")}>{t("events.noneDo")}</Empty>
          ) : (
            <div className="cards">
              {list.map((event) => (
                <One key={event.uuid} event={event} isGoing={going.has(event.uuid)} />
              ))}
            </div>
          )
        }
      </Show>
    </Page>
  );
}

function One({ event, isGoing }: { event: Event; isGoing: boolean }) {
  const { t } = useWords("market");
  return (
    <CardLink to="/events/$eventId" params={{ eventId: event.uuid }} className="offer" h="100%">
      <Stack gap="sm" h="100%" justify="space-between">
        <Stack gap={8}>
          <When of={event} />
          <Title order={2} fz={18} lh={1.3}>
            {event.event_name}
          </Title>
          <Text size="sm" c="dimmed" lineClamp={3}>
            {event.description}
          </Text>
        </Stack>
        <Group justify="space-between" gap="xs">
          <Text fw={650}>
            <Price minor={minorFrom(event.price, event.currency)} currency={event.currency} />
          </Text>
          {isGoing ? <Badge>{t("events.going")}</Badge> : <Left of={event} />}
        </Group>
      </Stack>
    </CardLink>
  );
}

/** When it begins, by the reader's clock. */
export function When({ of }: { of: Event }) {
  const { locale } = useWords("market");
  const here = hereZone();
  return (
    <Text size="sm" fw={600}>
      {dayOf(of.event_date, here, locale)}, {timeOf(of.event_date, here, locale)} –{" "}
      {timeOf(of.event_end_date, here, locale)}{" "}
      <Text span size="sm" c="dimmed">
        ({offsetOf(of.event_date, here)})
      </Text>
    </Text>
  );
}

export function Left({ of }: { of: Event }) {
  const { t } = useWords("market");
  const left = seatsLeft(of);
  return left === 0 ? (
    <Badge color="orange">{t("events.full")}</Badge>
  ) : (
    <Text span size="sm" c="dimmed">
      {t("events.left", { count: left })}
    </Text>
  );
}
