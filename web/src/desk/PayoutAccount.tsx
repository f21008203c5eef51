import { Badge, Button, Card, Group, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { useAct } from "../pieces/act";
import { Show } from "../pieces/states";
import { supabase } from "../start/client";
import { must } from "../start/refusal";
import { momentOf } from "../start/times";
import { useWords } from "../words";
import { payoutAccount, type Account } from "./asks";

/** The account at Stripe that payouts go to, and what it still needs. */
export function PayoutAccount() {
  const { t } = useWords("desk");
  const account = useQuery(payoutAccount);
  // The browser may come from Stripe: ask there how far the account is.
  const refresh = useAct(
    () => must(supabase.functions.invoke("payout-account", { method: "GET" })),
    { changes: [["desk", "account"]] },
  );
  const { mutate } = refresh;
  const isUnready = Boolean(account.data && !account.data.transfers_enabled);
  useEffect(() => {
    if (isUnready) mutate();
  }, [isUnready, mutate]);
  const open = useAct(
    () => must(supabase.functions.invoke<{ url?: string }>("payout-account", { method: "POST" })),
    {
      changes: [["desk", "account"]],
      then: (answer) => {
        if (answer?.url) location.assign(answer.url);
      },
    },
  );
  return (
    <section aria-labelledby="account">
      <Title order={2} fz={20} mb="sm" id="account">
        {t("account.title")}
      </Title>
      <Card>
        <Show of={account} rows={1}>
          {(found) => (
            <Stack gap="sm" align="flex-start">
              <State of={found} />
              {!found?.transfers_enabled && (
                <Button loading={open.isPending} onClick={() => open.mutate()}>
                  {t(found ? "account.go" : "account.open")}
                </Button>
              )}
            </Stack>
          )}
        </Show>
      </Card>
    </section>
  );
}

function State({ of }: { of: Account | null }) {
  const { t, locale } = useWords("desk");
  if (!of) return <Text>{t("account.none")}</Text>;
  const isCooling = new Date(of.usable_from) > new Date();
  return (
    <Stack gap={4}>
      <Group gap="xs">
        <Badge color={of.transfers_enabled ? "brand" : "orange"}>
          {t(of.transfers_enabled ? "account.ready" : "account.unready")}
        </Badge>
        {of.is_held && <Badge color="red">{t("account.held")}</Badge>}
      </Group>
      {!of.transfers_enabled && <Text size="sm">{t("account.asks")}</Text>}
      {of.transfers_enabled && isCooling && (
        <Text size="sm">{t("account.cooling", { from: momentOf(of.usable_from, locale) })}</Text>
      )}
      {of.details_last4 && <Text size="sm">{t("account.to", { last4: of.details_last4 })}</Text>}
    </Stack>
  );
}
