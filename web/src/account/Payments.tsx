import { Badge, Card, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { AnchorLink, ButtonLink } from "../pieces/links";
import { Page } from "../pieces/Page";
import { SignedIn } from "../pieces/SignedIn";
import { Empty, Show } from "../pieces/states";
import { api } from "../start/client";
import { money } from "../start/money";
import { must } from "../start/refusal";
import { useWho } from "../start/session";
import { momentOf } from "../start/times";
import { useWords } from "../words";

export function Payments() {
  return (
    <SignedIn>
      <List />
    </SignedIn>
  );
}

function List() {
  const { t, locale } = useWords();
  const me = useWho().session!.user.id;
  const payments = useQuery({
    queryKey: ["payments", me],
    queryFn: async () => {
      const all = await must(api.rpc("list_payments", { p_person_id: me, p_limit: 200 }));
      return all.filter(
        (one) => one.payer_id === me && one.captured_minor + one.authorized_minor > 0,
      );
    },
  });
  return (
    <Page title={t("payments.title")} size="sm">
      <Show of={payments}>
        {(list) =>
          list.length === 0 ? (
            <Empty
              title={t("payments.none")}
              action={<ButtonLink to="/">{t("bookings.find")}</ButtonLink>}
            />
          ) : (
            <Stack gap="xs">
              {list.map((one) => (
                <Card key={one.payment_id} padding="sm" component="article">
                  <Group justify="space-between">
                    <div>
                      <Group gap="xs">
                        <Text fw={600}>
                          {money(one.captured_minor || one.authorized_minor, one.currency, locale)}
                        </Text>
                        <Badge color="gray" c="var(--mantine-color-text)">
                          {t(`payment.${one.status}`, { defaultValue: one.status })}
                        </Badge>
                      </Group>
                      <Text size="sm" c="dimmed">
                        <AnchorLink
                          to="/orders/$orderId"
                          params={{ orderId: one.order_id }}
                          c="dimmed"
                        >
                          {t("payments.order", { number: one.order_number })}
                        </AnchorLink>{" "}
                        · {momentOf(one.created_at, locale)}
                      </Text>
                      {one.refunded_minor + one.refunding_minor > 0 && (
                        <Text size="sm" c="dimmed">
                          {t("payments.back", {
                            amount: money(
                              one.refunded_minor + one.refunding_minor,
                              one.currency,
                              locale,
                            ),
                          })}
                        </Text>
                      )}
                    </div>
                    {one.captured_minor > 0 && one.order_id && (
                      <AnchorLink to="/receipts/$orderId" params={{ orderId: one.order_id }}>
                        {t("booking.receipt")}
                      </AnchorLink>
                    )}
                  </Group>
                </Card>
              ))}
            </Stack>
          )
        }
      </Show>
    </Page>
  );
}
