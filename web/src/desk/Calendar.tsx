import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import FullCalendar, { type DateSelectInfo, type EventDropInfo } from "@fullcalendar/react";
import da from "@fullcalendar/react/locales/da";
import en from "@fullcalendar/react/locales/en-gb";
import interaction from "@fullcalendar/react/interaction";
import list from "@fullcalendar/react/list";
import classic from "@fullcalendar/react/themes/classic";
import timegrid from "@fullcalendar/react/timegrid";
import "./calendar.css";
import { useMediaQuery } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { BookingRow } from "../booking/asks";
import { useAct } from "../pieces/act";
import { Page } from "../pieces/Page";
import { Problem } from "../pieces/states";
import { api } from "../start/client";
import { must } from "../start/refusal";
import { useMe, useWho } from "../start/session";
import { momentOf, placeOf } from "../start/times";
import { useWords } from "../words";
import { bookingsBetween, hoursOf } from "./asks";
import { ProposeMove, type Dropped } from "./ProposeMove";

interface Span {
  from: string;
  until: string;
}

/** Bookings and closed times. Dragging a booking proposes another time; selecting closes one. */
export function Calendar() {
  const { t, language } = useWords("desk");
  const id = useWho().session!.user.id;
  const me = useMe();
  const go = useNavigate();
  const isNarrow = useMediaQuery("(max-width: 48em)", undefined, {
    getInitialValueInEffect: false,
  });
  const [span, setSpan] = useState<Span>();
  const [dropped, setDropped] = useState<Dropped>();
  const [selected, setSelected] = useState<Span>();
  const bookings = useQuery({
    ...bookingsBetween(id, span?.from ?? "", span?.until ?? ""),
    enabled: Boolean(span),
    placeholderData: (before) => before,
  });
  const hours = useQuery(hoursOf(id));
  const closed = useQuery({
    queryKey: ["desk", "exceptions"],
    queryFn: () => must(api.rpc("list_exceptions")),
  });
  const open = useAct(
    (exception: string) =>
      must(api.rpc("remove_exception", { p_availability_exception_id: exception })),
    { changes: [["desk"]], done: t("calendar.opened") },
  );
  const zone = me.data?.timezone ?? "UTC";
  const error = bookings.error ?? hours.error ?? closed.error;

  return (
    <Page title={t("nav.calendar")} lead={t("calendar.lead", { place: placeOf(zone) })}>
      {error && <Problem error={error} />}
      <FullCalendar
        key={isNarrow ? "narrow" : "wide"}
        plugins={[classic, timegrid, list, interaction]}
        initialView={isNarrow ? "listWeek" : "timeGridWeek"}
        headerToolbar={{
          start: "prev,next today",
          center: isNarrow ? "" : "title",
          end: isNarrow ? "" : "timeGridWeek,timeGridDay,listWeek",
        }}
        // Its name is what is read on it, as speech recognition needs.
        buttons={{ today: { hint: (unit) => t("calendar.today", { unit }) } }}
        locale={language === "da" ? da : en}
        timeZone={zone}
        height="auto"
        allDaySlot={false}
        nowIndicator
        slotMinTime="06:00:00"
        slotMaxTime="23:00:00"
        businessHours={(hours.data ?? []).map((hour) => ({
          daysOfWeek: [hour.day_of_week],
          startTime: hour.start_time,
          endTime: hour.end_time,
        }))}
        editable
        eventDurationEditable={false}
        selectable
        selectMirror
        events={[
          ...(bookings.data ?? []).map(eventOf),
          ...(closed.data ?? []).map((one) => ({
            id: one.availability_exception_id,
            title: one.reason || t(`calendar.${one.kind === "open" ? "extra" : "closed"}`),
            start: one.starts_at,
            end: one.ends_at,
            editable: false,
            color: one.kind === "open" ? "#1f7a8c" : "#6b7280",
            extendedProps: { exception: true },
          })),
        ]}
        datesSet={({ start, end }) =>
          setSpan({ from: start.toISOString(), until: end.toISOString() })
        }
        eventClick={({ event }) => {
          if (event.extendedProps.exception) open.mutate(event.id);
          else void go({ to: "/bookings/$bookingId", params: { bookingId: event.id } });
        }}
        eventDrop={({ event, revert }: EventDropInfo) =>
          setDropped({
            booking: bookings.data!.find((one) => one.id === event.id)!,
            start: event.start!.toISOString(),
            revert,
          })
        }
        select={({ start, end }: DateSelectInfo) =>
          setSelected({ from: start.toISOString(), until: end.toISOString() })
        }
      />
      <ProposeMove dropped={dropped} close={() => setDropped(undefined)} />
      {selected && <Close span={selected} zone={zone} done={() => setSelected(undefined)} />}
    </Page>
  );
}

function eventOf(booking: BookingRow) {
  const isOpen = booking.core_status === "confirmed" && new Date(booking.start_at) > new Date();
  return {
    id: booking.id,
    title: `${booking.learner_name} · ${booking.session_title}`,
    start: booking.start_at,
    end: booking.end_at,
    startEditable: isOpen,
    color: booking.core_status === "confirmed" ? "#0f6b5c" : "#8a5a00",
  };
}

/** Closes the time that was selected, or opens it beyond the weekly hours. */
function Close({ span, zone, done }: { span: Span; zone: string; done: () => void }) {
  const { t, locale } = useWords("desk");
  const [reason, setReason] = useState("");
  const times = { p_starts_at: span.from, p_ends_at: span.until, p_reason: reason || undefined };
  const options = { changes: [["desk"]], then: done };
  const close = useAct(() => must(api.rpc("block_time", times)), {
    ...options,
    done: t("calendar.isClosed"),
  });
  const open = useAct(() => must(api.rpc("open_time", times)), {
    ...options,
    done: t("calendar.isOpen"),
  });
  return (
    <Modal opened onClose={done} title={t("calendar.selected")} centered>
      <Stack gap="md">
        <Text>
          {momentOf(span.from, locale, zone)} – {momentOf(span.until, locale, zone)}
        </Text>
        <TextInput
          label={t("calendar.reason")}
          description={t("calendar.reasonFor")}
          maxLength={500}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <Group justify="flex-end">
          <Button variant="default" loading={open.isPending} onClick={() => open.mutate()}>
            {t("calendar.open")}
          </Button>
          <Button loading={close.isPending} onClick={() => close.mutate()}>
            {t("calendar.close")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
