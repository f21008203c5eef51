import { useQuery } from "@tanstack/react-query";
import { api } from "./client";
import { must } from "./refusal";

interface Marketplace {
  name: string;
  currency: string;
  timezone: string;
  hold_min: number;
  slot_horizon_days: number;
  review_window_days: number;
}

/** What the business has set: its name, currency and limits. */
export const useMarketplace = () =>
  useQuery({
    queryKey: ["marketplace"],
    staleTime: Infinity,
    queryFn: async () => (await must(api.rpc("marketplace"))) as unknown as Marketplace,
  });
