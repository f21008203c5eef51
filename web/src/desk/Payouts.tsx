import {
  Badge,
  Button,
  Card,
  Group,
  NativeSelect,
  Stack,
  Text,
  TextInput,
  Title,
} from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useAct } from "../pieces/act";
import { Show } from "../pieces/states";
import { api } from "../start/client";
import { minorOf, money } from "../start/money";
import { must } from "../start/refusal";
import { useWho } from "../start/session";
import { momentOf } from "../start/times";
import { useWords } from "../words";
import { wallet, type Purse } from "./Wallet";

/** Ask for a payout, and see what became of those asked for. */
export function Payouts() {
  const { t, locale } = useWords("desk");
  const me = useWho().session!.user.id;
  const purses = useQuery(wallet);
  const payouts = useQuery({
    queryKey: ["desk", "payouts", me],
    refetchInterval: (query) =>
      query.state.data?.some((one) => ["requested", "sending", "in_transit"].includes(one.status))
        ? 5_000
        : false,
    queryFn: () => must(api.rpc("list_payouts", { p_provider_id: me })),
  });
  const cancel = useAct(
    (payout: string) => must(api.rpc("cancel_payout", { p_payout_id: payout })),
    { changes: [["desk"]], done: t("payouts.cancelled") },
  );
  const full = purses.data?.filter((one) => one.available_minor > 0) ?? [];
  return (
    <section aria-labelledby="payouts">
      <Title order={2} fz={20} mb="sm" id="payouts">
        {t("payouts.title")}
      </Title>
      {full.length > 0 && <Ask purses={full} />}
      <Show of={payouts} rows={1}>
        {(list) =>
          list.length === 0 ? (
            <Text c="dimmed">{t("payouts.none")}</Text>
          ) : (
            <Stack gap="xs">
              {list.map((one) => (
                <Card key={one.payout_id} padding="sm">
                  <Group justify="space-between">
                    <div>
                      <Text fw={600}>{money(one.amount_minor, one.currency, locale)}</Text>
                      <Text size="sm" c="dimmed">
                        {momentOf(one.requested_at, locale)}
                        {one.failure && ` · ${one.failure}`}
                      </Text>
                    </div>
                    <Group gap="xs">
                      <Badge
                        color={
                          one.status === "paid" ? "brand" : one.status === "failed" ? "red" : "blue"
                        }
                      >
                        {t(`payout.${one.status}`, { defaultValue: one.status })}
                      </Badge>
                      {one.status === "requested" && (
                        <Button
                          size="xs"
                          variant="default"
                          loading={cancel.isPending}
                          onClick={() => cancel.mutate(one.payout_id)}
                        >
                          {t("payouts.cancel")}
                        </Button>
                      )}
                    </Group>
                  </Group>
                </Card>
              ))}
            </Stack>
          )
        }
      </Show>
    </section>
  );
}

function Ask({ purses }: { purses: Purse[] }) {
  const { t, locale } = useWords("desk");
  const main = useWords();
  const [currency, setCurrency] = useState(purses[0].currency);
  const purse = purses.find((one) => one.currency === currency) ?? purses[0];
  const [typed, setTyped] = useState(String(purse.available));
  const minor = minorOf(typed, currency);
  // A second click is the same request; what is asked for afterwards is another.
  const key = useRef(crypto.randomUUID());
  const ask = useAct(
    () =>
      must(
        api.rpc("request_payout", {
          p_amount_minor: minor!,
          p_currency: currency,
          p_idempotency_key: key.current,
        }),
      ),
    {
      changes: [["desk"]],
      done: t("payouts.asked"),
      then: () => {
        key.current = crypto.randomUUID();
      },
    },
  );
  return (
    <Card mb="sm">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!ask.isPending) ask.mutate();
        }}
      >
        <Group align="flex-end" gap="sm">
          <TextInput
            label={t("payouts.amount")}
            description={t("payouts.upTo", {
              amount: money(purse.available_minor, currency, locale),
            })}
            inputMode="decimal"
            value={typed}
            error={minor === null ? main.t("search.noAmount") : undefined}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
          {purses.length > 1 && (
            <NativeSelect
              label={t("payouts.currency")}
              data={purses.map((one) => one.currency)}
              value={currency}
              onChange={(event) => setCurrency(event.currentTarget.value)}
            />
          )}
          <Button type="submit" loading={ask.isPending} disabled={!minor}>
            {t("payouts.ask")}
          </Button>
        </Group>
      </form>
    </Card>
  );
}
