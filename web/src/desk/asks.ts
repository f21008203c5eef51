import { queryOptions } from "@tanstack/react-query";
import type { BookingRow } from "../booking/asks";
import { api, supabase, type Row } from "../start/client";
import { must } from "../start/refusal";
import type { Session } from "../storefront/Expert";

export type Provider = Row<"expert_profiles", "bio" | "hourly_rate_cents" | "rating">;

/** The reader as a provider; false if they are none yet. */
export const providerOf = (id: string) =>
  queryOptions({
    queryKey: ["desk", "provider", id],
    queryFn: async (): Promise<Provider | false> => {
      const { data } = await supabase
        .from("expert_profiles")
        .select("*")
        .eq("id", id)
        .maybeSingle()
        .throwOnError();
      return data ? (data as Provider) : false;
    },
  });

export const ownSessions = (id: string) =>
  queryOptions({
    queryKey: ["desk", "sessions", id],
    queryFn: async () =>
      (await must(
        supabase.from("sessions").select("*").eq("expert_id", id).order("created_at"),
      )) as Session[],
  });

/** Bookings of a provider in a time. */
export const bookingsBetween = (id: string, from: string, until: string) =>
  queryOptions({
    queryKey: ["desk", "bookings", id, from, until],
    queryFn: async () =>
      (await must(
        supabase
          .from("booking_details")
          .select("*")
          .eq("expert_id", id)
          .gte("end_at", from)
          .lt("start_at", until)
          .in("core_status", [
            "pending_payment",
            "requested",
            "confirmed",
            "completed",
            "no_show_customer",
          ])
          .order("start_at")
          .limit(1000),
      )) as BookingRow[],
  });

export type Hour = Row<"availability_windows">;

export const hoursOf = (id: string) =>
  queryOptions({
    queryKey: ["desk", "hours", id],
    queryFn: async () =>
      (await must(
        supabase
          .from("availability_windows")
          .select("*")
          .eq("expert_id", id)
          .order("day_of_week")
          .order("start_time"),
      )) as Hour[],
  });

/** What `my_payout_account` answers. */
export interface Account {
  rail: "stripe_connect" | "manual";
  status: string;
  payouts_enabled: boolean;
  transfers_enabled: boolean;
  details_submitted: boolean;
  details_last4: string | null;
  is_held: boolean;
  requirements: string[];
  usable_from: string;
}

export const payoutAccount = queryOptions({
  queryKey: ["desk", "account"],
  queryFn: async () => (await must(api.rpc("my_payout_account"))) as unknown as Account | null,
});
