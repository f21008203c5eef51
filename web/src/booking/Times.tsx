import { Button, Group, Stack, Text, Title } from "@mantine/core";
import { IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { Empty, Show } from "../pieces/states";
import { useMarketplace } from "../start/marketplace";
import { byDay, dayOf, hereZone, offsetOf, placeOf, shortDayOf, timeOf } from "../start/times";
import { useWords } from "../words";
import { beginOf, pageOf, SPAN_DAYS, slotsOf, type SessionOf, type Slot } from "./asks";

interface Props {
  session: SessionOf;
  /** The provider's. */
  zone: string;
  chosen?: Slot;
  /** A slot that a link has named. */
  named?: string;
  choose: (slot: Slot) => void;
}

/** Free times by the reader's clock; the provider's is beside it where it differs. */
export function Times({ session, zone, chosen, named, choose }: Props) {
  const { t, locale } = useWords();
  const [first] = useState(() => new Date());
  const [picked, setPage] = useState<number>();
  // A link may name a time that is weeks ahead: the page that is shown first is its.
  const begin = useQuery({ ...beginOf(named ?? ""), enabled: Boolean(named) });
  const isPlaced = !named || picked !== undefined || !begin.isPending;
  const page = picked ?? (begin.data ? pageOf(begin.data, first) : 0);
  const from = new Date(first.getTime() + page * SPAN_DAYS * 86_400_000);
  const until = new Date(from.getTime() + (SPAN_DAYS - 1) * 86_400_000);
  const slots = useQuery({ ...slotsOf(session.id, from), enabled: isPlaced });
  const marketplace = useMarketplace();
  const horizon = session.horizon_days ?? marketplace.data?.slot_horizon_days ?? 60;
  const here = hereZone();
  const found = slots.data?.find((slot) => slot.id === named);
  useEffect(() => {
    if (found) choose(found);
    // Only when the link's slot has been found, not whenever another one is chosen.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [found?.id]);

  return (
    <Stack gap="md">
      <Text size="sm" c="dimmed">
        {here === zone
          ? t("times.zone", { place: placeOf(here), offset: offsetOf(from, here) })
          : t("times.zones", {
              here: placeOf(here),
              offset: offsetOf(from, here),
              there: placeOf(zone),
              offsetThere: offsetOf(from, zone),
            })}
      </Text>
      <Group justify="space-between" wrap="nowrap">
        <Button
          variant="default"
          size="xs"
          disabled={page === 0}
          leftSection={<IconChevronLeft size={14} aria-hidden />}
          onClick={() => setPage(page - 1)}
        >
          {t("times.earlier")}
        </Button>
        <Text size="sm" fw={550} ta="center" aria-live="polite">
          {shortDayOf(from, here, locale)} – {shortDayOf(until, here, locale)}
        </Text>
        <Button
          variant="default"
          size="xs"
          disabled={until.getTime() - first.getTime() > horizon * 86_400_000}
          rightSection={<IconChevronRight size={14} aria-hidden />}
          onClick={() => setPage(page + 1)}
        >
          {t("times.later")}
        </Button>
      </Group>
      <Show of={slots}>
        {(list) =>
          list.length === 0 ? (
            <Empty title={t("times.none")}>{t("times.noneDo")}</Empty>
          ) : (
            <>
              {byDay(list, (slot) => slot.start_time, here).map(([day, ofDay]) => (
                <section key={day} aria-labelledby={`day-${day}`}>
                  <Title order={3} fz={15} mb={8} id={`day-${day}`}>
                    {dayOf(ofDay[0].start_time, here, locale)}
                  </Title>
                  <div className="times">
                    {ofDay.map((slot) => (
                      <Time
                        key={slot.id}
                        slot={slot}
                        zone={zone}
                        own={clockOf(slot, ofDay, here, locale)}
                        isChosen={slot.id === chosen?.id}
                        choose={() => choose(slot)}
                      />
                    ))}
                  </div>
                </section>
              ))}
            </>
          )
        }
      </Show>
    </Stack>
  );
}

/** A day of 25 hours has an hour twice: then the offset tells which. */
function clockOf(slot: Slot, ofDay: Slot[], zone: string, locale: string) {
  const time = timeOf(slot.start_time, zone, locale);
  const isTwice = ofDay.filter((one) => timeOf(one.start_time, zone, locale) === time).length > 1;
  return isTwice ? `${time} ${offsetOf(slot.start_time, zone)}` : time;
}

interface TimeProps {
  slot: Slot;
  zone: string;
  /** When it begins by the reader's clock. */
  own: string;
  isChosen: boolean;
  choose: () => void;
}

function Time({ slot, zone, own, isChosen, choose }: TimeProps) {
  const { t, locale } = useWords();
  const here = hereZone();
  const left = slot.max_bookings - slot.current_bookings - slot.held_bookings;
  const theirs = timeOf(slot.start_time, zone, locale);
  // Two zones may show one clock time; then the second line says nothing.
  const isElsewhere = theirs !== timeOf(slot.start_time, here, locale);
  const note = !slot.is_available
    ? t("times.full")
    : slot.max_bookings > 1
      ? t("times.left", { count: left })
      : undefined;
  return (
    <Button
      variant={isChosen ? "filled" : slot.is_available ? "default" : "subtle"}
      color={slot.is_available ? undefined : "gray"}
      aria-pressed={isChosen}
      h="auto"
      py={6}
      px={6}
      onClick={choose}
    >
      <span style={{ display: "block", lineHeight: 1.3, textAlign: "center" }}>
        <span style={{ display: "block" }}>{own}</span>
        {isElsewhere && (
          <span style={{ display: "block", fontSize: 12, fontWeight: 400 }}>
            {t("times.there", { time: theirs, place: placeOf(zone) })}
          </span>
        )}
        {note && <span style={{ display: "block", fontSize: 12, fontWeight: 400 }}>{note}</span>}
      </span>
    </Button>
  );
}
