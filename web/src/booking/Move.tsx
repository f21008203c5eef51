import { Button, Modal, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useAct } from "../pieces/act";
import { Show } from "../pieces/states";
import { api } from "../start/client";
import { must } from "../start/refusal";
import { useWords } from "../words";
import { sessionOf, type BookingRow, type Slot } from "./asks";
import { Times } from "./Times";

/** Moves a booking to another free time of the same session. */
export function Move({ booking }: { booking: BookingRow }) {
  const { t } = useWords();
  const [isOpen, dialog] = useDisclosure(false);
  const [slot, setSlot] = useState<Slot>();
  const session = useQuery({ ...sessionOf(booking.session_id), enabled: isOpen });
  const move = useAct(
    () => must(api.rpc("reschedule_booking", { p_booking_id: booking.id, p_slot_id: slot!.id })),
    {
      changes: [["booking", booking.id], ["bookings"], ["slots"]],
      done: t("move.done"),
      then: dialog.close,
    },
  );
  return (
    <>
      <Button variant="default" onClick={dialog.open}>
        {t("move.open")}
      </Button>
      <Modal opened={isOpen} onClose={dialog.close} title={t("move.title")} size="lg">
        <Stack gap="md">
          <Text size="sm" c="dimmed">
            {t("move.what")}
          </Text>
          <Show of={session}>
            {(found) => (
              <Times
                session={found}
                zone={found.expert_profiles.user_profiles.timezone}
                chosen={slot}
                choose={(one) => one.is_available && setSlot(one)}
              />
            )}
          </Show>
          <Button disabled={!slot} loading={move.isPending} onClick={() => move.mutate()}>
            {t("move.confirm")}
          </Button>
        </Stack>
      </Modal>
    </>
  );
}
