import { queryOptions } from "@tanstack/react-query";
import { sanctuary } from "../start/client";
import { must } from "../start/refusal";

export interface Product {
  uuid: string;
  product_name: string;
  product_type: string | null;
  price: number;
  currency: string;
  /** What can be ordered now. */
  stock_quantity: number;
  description: string | null;
  healers: { users: { display_name: string } | null } | null;
}

/** What the shop has, by name. */
export const products = queryOptions({
  queryKey: ["products"],
  queryFn: async () =>
    (await must(
      sanctuary
        .from("products")
        .select("*, healers(users(display_name))")
        .eq("is_active", true)
        .order("product_name")
        .limit(500),
    )) as unknown as Product[],
});
