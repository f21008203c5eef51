import { queryOptions } from "@tanstack/react-query";
import { sanctuary } from "../start/client";
import { must } from "../start/refusal";

export interface Event {
  uuid: string;
  event_name: string;
  event_date: string;
  event_end_date: string;
  max_capacity: number;
  registered_seats: number;
  price: number;
  currency: string;
  description: string | null;
  status: string;
  is_active: boolean;
  organizer_healer_uuid: string;
  healers: { users: { display_name: string } | null } | null;
}

const COLUMNS = "*, healers(users(display_name))";

/** What is to come, the next first. */
export const events = queryOptions({
  queryKey: ["events"],
  queryFn: async () =>
    (await must(
      sanctuary
        .from("events")
        .select(COLUMNS)
        .eq("status", "upcoming")
        .eq("is_active", true)
        .order("event_date")
        .limit(200),
    )) as unknown as Event[],
});

export const eventOf = (id: string) =>
  queryOptions({
    queryKey: ["event", id],
    queryFn: async () =>
      (await must(
        sanctuary.from("events").select(COLUMNS).eq("uuid", id).single(),
      )) as unknown as Event,
  });

export interface Registration {
  uuid: string;
  event_uuid: string;
  seats: number;
  status: string;
  ticket_codes: string[] | null;
}

/** The seats that somebody has, or waits to pay for. */
export const registrationsOf = (personId: string | undefined) =>
  queryOptions({
    queryKey: ["registrations", personId],
    enabled: Boolean(personId),
    queryFn: async () =>
      (await must(
        sanctuary
          .from("event_registrations")
          .select("uuid, event_uuid, seats, status, ticket_codes")
          .eq("client_uuid", personId!)
          .in("status", ["pending", "registered", "attended"])
          .order("registration_date", { ascending: false }),
      )) as unknown as Registration[],
  });

/** The registration that a booking is; null if it is of a session. */
export const registrationOf = (bookingId: string) =>
  queryOptions({
    queryKey: ["registrations", "of", bookingId],
    queryFn: async () =>
      (await must(
        sanctuary
          .from("event_registrations")
          .select("uuid, event_uuid, seats, status, ticket_codes")
          .eq("uuid", bookingId)
          .maybeSingle(),
      )) as unknown as Registration | null,
  });

export const seatsLeft = (event: Event) => Math.max(0, event.max_capacity - event.registered_seats);
