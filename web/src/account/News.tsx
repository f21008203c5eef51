import { Button, Card, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useAct } from "../pieces/act";
import { AnchorLink } from "../pieces/links";
import { Page } from "../pieces/Page";
import { SignedIn } from "../pieces/SignedIn";
import { Empty, Show } from "../pieces/states";
import { api } from "../start/client";
import { must } from "../start/refusal";
import { momentOf } from "../start/times";
import { useWords } from "../words";

interface Payload {
  booking_id?: string;
  slot_id?: string;
}

export function News() {
  return (
    <SignedIn>
      <List />
    </SignedIn>
  );
}

function List() {
  const { t, locale } = useWords();
  const news = useQuery({
    queryKey: ["news", "all"],
    queryFn: () => must(api.rpc("list_notifications", { p_limit: 100 })),
  });
  const read = useAct(() => must(api.rpc("mark_notifications_read")), { changes: [["news"]] });
  const hasUnread = news.data?.some((one) => !one.read_at);
  return (
    <Page
      title={t("news.title")}
      size="sm"
      aside={
        hasUnread && (
          <Button
            variant="default"
            size="sm"
            loading={read.isPending}
            onClick={() => read.mutate()}
          >
            {t("news.read")}
          </Button>
        )
      }
    >
      <Show of={news}>
        {(list) =>
          list.length === 0 ? (
            <Empty title={t("news.none")}>{t("news.noneDo")}</Empty>
          ) : (
            <Stack gap="xs">
              {list.map((one) => {
                const { booking_id, slot_id } = (one.payload ?? {}) as Payload;
                return (
                  <Card key={one.notification_id} padding="sm" component="article">
                    <Group justify="space-between" wrap="nowrap" align="flex-start">
                      <div>
                        <Text fw={one.read_at ? 400 : 650}>{one.title}</Text>
                        <Text size="sm" c="dimmed">
                          {one.body}
                        </Text>
                        {booking_id && (
                          <AnchorLink
                            size="sm"
                            to="/bookings/$bookingId"
                            params={{ bookingId: booking_id }}
                          >
                            {t("news.booking")}
                          </AnchorLink>
                        )}
                        {!booking_id && slot_id && (
                          <AnchorLink size="sm" to="/slots/$slotId" params={{ slotId: slot_id }}>
                            {t("news.slot")}
                          </AnchorLink>
                        )}
                      </div>
                      <Text size="xs" c="dimmed" style={{ whiteSpace: "nowrap" }}>
                        {momentOf(one.created_at, locale)}
                      </Text>
                    </Group>
                  </Card>
                );
              })}
            </Stack>
          )
        }
      </Show>
    </Page>
  );
}
