import { queryOptions } from "@tanstack/react-query";
import { api, supabase, type Answer, type Row } from "../start/client";
import { must } from "../start/refusal";
import type { Person } from "../start/session";
import type { Session } from "../storefront/Expert";

export type SessionOf = Session & {
  expert_profiles: Row<"expert_profiles", "rating" | "bio" | "hourly_rate_cents"> & {
    user_profiles: Person;
  };
};

export const sessionOf = (id: string) =>
  queryOptions({
    queryKey: ["session", id],
    queryFn: async () =>
      (await must(
        supabase
          .from("sessions")
          .select("*, expert_profiles(*, user_profiles(*))")
          .eq("id", id)
          .single(),
      )) as unknown as SessionOf,
  });

export type Slot = Row<"bookable_slots">;
export const SPAN_DAYS = 14;

/** Times of a session in two weeks from a day on: free ones, and full ones to wait for. */
export const slotsOf = (sessionId: string, from: Date) =>
  queryOptions({
    queryKey: ["slots", sessionId, from.toISOString()],
    // Others book meanwhile.
    staleTime: 5_000,
    refetchOnWindowFocus: true,
    queryFn: async () => {
      const until = new Date(from.getTime() + SPAN_DAYS * 86_400_000);
      const list = (await must(
        supabase
          .from("bookable_slots")
          .select("*")
          .eq("session_id", sessionId)
          .eq("state", "open")
          .gte("start_time", from.toISOString())
          .lt("start_time", until.toISOString())
          .order("start_time"),
      )) as Slot[];
      return list.filter((slot) => slot.is_available || isFull(slot));
    },
  });

/** When a slot that a link has named begins; null if nobody sees it any more. */
export const beginOf = (slotId: string) =>
  queryOptions({
    queryKey: ["slots", "begin", slotId],
    queryFn: async () => {
      const slot = await must(
        supabase.from("bookable_slots").select("start_time").eq("id", slotId).maybeSingle(),
      );
      return slot?.start_time ?? null;
    },
  });

/** On which page of two weeks, counted from `first` on, a time stands. */
export const pageOf = (begin: string, first: Date) =>
  Math.max(0, Math.floor((Date.parse(begin) - first.getTime()) / (SPAN_DAYS * 86_400_000)));

export const isFull = (slot: Slot) =>
  !slot.is_available && slot.current_bookings + slot.held_bookings >= slot.max_bookings;

export interface Tier {
  hours_before: number;
  refund_percent: number;
}

/** What `quote_booking` answers. */
export interface Quote {
  amount_minor: number;
  subtotal_minor: number;
  discount_minor: number;
  tax_minor: number;
  currency: string;
  seats_left: number;
  is_bookable: boolean;
  booking_mode: "instant" | "request";
  cancellation: Tier[];
}

export const quoteOf = (slotId: string, seats: number, coupon: string) =>
  queryOptions({
    queryKey: ["quote", slotId, seats, coupon],
    staleTime: 0,
    queryFn: async () =>
      (await must(
        api.rpc("quote_booking", {
          p_slot_id: slotId,
          p_seats: seats,
          p_coupon_code: coupon || undefined,
        }),
      )) as unknown as Quote | null,
  });

export type BookingRow = Row<
  "booking_details",
  | "payment_status"
  | "amount_authorized"
  | "amount_captured"
  | "amount_refunded"
  | "learner_notes"
  | "expert_notes"
  | "cancelled_by"
  | "cancellation_reason"
  | "cancelled_at"
  | "place"
  | "meeting_url"
  | "hold_expires_at"
  | "proposed_slot_id"
  | "proposed_start_at"
  | "proposed_end_at"
  | "proposal_expires_at"
  | "proposal_reason"
  | "session_description"
  | "stripe_payment_intent_id"
>;

export const bookingOf = (id: string) =>
  queryOptions({
    queryKey: ["booking", id],
    queryFn: async () =>
      (await must(
        supabase.from("booking_details").select("*").eq("id", id).single(),
      )) as BookingRow,
  });

/** What `payment_to_make` answers. */
export interface Payment {
  order_id: string;
  status: string;
  payment_status: string;
  is_payable: boolean;
  amount: number;
  currency: string;
  expires_at: string;
}

export type Review = Answer<"list_reviews">;

/** A booking that still waits for its money, and still can have it. */
export const waitsForMoney = (booking: BookingRow, now = Date.now()) =>
  booking.core_status === "pending_payment" &&
  Boolean(booking.hold_expires_at) &&
  new Date(booking.hold_expires_at!).getTime() > now;
