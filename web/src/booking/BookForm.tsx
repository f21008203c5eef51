import { Alert, Button, Group, NumberInput, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useLocation, useNavigate } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { Aside } from "../pieces/Aside";
import { useAct } from "../pieces/act";
import { ButtonLink } from "../pieces/links";
import { Problem } from "../pieces/states";
import { Sums, useCouponRefusal } from "../pieces/Sums";
import { supabase } from "../start/client";
import { must, Refusal } from "../start/refusal";
import { useWho } from "../start/session";
import { dayOf, hereZone, timeOf } from "../start/times";
import { useWords } from "../words";
import { quoteOf, type SessionOf, type Slot } from "./asks";
import { Policy } from "./Policy";

interface Props {
  session: SessionOf;
  slot?: Slot;
  /** The slot went to somebody else. */
  lost: () => void;
}

interface Booked {
  booking_id: string;
  client_secret: string | null;
}

export function BookForm({ session, slot, lost }: Props) {
  const { t, locale } = useWords();
  const { session: signedIn } = useWho();
  const here = useLocation({ select: (location) => location.pathname });
  const go = useNavigate();
  const cache = useQueryClient();
  const [seats, setSeats] = useState(1);
  const [notes, setNotes] = useState("");
  const [coupon, setCoupon] = useState("");
  const [asked] = useDebouncedValue(coupon.trim(), 400);
  // A second click, or a second try after a lost answer, is the same request.
  const key = useRef(crypto.randomUUID());
  const quote = useQuery({
    ...quoteOf(slot?.id ?? "", seats, asked),
    enabled: Boolean(slot && signedIn),
  });
  const couponError = useCouponRefusal(asked ? quote.error : null);

  const book = useAct(
    () =>
      must(
        supabase.functions.invoke<Booked>("create-booking", {
          body: {
            slot_id: slot!.id,
            seats,
            ...(notes.trim() && { notes: notes.trim() }),
            ...(asked && { coupon: asked }),
          },
          headers: { "Idempotency-Key": key.current },
        }),
      ),
    {
      changes: [["slots"], ["bookings"]],
      then: (booked) =>
        booked!.client_secret
          ? go({ to: "/pay/$bookingId", params: { bookingId: booked!.booking_id } })
          : go({ to: "/bookings/$bookingId", params: { bookingId: booked!.booking_id } }),
    },
  );
  const gone = book.error instanceof Refusal && /^slot_/.test(book.error.word);
  const again = () => {
    void cache.invalidateQueries({ queryKey: ["slots"] });
    lost();
  };

  return (
    <Aside id="book" title={t("book.title")}>
      {!slot && <Text c="dimmed">{t("book.choose")}</Text>}
      {slot && (
        <div>
          <Text fw={600}>{dayOf(slot.start_time, hereZone(), locale)}</Text>
          <Text>
            {timeOf(slot.start_time, hereZone(), locale)} –{" "}
            {timeOf(slot.end_time, hereZone(), locale)}
          </Text>
        </div>
      )}
      {slot && !signedIn && (
        <Stack gap="xs">
          <Text c="dimmed">{t("book.signIn")}</Text>
          <Group>
            <ButtonLink to="/sign-in" search={{ next: `${here}?slot=${slot.id}` }}>
              {t("nav.signIn")}
            </ButtonLink>
            <ButtonLink
              to="/sign-up"
              search={{ next: `${here}?slot=${slot.id}` }}
              variant="default"
            >
              {t("nav.signUp")}
            </ButtonLink>
          </Group>
        </Stack>
      )}
      {slot && signedIn && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (!book.isPending) book.mutate();
          }}
        >
          <Stack gap="md">
            {session.max_participants > 1 && (
              <NumberInput
                label={t("book.seats")}
                min={1}
                max={slot.max_bookings}
                value={seats}
                onChange={(value) => setSeats(Number(value) || 1)}
              />
            )}
            <Textarea
              label={t("book.notes")}
              description={t("book.notesFor", {
                name: session.expert_profiles.user_profiles.display_name,
              })}
              autosize
              minRows={2}
              maxLength={2000}
              value={notes}
              onChange={(event) => setNotes(event.currentTarget.value)}
            />
            {session.price_cents > 0 && (
              <TextInput
                label={t("book.coupon")}
                value={coupon}
                error={couponError}
                autoCapitalize="characters"
                onChange={(event) => setCoupon(event.currentTarget.value)}
              />
            )}
            {quote.data && <Sums quote={quote.data} />}
            {quote.error && !couponError && <Problem error={quote.error} />}
            {gone && (
              <Alert color="orange" title={t("book.gone")}>
                <Button size="xs" variant="default" onClick={again}>
                  {t("book.another")}
                </Button>
              </Alert>
            )}
            <Button type="submit" size="md" loading={book.isPending} disabled={!quote.data || gone}>
              {quote.data?.booking_mode === "request"
                ? t("book.ask")
                : quote.data?.amount_minor === 0
                  ? t("book.free")
                  : t("book.pay")}
            </Button>
            {quote.data && (
              <Policy tiers={quote.data.cancellation} mode={quote.data.booking_mode} />
            )}
          </Stack>
        </form>
      )}
    </Aside>
  );
}
