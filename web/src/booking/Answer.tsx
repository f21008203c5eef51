import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { useAct } from "../pieces/act";
import { supabase } from "../start/client";
import { must } from "../start/refusal";
import { useWords } from "../words";
import type { BookingRow } from "./asks";

/** A request, for its provider to answer. */
export function Answer({ booking }: { booking: BookingRow }) {
  const { t } = useWords();
  const changes = [["booking", booking.id], ["bookings"], ["desk"]];
  const send = (name: string) =>
    must(supabase.functions.invoke(name, { body: { booking_id: booking.id } }));
  const accept = useAct(() => send("accept-booking"), { changes, done: t("answer.accepted") });
  const decline = useAct(() => send("decline-booking"), { changes, done: t("answer.declined") });
  return (
    <Alert color="blue" title={t("answer.title", { name: booking.learner_name })}>
      <Stack gap="sm">
        <Text size="sm">{t("answer.what")}</Text>
        <Group>
          <Button
            size="sm"
            loading={accept.isPending}
            disabled={decline.isPending}
            onClick={() => accept.mutate()}
          >
            {t("answer.accept")}
          </Button>
          <Button
            size="sm"
            variant="default"
            loading={decline.isPending}
            disabled={accept.isPending}
            onClick={() => decline.mutate()}
          >
            {t("answer.decline")}
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}
