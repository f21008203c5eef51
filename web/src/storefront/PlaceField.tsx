import { TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconMapPin } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { useWords } from "../words";
import { labelOf, nearTo, placesOf, type Search } from "./search";

interface Props {
  search: Search;
  set: (change: Partial<Search>) => void;
}

/** A place in words: one of those that providers have named, so no other service is asked. */
export function PlaceField({ search, set }: Props) {
  const { t } = useWords();
  const list = useId();
  const cache = useQueryClient();
  const [typed, setTyped] = useState(search.place ?? "");
  const [asked, setAsked] = useState<string>();
  const [isUnknown, setUnknown] = useState(false);
  const places = useQuery({
    ...placesOf(asked ?? ""),
    enabled: asked !== undefined,
    placeholderData: (before) => before,
  });
  const ask = useDebouncedCallback((text: string) => setAsked(text), 200);
  // The address has changed by another way than this field.
  const [seen, setSeen] = useState(search.place);
  if (seen !== search.place) {
    setSeen(search.place);
    setTyped(search.place ?? "");
    setUnknown(false);
  }

  const clear = () => {
    if (search.place) set({ near: undefined, place: undefined, sort: undefined });
  };
  /** What was typed and not chosen means the first place that fits. */
  const settle = async () => {
    const text = typed.trim();
    if (!text || text === search.place) return;
    const [first] = await cache.fetchQuery(placesOf(text));
    setUnknown(!first);
    if (first) set(nearTo(first));
  };

  return (
    <>
      <TextInput
        label={t("search.place")}
        placeholder={t("search.placeExample")}
        leftSection={<IconMapPin size={16} aria-hidden />}
        autoComplete="off"
        list={list}
        value={typed}
        error={isUnknown ? t("search.notThere") : undefined}
        onFocus={() => setAsked(typed.trim())}
        onBlur={() => void settle()}
        onKeyDown={({ key }) => {
          if (key === "Enter") void settle();
        }}
        onChange={({ currentTarget: { value } }) => {
          setTyped(value);
          setUnknown(false);
          ask(value.trim());
          const chosen = places.data?.find((place) => labelOf(place) === value);
          if (chosen) set(nearTo(chosen));
          else if (!value.trim()) clear();
        }}
      />
      <datalist id={list}>
        {places.data?.map((place) => (
          <option key={labelOf(place)} value={labelOf(place)} />
        ))}
      </datalist>
    </>
  );
}
