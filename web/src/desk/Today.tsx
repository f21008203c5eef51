import { Alert, Card, Group, List, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { IconCircle, IconCircleCheck } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Answer } from "../booking/Answer";
import type { BookingRow } from "../booking/asks";
import { Status } from "../booking/MyBookings";
import { AnchorLink, CardLink } from "../pieces/links";
import { Page } from "../pieces/Page";
import { Show } from "../pieces/states";
import { api, supabase } from "../start/client";
import { money } from "../start/money";
import { must } from "../start/refusal";
import { useMe, useWho } from "../start/session";
import { dayOf, hereZone, timeOf } from "../start/times";
import { useWords } from "../words";
import { hoursOf, ownSessions, payoutAccount } from "./asks";

/** What waits for the provider: requests, what comes next, and what is still to be set up. */
export function Today() {
  const { t } = useWords("desk");
  const me = useMe();
  return (
    <Page title={t("today.title", { name: me.data?.display_name ?? "" })}>
      <Steps />
      <Requests />
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <Coming />
        <Purse />
      </SimpleGrid>
    </Page>
  );
}

const useMyId = () => useWho().session!.user.id;

function Steps() {
  const { t } = useWords("desk");
  const me = useMyId();
  const sessions = useQuery(ownSessions(me));
  const hours = useQuery(hoursOf(me));
  const account = useQuery(payoutAccount);
  if (!sessions.data || !hours.data || account.data === undefined) return null;
  const steps = [
    ["/desk/sessions", t("steps.session"), sessions.data.some((one) => one.is_active)],
    ["/desk/hours", t("steps.hours"), hours.data.length > 0],
    ["/desk/wallet", t("steps.account"), Boolean(account.data?.transfers_enabled)],
  ] as const;
  if (steps.every(([, , isDone]) => isDone)) return null;
  return (
    <Alert title={t("steps.title")} color="brand">
      <List spacing={6} listStyleType="none">
        {steps.map(([to, label, isDone]) => (
          <List.Item
            key={to}
            icon={
              isDone ? (
                <IconCircleCheck size={18} aria-hidden />
              ) : (
                <IconCircle size={18} aria-hidden />
              )
            }
          >
            {isDone ? (
              <>
                {label} <span className="unseen">{t("steps.done")}</span>
              </>
            ) : (
              <AnchorLink to={to}>{label}</AnchorLink>
            )}
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}

function Requests() {
  const { t, locale } = useWords("desk");
  const me = useMyId();
  const requests = useQuery({
    queryKey: ["desk", "requests", me],
    refetchInterval: 30_000,
    queryFn: async () =>
      (await must(
        supabase
          .from("booking_details")
          .select("*")
          .eq("expert_id", me)
          .eq("core_status", "requested")
          .order("start_at"),
      )) as BookingRow[],
  });
  if (!requests.data || requests.data.length === 0) return null;
  return (
    <section aria-labelledby="requests">
      <Title order={2} fz={20} mb="sm" id="requests">
        {t("today.requests")}
      </Title>
      <Stack gap="sm">
        {requests.data.map((one) => (
          <Card key={one.id}>
            <Text fw={600}>{one.session_title}</Text>
            <Text size="sm" c="dimmed" mb="sm">
              {dayOf(one.start_at, hereZone(), locale)}, {timeOf(one.start_at, hereZone(), locale)}
              {one.learner_notes && ` · ${one.learner_notes}`}
            </Text>
            <Answer booking={one} />
          </Card>
        ))}
      </Stack>
    </section>
  );
}

function Coming() {
  const { t, locale } = useWords("desk");
  const me = useMyId();
  const coming = useQuery({
    queryKey: ["desk", "coming", me],
    queryFn: async () =>
      (await must(
        supabase
          .from("booking_details")
          .select("*")
          .eq("expert_id", me)
          .eq("core_status", "confirmed")
          .gt("end_at", new Date().toISOString())
          .order("start_at")
          .limit(8),
      )) as BookingRow[],
  });
  return (
    <section aria-labelledby="coming">
      <Title order={2} fz={20} mb="sm" id="coming">
        {t("today.coming")}
      </Title>
      <Show of={coming}>
        {(list) =>
          list.length === 0 ? (
            <Text c="dimmed">{t("today.nothing")}</Text>
          ) : (
            <Stack gap="xs">
              {list.map((one) => (
                <CardLink
                  key={one.id}
                  to="/bookings/$bookingId"
                  params={{ bookingId: one.id }}
                  className="offer"
                  padding="sm"
                >
                  <Group justify="space-between" gap="xs">
                    <div>
                      <Text fw={600}>
                        {dayOf(one.start_at, hereZone(), locale)},{" "}
                        {timeOf(one.start_at, hereZone(), locale)}
                      </Text>
                      <Text size="sm" c="dimmed">
                        {one.session_title} · {one.learner_name}
                      </Text>
                    </div>
                    <Status of={one} />
                  </Group>
                </CardLink>
              ))}
            </Stack>
          )
        }
      </Show>
    </section>
  );
}

function Purse() {
  const { t, locale } = useWords("desk");
  const wallet = useQuery({
    queryKey: ["desk", "wallet"],
    queryFn: () => must(api.rpc("my_wallet")),
  });
  return (
    <section aria-labelledby="purse">
      <Title order={2} fz={20} mb="sm" id="purse">
        {t("nav.wallet")}
      </Title>
      <Show of={wallet}>
        {(list) =>
          list.length === 0 ? (
            <Text c="dimmed">{t("wallet.none")}</Text>
          ) : (
            <Stack gap="xs">
              {list.map((one) => (
                <CardLink key={one.currency} to="/desk/wallet" className="offer" padding="sm">
                  <Text fz={24} fw={650}>
                    {money(one.available_minor, one.currency, locale)}
                  </Text>
                  <Text size="sm" c="dimmed">
                    {t("wallet.available")}
                    {one.clearing_minor > 0 &&
                      ` · ${t("wallet.clearingSum", { amount: money(one.clearing_minor, one.currency, locale) })}`}
                  </Text>
                </CardLink>
              ))}
            </Stack>
          )
        }
      </Show>
    </section>
  );
}
