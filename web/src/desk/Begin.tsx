import { Button, Card, NativeSelect, Stack, TagsInput, Textarea } from "@mantine/core";
import { useState } from "react";
import { useAct } from "../pieces/act";
import { Page } from "../pieces/Page";
import { supabase } from "../start/client";
import { must } from "../start/refusal";
import { useMe } from "../start/session";
import { hereZone } from "../start/times";
import { useMarketplace } from "../start/marketplace";
import { useWords } from "../words";

/** Somebody becomes a provider. */
export function Begin() {
  const { t } = useWords("desk");
  const me = useMe();
  const marketplace = useMarketplace();
  const [bio, setBio] = useState("");
  const [areas, setAreas] = useState<string[]>([]);
  const [zone, setZone] = useState(hereZone());
  const begin = useAct(
    () =>
      must(
        supabase.rpc("become_expert", {
          p_display_name: me.data?.display_name,
          p_bio: bio,
          p_expertise_areas: areas,
          p_timezone: zone,
          p_currency: marketplace.data?.currency,
        }),
      ),
    { changes: [["desk"], ["me"]], done: t("begin.done") },
  );
  return (
    <Page title={t("begin.title")} lead={t("begin.lead")} size="sm">
      <Card>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            begin.mutate();
          }}
        >
          <Stack gap="md">
            <Textarea
              label={t("profile.bio")}
              description={t("profile.bioFor")}
              required
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
            <NativeSelect
              label={t("begin.zone")}
              value={zone}
              data={Intl.supportedValuesOf("timeZone")}
              onChange={(event) => setZone(event.currentTarget.value)}
            />
            <Button type="submit" loading={begin.isPending} style={{ alignSelf: "flex-start" }}>
              {t("begin.send")}
            </Button>
          </Stack>
        </form>
      </Card>
    </Page>
  );
}
