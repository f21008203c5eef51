import { queryOptions } from "@tanstack/react-query";
import type { Payment } from "../booking/asks";
import { api, sanctuary } from "../start/client";
import { must } from "../start/refusal";

/** One thing of an order; the database reads a price, and takes none from here. */
export interface Item {
  offering_id: string;
  quantity: number;
}

/** What `quote_order` answers. */
export interface OrderQuote {
  amount_minor: number;
  subtotal_minor: number;
  discount_minor: number;
  tax_minor: number;
  currency: string;
}

export const orderQuoteOf = (items: Item[], coupon: string) =>
  queryOptions({
    queryKey: ["quote", items, coupon],
    staleTime: 0,
    placeholderData: (before) => before,
    queryFn: async () =>
      (await must(
        api.rpc("quote_order", {
          p_items: items as unknown as [],
          p_coupon_code: coupon || undefined,
        }),
      )) as unknown as OrderQuote,
  });

/** Where an order stands. It is asked for again while it waits for money, which a webhook brings. */
export const orderOf = (id: string) =>
  queryOptions({
    queryKey: ["order", id],
    refetchInterval: (query) => (query.state.data?.is_payable ? 1_500 : false),
    queryFn: async () =>
      (await must(api.rpc("payment_to_make", { p_order_id: id }))) as unknown as Payment,
  });

export interface Line {
  uuid: string;
  item_name: string;
  item_type: string;
  quantity: number;
  total_price: number;
  status: string;
  booking_uuid: string | null;
}

export const linesOf = (orderId: string, standing: string) =>
  queryOptions({
    queryKey: ["order", orderId, "lines", standing],
    queryFn: async () =>
      (await must(
        sanctuary
          .from("order_items")
          .select("uuid, item_name, item_type, quantity, total_price, status, booking_uuid")
          .eq("order_uuid", orderId)
          .order("id"),
      )) as unknown as Line[],
  });
