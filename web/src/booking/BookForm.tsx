import {
  Alert,
  Button,
  Card,
  Group,
  NumberInput,
  Stack,
  Text,
  Textarea,
  TextInput,
  Title,
} from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useLocation, useNavigate } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { useAct } from "../pieces/act";
import { ButtonLink } from "../pieces/links";
import { Price } from "../pieces/small";
import { Problem, useSentence } from "../pieces/states";
import { supabase } from "../start/client";
import { must, Refusal } from "../start/refusal";
import { useWho } from "../start/session";
import { dayOf, hereZone, timeOf } from "../start/times";
import { useWords } from "../words";
import { quoteOf, type Quote, type SessionOf, type Slot } from "./asks";
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
  const say = useSentence();
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
  const couponError =
    asked && quote.error instanceof Refusal && /coupon|chargeable/.test(quote.error.word)
      ? say(quote.error)
      : undefined;

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
    <Card component="section" aria-labelledby="book" pos="sticky" top={80}>
      <Stack gap="md">
        <Title order={2} fz={20} id="book">
          {t("book.title")}
        </Title>
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
              <Button
                type="submit"
                size="md"
                loading={book.isPending}
                disabled={!quote.data || gone}
              >
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
      </Stack>
    </Card>
  );
}

function Sums({ quote }: { quote: Quote }) {
  const { t } = useWords();
  const line = (name: string, minor: number, strong = false) => (
    <Group justify="space-between" key={name}>
      <Text fw={strong ? 650 : 400}>{name}</Text>
      <Text fw={strong ? 650 : 400}>
        {minor < 0 && "−"}
        <Price minor={Math.abs(minor)} currency={quote.currency} />
      </Text>
    </Group>
  );
  return (
    <Stack gap={4} aria-live="polite">
      {quote.discount_minor > 0 && line(t("book.subtotal"), quote.subtotal_minor)}
      {quote.discount_minor > 0 && line(t("book.discount"), -quote.discount_minor)}
      {quote.tax_minor > 0 && line(t("book.tax"), quote.tax_minor)}
      {line(t("book.total"), quote.amount_minor, true)}
    </Stack>
  );
}
