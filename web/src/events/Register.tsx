import { Button, NumberInput, Stack, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { quoteOf } from "../booking/asks";
import { Policy } from "../booking/Policy";
import { useAct } from "../pieces/act";
import { Problem } from "../pieces/states";
import { Sums, useCouponRefusal } from "../pieces/Sums";
import { supabase } from "../start/client";
import { must } from "../start/refusal";
import { useWords } from "../words";
import { seatsLeft, type Event } from "./asks";

interface Booked {
  booking_id: string;
  client_secret: string | null;
}

/** Take seats: a registration is a booking, and is paid and called off as one. */
export function Register({ event }: { event: Event }) {
  const { t } = useWords("market");
  const { t: main } = useWords();
  const go = useNavigate();
  const [seats, setSeats] = useState(1);
  const [coupon, setCoupon] = useState("");
  const [asked] = useDebouncedValue(coupon.trim(), 400);
  // A second click, or a second try after a lost answer, is the same request.
  const wanted = JSON.stringify([seats, asked]);
  const key = useMemo(() => ({ of: wanted, is: crypto.randomUUID() }), [wanted]);
  const quote = useQuery(quoteOf(event.uuid, seats, asked));
  const couponError = useCouponRefusal(asked ? quote.error : null);
  const register = useAct(
    () =>
      must(
        supabase.functions.invoke<Booked>("create-booking", {
          body: { slot_id: event.uuid, seats, ...(asked && { coupon: asked }) },
          headers: { "Idempotency-Key": key.is },
        }),
      ),
    {
      changes: [["events"], ["event"], ["registrations"], ["bookings"]],
      then: (booked) =>
        booked!.client_secret
          ? go({ to: "/pay/$bookingId", params: { bookingId: booked!.booking_id } })
          : go({ to: "/bookings/$bookingId", params: { bookingId: booked!.booking_id } }),
    },
  );
  return (
    <form
      onSubmit={(submitted) => {
        submitted.preventDefault();
        if (!register.isPending) register.mutate();
      }}
    >
      <Stack gap="md">
        <NumberInput
          label={main("book.seats")}
          min={1}
          max={seatsLeft(event)}
          clampBehavior="strict"
          value={seats}
          onChange={(value) => setSeats(Number(value) || 1)}
        />
        {event.price > 0 && (
          <TextInput
            label={main("book.coupon")}
            value={coupon}
            error={couponError}
            autoCapitalize="characters"
            onChange={(changed) => setCoupon(changed.currentTarget.value)}
          />
        )}
        {quote.data && <Sums quote={quote.data} />}
        {quote.error && !couponError && <Problem error={quote.error} />}
        <Button
          type="submit"
          size="md"
          loading={register.isPending}
          disabled={!quote.data || coupon.trim() !== asked}
        >
          {quote.data?.amount_minor === 0 ? t("event.register") : main("book.pay")}
        </Button>
        {quote.data && quote.data.amount_minor > 0 && (
          <Policy tiers={quote.data.cancellation} mode={quote.data.booking_mode} />
        )}
      </Stack>
    </form>
  );
}
