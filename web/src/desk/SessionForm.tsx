import {
  Button,
  Group,
  NativeSelect,
  NumberInput,
  SimpleGrid,
  Stack,
  Switch,
  TagsInput,
  Textarea,
  TextInput,
} from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Database } from "../database.types";
import { useAct } from "../pieces/act";
import { api, supabase } from "../start/client";
import { digitsOf, minorOf } from "../start/money";
import { useMarketplace } from "../start/marketplace";
import { must } from "../start/refusal";
import { useWho } from "../start/session";
import type { Session } from "../storefront/Expert";
import { useWords } from "../words";

const LENGTHS = [15, 30, 45, 60, 75, 90, 105, 120, 150, 180, 240];
const LEVELS = ["BEGINNER", "INTERMEDIATE", "ADVANCED"];

/** Makes a session, or changes one: only what was changed is sent. */
export function SessionForm({ of, done }: { of?: Session; done: () => void }) {
  const { t } = useWords("desk");
  const main = useWords();
  const me = useWho().session!.user.id;
  const marketplace = useMarketplace();
  const currency = of?.currency ?? marketplace.data?.currency ?? "DKK";
  const [row, setRow] = useState<Partial<Session>>(
    of ?? { duration_minutes: 60, max_participants: 1, booking_mode: "instant", topic_tags: [] },
  );
  const [price, setPrice] = useState(of ? String(of.price_cents / 10 ** digitsOf(currency)) : "");
  const policies = useQuery({
    queryKey: ["desk", "policies"],
    queryFn: () => must(api.rpc("list_cancellation_policies", {})),
  });
  const set = (change: Partial<Session>) => setRow((before) => ({ ...before, ...change }));
  const minor = minorOf(price, currency);
  const save = useAct(
    async () => {
      const wanted: Partial<Session> = { ...row, price_cents: minor! };
      const names = Object.keys(wanted) as (keyof Session)[];
      const changed = Object.fromEntries(
        names
          .filter((name) => !of || wanted[name] !== of[name])
          .map((name) => [name, wanted[name] === "" ? null : wanted[name]]),
      ) as Database["tutoring"]["Views"]["sessions"]["Update"];
      const table = supabase.from("sessions");
      await must(
        of ? table.update(changed).eq("id", of.id) : table.insert({ ...changed, expert_id: me }),
      );
    },
    {
      changes: [["desk"], ["offers"], ["session"], ["sessions"], ["slots"]],
      done: t("sessions.saved"),
      then: done,
    },
  );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Stack gap="md">
        <TextInput
          label={t("session.title")}
          required
          maxLength={200}
          data-autofocus
          value={row.title ?? ""}
          onChange={(event) => set({ title: event.currentTarget.value })}
        />
        <TextInput
          label={t("session.short")}
          description={t("session.shortFor")}
          value={row.short_description ?? ""}
          onChange={(event) => set({ short_description: event.currentTarget.value })}
        />
        <Textarea
          label={t("session.description")}
          required
          autosize
          minRows={3}
          value={row.description ?? ""}
          onChange={(event) => set({ description: event.currentTarget.value })}
        />
        <TagsInput
          label={t("session.tags")}
          value={row.topic_tags ?? []}
          onChange={(topic_tags) => set({ topic_tags })}
        />
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <TextInput
            label={t("session.price", { currency })}
            description={t("session.priceFor")}
            required
            inputMode="decimal"
            value={price}
            error={price && minor === null ? main.t("search.noAmount") : undefined}
            onChange={(event) => setPrice(event.currentTarget.value)}
          />
          <NativeSelect
            label={t("session.length")}
            description={t("session.lengthFor")}
            value={String(row.duration_minutes)}
            data={[...new Set([...LENGTHS, row.duration_minutes!])]
              .sort((a, b) => a - b)
              .map((length) => ({
                value: String(length),
                label: main.t("offer.minutes", { count: length }),
              }))}
            onChange={(event) => set({ duration_minutes: Number(event.currentTarget.value) })}
          />
          <NumberInput
            label={t("session.seats")}
            min={1}
            max={100}
            value={row.max_participants}
            onChange={(value) => set({ max_participants: Number(value) || 1 })}
          />
          <NativeSelect
            label={t("session.level")}
            value={row.level ?? ""}
            data={[
              { value: "", label: t("session.anyLevel") },
              ...LEVELS.map((level) => ({ value: level, label: main.t(`level.${level}`) })),
            ]}
            onChange={(event) => set({ level: event.currentTarget.value || null })}
          />
          <NativeSelect
            label={t("session.policy")}
            value={row.cancellation_policy_id ?? policies.data?.[0]?.cancellation_policy_id ?? ""}
            data={(policies.data ?? []).map((policy) => ({
              value: policy.cancellation_policy_id,
              label: t(`policy.${policy.name}`, { defaultValue: policy.name }),
            }))}
            onChange={(event) => set({ cancellation_policy_id: event.currentTarget.value })}
          />
          <NumberInput
            label={t("session.notice")}
            min={0}
            value={(row.min_notice_minutes ?? 0) / 60}
            onChange={(value) => set({ min_notice_minutes: Math.round(Number(value) * 60) })}
          />
          <TextInput
            label={t("session.place")}
            description={t("session.placeFor")}
            maxLength={500}
            value={row.place ?? ""}
            onChange={(event) => set({ place: event.currentTarget.value })}
          />
          <TextInput
            label={t("session.meeting")}
            description={t("session.placeFor")}
            type="url"
            value={row.meeting_url ?? ""}
            onChange={(event) => set({ meeting_url: event.currentTarget.value })}
          />
        </SimpleGrid>
        <Switch
          label={t("session.ask")}
          description={t("session.askFor")}
          checked={row.booking_mode === "request"}
          onChange={(event) =>
            set({ booking_mode: event.currentTarget.checked ? "request" : "instant" })
          }
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={done}>
            {t("session.leave")}
          </Button>
          <Button type="submit" loading={save.isPending} disabled={minor === null}>
            {t("session.save")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
