import { Button, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useAct } from "../pieces/act";
import { Show } from "../pieces/states";
import { api, supabase } from "../start/client";
import { money } from "../start/money";
import { must } from "../start/refusal";
import { useWho } from "../start/session";
import { useWords } from "../words";
import type { BookingRow } from "./asks";

interface Quote {
  refund_minor: number;
  currency: string;
  is_cancellable: boolean;
}

/** Calls a booking off, and says before what comes back. */
export function Cancel({ booking }: { booking: BookingRow }) {
  const { t, locale } = useWords();
  const me = useWho().session!.user.id;
  const [isOpen, dialog] = useDisclosure(false);
  const [reason, setReason] = useState("");
  const quote = useQuery({
    queryKey: ["cancellation", booking.id],
    enabled: isOpen,
    staleTime: 0,
    queryFn: async () =>
      (await must(api.rpc("quote_cancellation", { p_booking_id: booking.id }))) as unknown as Quote,
  });
  const cancel = useAct(
    () =>
      must(
        supabase.functions.invoke("cancel-booking", {
          body: { booking_id: booking.id, ...(reason.trim() && { reason: reason.trim() }) },
        }),
      ),
    {
      changes: [["booking", booking.id], ["bookings"], ["payment"], ["desk"]],
      done: t("cancel.done"),
      then: dialog.close,
    },
  );
  const isPaid = (booking.amount_captured ?? 0) > 0;
  const isLearner = me === booking.learner_id;
  return (
    <>
      <Button variant="default" c="var(--mantine-color-error)" onClick={dialog.open}>
        {t("cancel.open")}
      </Button>
      <Modal opened={isOpen} onClose={dialog.close} title={t("cancel.title")} centered>
        <Show of={quote} rows={1}>
          {(found) => (
            <Stack gap="md">
              <Text data-testid="refund">
                {!isPaid
                  ? t("cancel.nothing")
                  : t(isLearner ? "cancel.refund" : "cancel.give", {
                      amount: money(found.refund_minor, found.currency, locale),
                      paid: money(booking.amount_captured!, booking.currency, locale),
                    })}
              </Text>
              <Textarea
                label={t("cancel.reason")}
                maxLength={1000}
                value={reason}
                onChange={(event) => setReason(event.currentTarget.value)}
              />
              <Group justify="flex-end">
                <Button variant="default" onClick={dialog.close} data-autofocus>
                  {t("cancel.keep")}
                </Button>
                <Button
                  color="red"
                  loading={cancel.isPending}
                  disabled={!found.is_cancellable}
                  onClick={() => cancel.mutate()}
                >
                  {t("cancel.confirm")}
                </Button>
              </Group>
            </Stack>
          )}
        </Show>
      </Modal>
    </>
  );
}
