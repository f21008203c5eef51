import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, type Answer } from "../start/client";
import { must } from "../start/refusal";

/** What is searched for: it stands in the address, so a search can be sent to somebody. */
export interface Search {
  text?: string;
  tag?: string;
  most?: number;
  day?: string;
  /** "55.68,12.57" */
  near?: string;
  /** What that point is called. */
  place?: string;
  sort?: "newest" | "price" | "rating" | "distance";
}

const sorts = ["newest", "price", "rating", "distance"];
const text = (value: unknown) => (typeof value === "string" && value ? value : undefined);

export function readSearch(search: Record<string, unknown>): Search {
  const most = Number(search.most);
  const day = text(search.day);
  const near = text(search.near);
  const isPoint = Boolean(near && pointOf(near));
  const sort = text(search.sort);
  return {
    text: search.text === undefined ? undefined : String(search.text) || undefined,
    tag: text(search.tag),
    most: most > 0 ? most : undefined,
    day: day && /^\d{4}-\d\d-\d\d$/.test(day) ? day : undefined,
    near: isPoint ? near : undefined,
    place: isPoint ? text(search.place) : undefined,
    sort: sort && sorts.includes(sort) ? (sort as Search["sort"]) : undefined,
  };
}

export function pointOf(near: string): [number, number] | null {
  const [latitude, longitude] = near.split(",").map(Number);
  const isPoint = Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
  return isPoint ? [latitude, longitude] : null;
}

export type Place = Answer<"search_places">;

/** "Odense, Fyn, Denmark" */
export const labelOf = ({ city, region, country }: Place) =>
  [city, region, country].filter(Boolean).join(", ");

/** A place as it stands in the address. */
export const nearTo = (place: Place): Partial<Search> => ({
  near: `${place.latitude},${place.longitude}`,
  place: labelOf(place),
  sort: "distance",
});

/** Places that providers have named: of those that are typed in part, or the largest. */
export const placesOf = (typed: string) =>
  queryOptions({
    queryKey: ["places", typed],
    staleTime: 300_000,
    queryFn: () => must(api.rpc("search_places", { p_text: typed })),
  });

export type Found = Answer<"search_offerings">;
const PAGE = 18;

export const offers = (search: Search, currency: string) =>
  infiniteQueryOptions({
    queryKey: ["offers", search, currency],
    initialPageParam: undefined as Found["page"] | undefined,
    queryFn: ({ pageParam }) => {
      const point = search.near ? pointOf(search.near) : null;
      return must(
        api.rpc("search_offerings", {
          // Some lenses call a session a service; a house may have both.
          p_kinds: ["session", "service"],
          p_text: search.text,
          p_tags: search.tag ? [search.tag] : undefined,
          p_max_price_minor: search.most,
          p_currency: search.most === undefined ? undefined : currency,
          p_free_on: search.day,
          p_latitude: point?.[0],
          p_longitude: point?.[1],
          p_radius_m: point ? 50_000 : undefined,
          p_sort: search.sort ?? (point ? "distance" : "newest"),
          p_after: pageParam,
          p_limit: PAGE,
        }),
      );
    },
    getNextPageParam: (last: Found[]) => (last.length < PAGE ? undefined : last.at(-1)?.page),
    placeholderData: (before) => before,
  });
