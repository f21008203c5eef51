import {
  ActionIcon,
  Button,
  Card,
  Group,
  NativeSelect,
  Stack,
  Table,
  TextInput,
  Title,
} from "@mantine/core";
import FullCalendar from "@fullcalendar/react";
import interaction from "@fullcalendar/react/interaction";
import da from "@fullcalendar/react/locales/da";
import en from "@fullcalendar/react/locales/en-gb";
import classic from "@fullcalendar/react/themes/classic";
import timegrid from "@fullcalendar/react/timegrid";
import "./calendar.css";
import { useMediaQuery } from "@mantine/hooks";
import { IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useAct } from "../pieces/act";
import { Page } from "../pieces/Page";
import { Empty, Show } from "../pieces/states";
import { supabase } from "../start/client";
import { must } from "../start/refusal";
import { useMe, useWho } from "../start/session";
import { placeOf } from "../start/times";
import { useWords } from "../words";
import { hoursOf, type Hour } from "./asks";
import { dateOfDay, windowOf, type Window } from "./week";

/** Weekly hours: drawn and dragged on a week without dates, or typed. */
export function Hours() {
  const { t } = useWords("desk");
  const id = useWho().session!.user.id;
  const me = useMe();
  const hours = useQuery(hoursOf(id));
  const changes = [["desk"], ["slots"]];
  const add = useAct(
    (window: Window) =>
      must(
        supabase
          .from("availability_windows")
          .insert({ expert_id: id, timezone: me.data?.timezone, ...window }),
      ),
    { changes },
  );
  const change = useAct(
    ({ id: hour, ...window }: Window & { id: string }) =>
      must(supabase.from("availability_windows").update(window).eq("id", hour)),
    { changes },
  );
  const remove = useAct(
    (hour: string) => must(supabase.from("availability_windows").delete().eq("id", hour)),
    { changes, done: t("hours.removed") },
  );
  const isWide = useMediaQuery("(min-width: 48em)");
  return (
    <Page
      title={t("nav.hours")}
      lead={t("hours.lead", { place: placeOf(me.data?.timezone ?? "UTC") })}
    >
      <Show of={hours}>
        {(list) => (
          <>
            {isWide && <Week hours={list} add={add.mutate} change={change.mutateAsync} />}
            <Add add={add.mutate} isBusy={add.isPending} />
            <Typed hours={list} remove={remove.mutate} />
          </>
        )}
      </Show>
    </Page>
  );
}

interface WeekProps {
  hours: Hour[];
  add: (window: Window) => void;
  change: (window: Window & { id: string }) => Promise<unknown>;
}

function Week({ hours, add, change }: WeekProps) {
  const { t, language } = useWords("desk");
  return (
    <section aria-label={t("hours.week")}>
      <FullCalendar
        plugins={[classic, timegrid, interaction]}
        initialView="timeGridWeek"
        initialDate={dateOfDay(1)}
        headerToolbar={false}
        locale={language === "da" ? da : en}
        // A week without dates: its times are those of the wall clock, as the hours are.
        timeZone="UTC"
        dayHeaderFormat={{ weekday: "short" }}
        height="auto"
        allDaySlot={false}
        slotMinTime="05:00:00"
        slotMaxTime="24:00:00"
        snapDuration="00:15:00"
        editable
        selectable
        selectMirror
        events={hours.map((hour) => ({
          id: hour.id,
          title: "",
          start: `${dateOfDay(hour.day_of_week)}T${hour.start_time}`,
          end: `${dateOfDay(hour.day_of_week)}T${hour.end_time}`,
          color: "#0f6b5c",
        }))}
        select={({ startStr, endStr }) => {
          const window = windowOf(startStr, endStr);
          if (window) add(window);
        }}
        eventDrop={({ event, revert }) => {
          const window = windowOf(event.startStr, event.endStr);
          if (window) change({ id: event.id, ...window }).catch(revert);
          else revert();
        }}
        eventResize={({ event, revert }) => {
          const window = windowOf(event.startStr, event.endStr);
          if (window) change({ id: event.id, ...window }).catch(revert);
          else revert();
        }}
      />
    </section>
  );
}

const useDays = () => {
  const { locale } = useWords();
  const name = new Intl.DateTimeFormat(locale, { weekday: "long", timeZone: "UTC" });
  return [1, 2, 3, 4, 5, 6, 0].map((day) => ({
    value: String(day),
    label: name.format(new Date(`${dateOfDay(day)}T12:00:00Z`)),
  }));
};

/** The same without a mouse. */
function Add({ add, isBusy }: { add: (window: Window) => void; isBusy: boolean }) {
  const { t } = useWords("desk");
  const days = useDays();
  const [day, setDay] = useState("1");
  const [start, setStart] = useState("09:00");
  const [end, setEnd] = useState("12:00");
  return (
    <Card>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          add({ day_of_week: Number(day), start_time: start, end_time: end });
        }}
      >
        <Group align="flex-end" gap="sm">
          <NativeSelect
            label={t("hours.day")}
            data={days}
            value={day}
            onChange={(event) => setDay(event.currentTarget.value)}
          />
          <TextInput
            label={t("hours.from")}
            type="time"
            required
            value={start}
            onChange={(event) => setStart(event.currentTarget.value)}
          />
          <TextInput
            label={t("hours.until")}
            type="time"
            required
            value={end}
            onChange={(event) => setEnd(event.currentTarget.value)}
          />
          <Button type="submit" loading={isBusy}>
            {t("hours.add")}
          </Button>
        </Group>
      </form>
    </Card>
  );
}

function Typed({ hours, remove }: { hours: Hour[]; remove: (id: string) => void }) {
  const { t } = useWords("desk");
  const days = useDays();
  if (hours.length === 0) return <Empty title={t("hours.none")}>{t("hours.noneDo")}</Empty>;
  return (
    <Stack gap="xs">
      <Title order={2} fz={18}>
        {t("hours.list")}
      </Title>
      <Table>
        <Table.Tbody>
          {days.map(({ value, label }) =>
            hours
              .filter((hour) => String(hour.day_of_week) === value)
              .map((hour) => {
                const range = `${hour.start_time.slice(0, 5)} – ${hour.end_time.slice(0, 5)}`;
                return (
                  <Table.Tr key={hour.id}>
                    <Table.Th scope="row">{label}</Table.Th>
                    <Table.Td>{range}</Table.Td>
                    <Table.Td ta="right">
                      <ActionIcon
                        variant="subtle"
                        color="gray"
                        c="var(--mantine-color-text)"
                        aria-label={t("hours.remove", { day: label, range })}
                        onClick={() => remove(hour.id)}
                      >
                        <IconTrash size={18} aria-hidden />
                      </ActionIcon>
                    </Table.Td>
                  </Table.Tr>
                );
              }),
          )}
        </Table.Tbody>
      </Table>
    </Stack>
  );
}
