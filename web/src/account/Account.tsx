import { Button, Card, NativeSelect, Stack, Switch, TextInput, Title } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent, type ReactNode } from "react";
import { useAct } from "../pieces/act";
import { Page } from "../pieces/Page";
import { SignedIn } from "../pieces/SignedIn";
import { Show } from "../pieces/states";
import { api, supabase } from "../start/client";
import { must } from "../start/refusal";
import { useMe, type Person } from "../start/session";
import { languages, speak, useWords, type Language } from "../words";
import { Feed } from "./Feed";
import { Leave } from "./Leave";
import { NewPassword } from "./Password";

export function Account() {
  return (
    <SignedIn>
      <Parts />
    </SignedIn>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Card component="section">
      <Title order={2} fz={19} mb="md">
        {title}
      </Title>
      {children}
    </Card>
  );
}

function Parts() {
  const { t } = useWords();
  const me = useMe();
  return (
    <Page title={t("account.title")} size="sm">
      <Part title={t("account.profile")}>
        <Show of={me}>{(person) => <Profile person={person} />}</Show>
      </Part>
      <Part title={t("account.mail")}>
        <Mail />
      </Part>
      <Part title={t("account.feed")}>
        <Feed />
      </Part>
      <Part title={t("account.password")}>
        <NewPassword stay />
      </Part>
      <Part title={t("account.data")}>
        <Leave />
      </Part>
    </Page>
  );
}

function Profile({ person }: { person: Person }) {
  const { t } = useWords();
  const [name, setName] = useState(person.display_name);
  const [timezone, setTimezone] = useState(person.timezone);
  const [locale, setLocale] = useState(person.locale);
  const save = useAct(
    () =>
      must(
        supabase
          .from("user_profiles")
          .update({ display_name: name.trim(), timezone, locale })
          .eq("id", person.id),
      ),
    {
      changes: [["me"]],
      done: t("account.saved"),
      then: () => locale in languages && speak(locale as Language),
    },
  );
  const zones = Intl.supportedValuesOf("timeZone");
  return (
    <form
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Stack gap="md">
        <TextInput
          label={t("signUp.name")}
          required
          maxLength={120}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <NativeSelect
          label={t("account.zone")}
          description={t("account.zoneFor")}
          value={timezone}
          data={zones.includes(timezone) ? zones : [timezone, ...zones]}
          onChange={(event) => setTimezone(event.currentTarget.value)}
        />
        <NativeSelect
          label={t("account.language")}
          description={t("account.languageFor")}
          value={locale}
          data={Object.entries(languages).map(([value, label]) => ({ value, label }))}
          onChange={(event) => setLocale(event.currentTarget.value)}
        />
        <Button type="submit" loading={save.isPending} style={{ alignSelf: "flex-start" }}>
          {t("account.save")}
        </Button>
      </Stack>
    </form>
  );
}

interface Preference {
  type: string;
  title: string;
  is_essential: boolean;
  wants_email: boolean;
}

function Mail() {
  const { t } = useWords();
  const cache = useQueryClient();
  const key = ["preferences"];
  const preferences = useQuery({
    queryKey: key,
    queryFn: () => must(api.rpc("list_notification_preferences")),
  });
  const set = useAct(
    ({ type, wants_email }: Preference) =>
      must(api.rpc("set_notification_preference", { p_type: type, p_wants_email: wants_email })),
    { changes: [key] },
  );
  // Shown at once: a wrong switch costs nobody anything, and is corrected by the answer.
  const flip = (one: Preference) => {
    const changed = { ...one, wants_email: !one.wants_email };
    cache.setQueryData<Preference[]>(key, (list) =>
      list?.map((other) => (other.type === one.type ? changed : other)),
    );
    set.mutate(changed);
  };
  return (
    <Show of={preferences}>
      {(list) => (
        <Stack gap="xs">
          {list.map((one) => (
            <Switch
              key={one.type}
              label={one.title}
              description={one.is_essential ? t("account.always") : undefined}
              checked={one.wants_email}
              disabled={one.is_essential}
              onChange={() => flip(one)}
            />
          ))}
        </Stack>
      )}
    </Show>
  );
}
