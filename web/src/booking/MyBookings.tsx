import { Badge, Group, SegmentedControl, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ButtonLink, CardLink } from "../pieces/links";
import { Page } from "../pieces/Page";
import { SignedIn } from "../pieces/SignedIn";
import { Empty, Show } from "../pieces/states";
import { supabase } from "../start/client";
import { must } from "../start/refusal";
import { useWho } from "../start/session";
import { dayOf, hereZone, timeOf } from "../start/times";
import { useWords } from "../words";
import { waitsForMoney, type BookingRow } from "./asks";

type When = "coming" | "past";

export function MyBookings() {
  return (
    <SignedIn>
      <Mine />
    </SignedIn>
  );
}

function Mine() {
  const { t } = useWords();
  const me = useWho().session!.user.id;
  const [when, setWhen] = useState<When>("coming");
  const bookings = useQuery({
    queryKey: ["bookings", me, when],
    queryFn: async () => {
      const now = new Date().toISOString();
      const mine = supabase.from("booking_details").select("*").eq("learner_id", me);
      const asked =
        when === "coming"
          ? mine.gt("end_at", now).in("status", ["pending", "confirmed"]).order("start_at")
          : mine
              .or(`end_at.lte.${now},status.in.(cancelled,declined,completed)`)
              .order("start_at", { ascending: false });
      return (await must(asked.limit(100))) as BookingRow[];
    },
  });
  return (
    <Page
      title={t("bookings.title")}
      size="md"
      aside={
        <SegmentedControl
          value={when}
          aria-label={t("bookings.when")}
          onChange={(value) => setWhen(value as When)}
          data={[
            { value: "coming", label: t("bookings.coming") },
            { value: "past", label: t("bookings.past") },
          ]}
        />
      }
    >
      <Show of={bookings}>
        {(list) =>
          list.length === 0 ? (
            <Empty
              title={t(`bookings.none.${when}`)}
              action={<ButtonLink to="/">{t("bookings.find")}</ButtonLink>}
            >
              {t("bookings.noneDo")}
            </Empty>
          ) : (
            <Stack gap="sm">
              {list.map((booking) => (
                <One key={booking.id} booking={booking} />
              ))}
            </Stack>
          )
        }
      </Show>
    </Page>
  );
}

function One({ booking }: { booking: BookingRow }) {
  const { t, locale } = useWords();
  return (
    <CardLink to="/bookings/$bookingId" params={{ bookingId: booking.id }} className="offer">
      <Group justify="space-between" align="flex-start" gap="sm">
        <div style={{ minWidth: 0 }}>
          <Title order={2} fz={17}>
            {booking.session_title}
          </Title>
          <Text size="sm" c="dimmed">
            {t("booking.with", { name: booking.expert_name })}
          </Text>
          <Text mt={4}>
            {dayOf(booking.start_at, hereZone(), locale)},{" "}
            {timeOf(booking.start_at, hereZone(), locale)}
          </Text>
        </div>
        <Status of={booking} />
      </Group>
    </CardLink>
  );
}

const colours: Record<string, string> = {
  confirmed: "brand",
  completed: "gray",
  requested: "blue",
  pending_payment: "orange",
};

/** Where a booking stands, in words. */
export function Status({ of }: { of: BookingRow }) {
  const { t } = useWords();
  const isLapsed = of.core_status === "pending_payment" && !waitsForMoney(of);
  const word = isLapsed ? "expired" : of.core_status;
  const colour = colours[word] ?? "red";
  return (
    <Group gap={6}>
      <Badge color={colour} variant={colour === "gray" ? "default" : "light"}>
        {t(`status.${word}`)}
      </Badge>
      {of.proposed_slot_id && <Badge color="orange">{t("status.proposed")}</Badge>}
    </Group>
  );
}
