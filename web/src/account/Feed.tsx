import { Button, Code, CopyButton, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useAct } from "../pieces/act";
import { Show } from "../pieces/states";
import { api } from "../start/client";
import { config } from "../start/config";
import { must } from "../start/refusal";
import { momentOf } from "../start/times";
import { useWords } from "../words";

/** One's bookings in another calendar program, at a secret address that is shown once. */
export function Feed() {
  const { t, locale } = useWords();
  const [key, setKey] = useState<string>();
  const feed = useQuery({
    queryKey: ["feed"],
    queryFn: () => must(api.rpc("calendar_feed")),
  });
  const make = useAct(() => must(api.rpc("make_calendar_feed")), {
    changes: [["feed"]],
    then: (made) => setKey(made),
  });
  const remove = useAct(() => must(api.rpc("remove_calendar_feed")), {
    changes: [["feed"]],
    then: () => setKey(undefined),
  });
  const address = key && `${config.url}/functions/v1/calendar?key=${key}`;
  return (
    <Stack gap="sm" align="flex-start">
      <Text size="sm" c="dimmed">
        {t("feed.what")}
      </Text>
      {address && (
        <Group gap="xs">
          <Code style={{ overflowWrap: "anywhere" }}>{address}</Code>
          <CopyButton value={address}>
            {({ copied, copy }) => (
              <Button size="xs" variant="default" onClick={copy}>
                {copied ? t("feed.copied") : t("feed.copy")}
              </Button>
            )}
          </CopyButton>
          <Text size="sm">{t("feed.once")}</Text>
        </Group>
      )}
      <Show of={feed} rows={1}>
        {([one]) => (
          <>
            {one && (
              <Text size="sm">{t("feed.since", { since: momentOf(one.created_at, locale) })}</Text>
            )}
            <Group>
              <Button variant="default" loading={make.isPending} onClick={() => make.mutate()}>
                {one ? t("feed.another") : t("feed.make")}
              </Button>
              {one && (
                <Button
                  variant="default"
                  loading={remove.isPending}
                  onClick={() => remove.mutate()}
                >
                  {t("feed.remove")}
                </Button>
              )}
            </Group>
          </>
        )}
      </Show>
    </Stack>
  );
}
