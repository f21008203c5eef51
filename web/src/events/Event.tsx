import { Alert, Badge, Card, Code, Group, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Aside, TwoColumns } from "../pieces/Aside";
import { AskToSignIn } from "../pieces/AskToSignIn";
import { AnchorLink, ButtonLink } from "../pieces/links";
import { Page } from "../pieces/Page";
import { Price } from "../pieces/small";
import { Show } from "../pieces/states";
import { minorFrom } from "../start/money";
import { useWho } from "../start/session";
import { useWords } from "../words";
import { eventOf, registrationsOf, seatsLeft, type Event, type Registration } from "./asks";
import { Left, When } from "./Events";
import { Register } from "./Register";

const route = getRouteApi("/events/$eventId");

/** An event, and seats of it. */
export function EventPage() {
  const { eventId } = route.useParams();
  const event = useQuery(eventOf(eventId));
  return (
    <Show of={event} rows={4}>
      {(found) => <Shown event={found} />}
    </Show>
  );
}

function Shown({ event }: { event: Event }) {
  const { t } = useWords("market");
  const me = useWho().session?.user.id;
  const mine = useQuery(registrationsOf(me));
  const own = (mine.data ?? []).filter((one) => one.event_uuid === event.uuid);
  const name = event.healers?.users?.display_name;
  const isOpen = event.status === "upcoming" && event.is_active;
  return (
    <Page
      title={event.event_name}
      lead={
        <Group gap="sm">
          {name && (
            <AnchorLink to="/experts/$expertId" params={{ expertId: event.organizer_healer_uuid }}>
              {name}
            </AnchorLink>
          )}
          {event.status !== "upcoming" && (
            <Badge color="orange">{t(`events.status.${event.status}`)}</Badge>
          )}
        </Group>
      }
    >
      <TwoColumns
        aside={
          <Aside id="seats" title={t("event.seats")}>
            <Group justify="space-between">
              <Text fw={650} fz={20}>
                <Price minor={minorFrom(event.price, event.currency)} currency={event.currency} />
              </Text>
              <Left of={event} />
            </Group>
            {!isOpen ? (
              <Text c="dimmed">{t("event.over")}</Text>
            ) : me === event.organizer_healer_uuid ? (
              <Text c="dimmed">{t("event.own")}</Text>
            ) : me && !mine.data ? (
              <Show of={mine} rows={1}>
                {() => null}
              </Show>
            ) : own.length > 0 ? (
              <Text c="dimmed">{t("event.going")}</Text>
            ) : seatsLeft(event) === 0 ? (
              <Alert color="orange" title={t("event.full")}>
                {t("event.fullDo")}
              </Alert>
            ) : me ? (
              <Register event={event} />
            ) : (
              <AskToSignIn>{t("event.signIn")}</AskToSignIn>
            )}
          </Aside>
        }
      >
        <Stack gap="lg">
          <When of={event} />
          {event.description && <Text style={{ whiteSpace: "pre-line" }}>{event.description}</Text>}
          {own.map((registration) => (
            <Mine key={registration.uuid} registration={registration} />
          ))}
        </Stack>
      </TwoColumns>
    </Page>
  );
}

/** The reader's seats, and the code of each for the door. */
function Mine({ registration }: { registration: Registration }) {
  const { t } = useWords("market");
  return (
    <Card component="section" aria-label={t("event.tickets")}>
      <Stack gap="xs" align="flex-start">
        <Title order={2} fz={18}>
          {t("event.yours", { count: registration.seats })}
        </Title>
        {(registration.ticket_codes ?? []).map((code) => (
          <Code key={code} fz="md">
            {code}
          </Code>
        ))}
        {registration.status === "pending" && <Text>{t("event.unpaid")}</Text>}
        <ButtonLink
          to="/bookings/$bookingId"
          params={{ bookingId: registration.uuid }}
          variant="default"
          size="xs"
        >
          {t("event.booking")}
        </ButtonLink>
      </Stack>
    </Card>
  );
}
