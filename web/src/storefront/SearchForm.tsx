import { Button, Group, NativeSelect, Paper, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconCurrentLocation, IconSearch } from "@tabler/icons-react";
import { useNavigate, useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { minorOf, digitsOf } from "../start/money";
import { dateKey, hereZone } from "../start/times";
import { useWords } from "../words";
import { PlaceField } from "./PlaceField";
import type { Search } from "./search";
import { tell } from "../pieces/tell";

interface Props {
  search: Search;
  tags: string[];
  currency: string;
}

const whole = (minor: number | undefined, currency: string) =>
  minor === undefined ? "" : String(minor / 10 ** digitsOf(currency));

export function SearchForm({ search, tags, currency }: Props) {
  const { t } = useWords();
  const go = useNavigate({ from: "/" });
  const set = (change: Partial<Search>) =>
    void go({
      search: (before: Search) => ({ ...before, ...change }),
      replace: true,
      resetScroll: false,
    });
  const [text, setText] = useState(search.text ?? "");
  const [most, setMost] = useState(whole(search.most, currency));
  const router = useRouter();
  // Whoever has clicked on a result meanwhile is on the way there, and not called back.
  const later = useDebouncedCallback((change: Partial<Search>) => {
    if (router.latestLocation.pathname === "/") set(change);
  }, 300);
  // The address has changed by another way than this field: the back button, or a cleared search.
  const [seen, setSeen] = useState(search.text);
  if (seen !== search.text) {
    setSeen(search.text);
    if ((text.trim() || undefined) !== search.text) setText(search.text ?? "");
  }
  const shownTags = search.tag && !tags.includes(search.tag) ? [search.tag, ...tags] : tags;

  const isHere = search.near !== undefined && search.place === undefined;
  const near = () =>
    navigator.geolocation.getCurrentPosition(
      ({ coords }) =>
        set({
          near: `${coords.latitude.toFixed(3)},${coords.longitude.toFixed(3)}`,
          place: undefined,
          sort: "distance",
        }),
      () => void tell(t("search.noPlace"), "problem"),
    );

  return (
    <Paper withBorder p="md" shadow="xs" role="search" aria-label={t("search.label")}>
      <div className="fields">
        <TextInput
          label={t("search.text")}
          placeholder={t("search.example")}
          type="search"
          leftSection={<IconSearch size={16} aria-hidden />}
          value={text}
          onChange={({ currentTarget: { value } }) => {
            setText(value);
            later({ text: value.trim() || undefined });
          }}
        />
        <PlaceField search={search} set={set} />
        <TextInput
          label={t("search.day")}
          type="date"
          min={dateKey(new Date(), hereZone())}
          value={search.day ?? ""}
          onChange={(event) => set({ day: event.currentTarget.value || undefined })}
        />
        <TextInput
          label={t("search.most", { currency })}
          inputMode="decimal"
          value={most}
          error={most && minorOf(most, currency) === null ? t("search.noAmount") : undefined}
          onChange={({ currentTarget: { value } }) => {
            setMost(value);
            later({ most: minorOf(value, currency) ?? undefined });
          }}
        />
        <NativeSelect
          label={t("search.sort")}
          value={search.sort ?? (search.near ? "distance" : "newest")}
          onChange={(event) => set({ sort: event.currentTarget.value as Search["sort"] })}
          data={(["newest", "price", "rating", "distance"] as const)
            .filter((sort) => sort !== "distance" || search.near)
            .map((sort) => ({ value: sort, label: t(`search.by.${sort}`) }))}
        />
      </div>
      <Group gap="xs" mt="sm">
        <Button
          size="xs"
          variant={isHere ? "filled" : "default"}
          leftSection={<IconCurrentLocation size={15} aria-hidden />}
          aria-pressed={isHere}
          onClick={() => (isHere ? set({ near: undefined, sort: undefined }) : near())}
        >
          {t("search.near")}
        </Button>
        {shownTags.map((tag) => (
          <Button
            key={tag}
            size="xs"
            radius="xl"
            variant={search.tag === tag ? "filled" : "default"}
            aria-pressed={search.tag === tag}
            onClick={() => set({ tag: search.tag === tag ? undefined : tag })}
          >
            {tag}
          </Button>
        ))}
      </Group>
    </Paper>
  );
}
