import { Button, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Aside } from "../pieces/Aside";
import { useAct } from "../pieces/act";
import { ButtonLink } from "../pieces/links";
import { api } from "../start/client";
import { must } from "../start/refusal";
import { useWho } from "../start/session";
import { dayOf, hereZone, momentOf, timeOf } from "../start/times";
import { useWords } from "../words";
import type { Slot } from "./asks";

/** A full time: wait for a seat. */
export function WaitFor({ slot }: { slot: Slot }) {
  const { t, locale } = useWords();
  const { session } = useWho();
  const waits = useQuery({
    queryKey: ["waitlist"],
    enabled: Boolean(session),
    queryFn: () => must(api.rpc("list_waitlist")),
  });
  const mine = waits.data?.find(
    (entry) => entry.slot_id === slot.id && ["waiting", "offered"].includes(entry.state),
  );
  const changes = [["waitlist"], ["slots"]];
  const join = useAct(() => must(api.rpc("join_waitlist", { p_slot_id: slot.id })), {
    changes,
    done: t("wait.joined"),
  });
  const leave = useAct(() => must(api.rpc("leave_waitlist", { p_slot_id: slot.id })), {
    changes,
    done: t("wait.left"),
  });
  return (
    <Aside id="wait" title={t("wait.title")}>
      <Text fw={600}>
        {dayOf(slot.start_time, hereZone(), locale)}, {timeOf(slot.start_time, hereZone(), locale)}
      </Text>
      {!session ? (
        <ButtonLink to="/sign-in" search={{ next: `/sessions/${slot.session_id}?slot=${slot.id}` }}>
          {t("nav.signIn")}
        </ButtonLink>
      ) : mine ? (
        <>
          <Text>
            {mine.state === "offered"
              ? t("wait.offered", { until: momentOf(mine.offer_expires_at, locale) })
              : t("wait.place", { count: mine.place })}
          </Text>
          <Button variant="default" loading={leave.isPending} onClick={() => leave.mutate()}>
            {t("wait.leave")}
          </Button>
        </>
      ) : (
        <>
          <Text c="dimmed">{t("wait.what")}</Text>
          <Button loading={join.isPending} onClick={() => join.mutate()}>
            {t("wait.join")}
          </Button>
        </>
      )}
    </Aside>
  );
}
