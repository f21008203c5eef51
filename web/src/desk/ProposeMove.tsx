import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import type { BookingRow } from "../booking/asks";
import { useAct } from "../pieces/act";
import { api, supabase } from "../start/client";
import { must } from "../start/refusal";
import { hereZone, momentOf } from "../start/times";
import { useWords } from "../words";

/** A booking that was dragged to another time. */
export interface Dropped {
  booking: BookingRow;
  start: string;
  revert: () => void;
}

/** The slot at an instant: one that is there, or a new one made by hand. */
async function slotAt({ booking, start }: Dropped): Promise<string> {
  const found = await must(
    supabase
      .from("bookable_slots")
      .select("id")
      .eq("session_id", booking.session_id)
      .eq("start_time", start)
      .eq("state", "open")
      .limit(1),
  );
  if (found[0]?.id) return found[0].id;
  const length = new Date(booking.end_at).getTime() - new Date(booking.start_at).getTime();
  const made = await must(
    supabase
      .from("bookable_slots")
      .insert({
        session_id: booking.session_id,
        start_time: start,
        end_time: new Date(new Date(start).getTime() + length).toISOString(),
      })
      .select("id")
      .single(),
  );
  return made.id!;
}

/** The learner is asked: a booking does not move without their answer. */
export function ProposeMove({ dropped, close }: { dropped?: Dropped; close: () => void }) {
  const { t, locale } = useWords("desk");
  const [reason, setReason] = useState("");
  const leave = () => {
    // The booking stands where it stood until the learner agrees.
    dropped?.revert();
    setReason("");
    close();
  };
  const propose = useAct(
    async (one: Dropped) =>
      must(
        api.rpc("propose_move", {
          p_booking_id: one.booking.id,
          p_slot_id: await slotAt(one),
          p_reason: reason || undefined,
        }),
      ),
    { changes: [["desk"], ["booking"]], done: t("move.done"), then: leave },
  );
  return (
    <Modal opened={Boolean(dropped)} onClose={leave} title={t("move.title")} centered>
      {dropped && (
        <Stack gap="md">
          <Text>
            {t("move.what", {
              name: dropped.booking.learner_name,
              from: momentOf(dropped.booking.start_at, locale, hereZone()),
              to: momentOf(dropped.start, locale, hereZone()),
            })}
          </Text>
          <TextInput
            label={t("move.reason")}
            maxLength={500}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={leave}>
              {t("move.keep")}
            </Button>
            <Button loading={propose.isPending} onClick={() => propose.mutate(dropped)}>
              {t("move.send")}
            </Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}
