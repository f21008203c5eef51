import { Button, Card, Stack, Switch, TagsInput, Textarea } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useAct } from "../pieces/act";
import { ButtonLink } from "../pieces/links";
import { Page } from "../pieces/Page";
import { Show } from "../pieces/states";
import { supabase } from "../start/client";
import { must } from "../start/refusal";
import { useWho } from "../start/session";
import { useWords } from "../words";
import { providerOf, type Provider } from "./asks";

export function Profile() {
  const { t } = useWords("desk");
  const me = useWho().session!.user.id;
  const provider = useQuery(providerOf(me));
  return (
    <Page
      title={t("nav.profile")}
      size="sm"
      aside={
        <ButtonLink to="/experts/$expertId" params={{ expertId: me }} variant="default" size="sm">
          {t("sessions.see")}
        </ButtonLink>
      }
    >
      <Card>
        <Show of={provider}>{(found) => found && <Form of={found} />}</Show>
      </Card>
    </Page>
  );
}

function Form({ of }: { of: Provider }) {
  const { t } = useWords("desk");
  const main = useWords();
  const [bio, setBio] = useState(of.bio ?? "");
  const [areas, setAreas] = useState(of.expertise_areas);
  const [isOpen, setOpen] = useState(of.is_available);
  const save = useAct(
    () =>
      must(
        supabase
          .from("expert_profiles")
          .update({ bio, expertise_areas: areas, is_available: isOpen })
          .eq("id", of.id),
      ),
    { changes: [["desk", "provider"], ["expert"], ["offers"]], done: main.t("account.saved") },
  );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Stack gap="md">
        <Textarea
          label={t("profile.bio")}
          description={t("profile.bioFor")}
          autosize
          minRows={4}
          value={bio}
          onChange={(event) => setBio(event.currentTarget.value)}
        />
        <TagsInput
          label={t("profile.areas")}
          description={t("profile.areasFor")}
          value={areas}
          onChange={setAreas}
        />
        <Switch
          label={t("profile.open")}
          description={t("profile.openFor")}
          checked={isOpen}
          onChange={(event) => setOpen(event.currentTarget.checked)}
        />
        <Button type="submit" loading={save.isPending} style={{ alignSelf: "flex-start" }}>
          {main.t("account.save")}
        </Button>
      </Stack>
    </form>
  );
}
