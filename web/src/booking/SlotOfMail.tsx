import { useQuery } from "@tanstack/react-query";
import { Navigate, useParams } from "@tanstack/react-router";
import { Lost } from "../pieces/Lost";
import { Show } from "../pieces/states";
import { supabase } from "../start/client";
import { must } from "../start/refusal";

/** Mails about the waitlist name a slot: its session's page shows it chosen. */
export function SlotOfMail() {
  const { slotId } = useParams({ from: "/slots/$slotId" });
  const slot = useQuery({
    queryKey: ["slot", slotId],
    queryFn: () =>
      must(supabase.from("bookable_slots").select("session_id").eq("id", slotId).maybeSingle()),
  });
  return (
    <Show of={slot}>
      {(found) =>
        found?.session_id ? (
          <Navigate
            to="/sessions/$sessionId"
            params={{ sessionId: found.session_id }}
            search={{ slot: slotId }}
            replace
          />
        ) : (
          <Lost />
        )
      }
    </Show>
  );
}
