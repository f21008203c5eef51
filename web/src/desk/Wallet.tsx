import { Card, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Page } from "../pieces/Page";
import { Empty, Show } from "../pieces/states";
import { api, type Answer } from "../start/client";
import { money } from "../start/money";
import { must } from "../start/refusal";
import { useWords } from "../words";
import { PayoutAccount } from "./PayoutAccount";
import { Payouts } from "./Payouts";
import { Statement } from "./Statement";

export type Purse = Answer<"my_wallet">;

export const wallet = {
  queryKey: ["desk", "wallet"],
  queryFn: () => must(api.rpc("my_wallet")),
};

/** The provider's money: what there is, what moved, and how it is paid out. */
export function Wallet() {
  const { t } = useWords("desk");
  const purses = useQuery(wallet);
  return (
    <Page title={t("nav.wallet")}>
      <Show of={purses} rows={1}>
        {(list) =>
          list.length === 0 ? (
            <Empty title={t("wallet.none")}>{t("wallet.noneDo")}</Empty>
          ) : (
            <Stack gap="md">
              {list.map((one) => (
                <Sums key={one.currency} of={one} />
              ))}
            </Stack>
          )
        }
      </Show>
      <PayoutAccount />
      <Payouts />
      <Statement />
    </Page>
  );
}

function Sums({ of }: { of: Purse }) {
  const { t, locale } = useWords("desk");
  const sums = [
    ["available", of.available_minor],
    ["clearing", of.clearing_minor],
    ["reserved", of.reserved_minor],
    ["held", of.held_minor],
  ] as const;
  return (
    <SimpleGrid cols={{ base: 2, sm: 4 }} spacing="sm">
      {sums.map(([name, minor]) => (
        <Card key={name} padding="md">
          <Title order={2} fz={14} fw={500} c="dimmed">
            {t(`wallet.${name}`)}
          </Title>
          <Text fz={{ base: 18, sm: 22 }} fw={650}>
            {money(minor, of.currency, locale)}
          </Text>
          <Text size="xs" c="dimmed">
            {t(`wallet.what.${name}`)}
          </Text>
        </Card>
      ))}
    </SimpleGrid>
  );
}
