import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { useAct } from "../pieces/act";
import { api } from "../start/client";
import { must } from "../start/refusal";
import { dayOf, hereZone, momentOf, timeOf } from "../start/times";
import { useWords } from "../words";
import type { BookingRow } from "./asks";

/** Another time that the provider proposes. */
export function Proposal({ booking, isLearner }: { booking: BookingRow; isLearner: boolean }) {
  const { t, locale } = useWords();
  const answer = useAct(
    (agrees: boolean) =>
      must(api.rpc("answer_move", { p_booking_id: booking.id, p_agrees: agrees })),
    { changes: [["booking", booking.id], ["bookings"]] },
  );
  const time = `${dayOf(booking.proposed_start_at!, hereZone(), locale)}, ${timeOf(booking.proposed_start_at!, hereZone(), locale)}`;
  return (
    <Alert color="orange" title={t("proposal.title", { time })}>
      <Stack gap="sm">
        <Text size="sm">
          {booking.proposal_reason}{" "}
          {t("proposal.until", { until: momentOf(booking.proposal_expires_at!, locale) })}
        </Text>
        {isLearner && (
          <Group>
            <Button size="xs" loading={answer.isPending} onClick={() => answer.mutate(true)}>
              {t("proposal.agree")}
            </Button>
            <Button
              size="xs"
              variant="default"
              disabled={answer.isPending}
              onClick={() => answer.mutate(false)}
            >
              {t("proposal.keep")}
            </Button>
          </Group>
        )}
      </Stack>
    </Alert>
  );
}
