import { Badge, Button, Card, Group, Modal, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useAct } from "../pieces/act";
import { AnchorLink } from "../pieces/links";
import { Page } from "../pieces/Page";
import { Price } from "../pieces/small";
import { Empty, Show } from "../pieces/states";
import { supabase } from "../start/client";
import { must } from "../start/refusal";
import { useWho } from "../start/session";
import type { Session } from "../storefront/Expert";
import { useWords } from "../words";
import { ownSessions } from "./asks";
import { SessionForm } from "./SessionForm";

/** What the provider offers. */
export function Sessions() {
  const { t } = useWords("desk");
  const main = useWords();
  const id = useWho().session!.user.id;
  const sessions = useQuery(ownSessions(id));
  const [edited, setEdited] = useState<Session | "new">();
  const changes = [["desk"], ["offers"], ["session"], ["sessions"]];
  const publish = useAct(
    (one: Session) =>
      must(
        supabase.rpc(one.is_active ? "unpublish_session" : "publish_session", {
          p_session_id: one.id,
        }),
      ),
    { changes },
  );
  const create = <Button onClick={() => setEdited("new")}>{t("sessions.new")}</Button>;
  return (
    <Page title={t("nav.sessions")} aside={sessions.data?.length ? create : undefined}>
      <Show of={sessions}>
        {(list) =>
          list.length === 0 ? (
            <Empty title={t("sessions.none")} action={create}>
              {t("sessions.noneDo")}
            </Empty>
          ) : (
            <Stack gap="sm">
              {list.map((one) => (
                <Card key={one.id}>
                  <Group justify="space-between" gap="sm">
                    <div style={{ minWidth: 0 }}>
                      <Group gap="xs">
                        <Title order={2} fz={17}>
                          {one.title}
                        </Title>
                        <Badge color={one.is_active ? "brand" : "gray"}>
                          {t(one.is_active ? "sessions.published" : "sessions.draft")}
                        </Badge>
                      </Group>
                      <Text size="sm" c="dimmed">
                        <Price minor={one.price_cents} currency={one.currency} /> ·{" "}
                        {main.t("offer.minutes", { count: one.duration_minutes })} ·{" "}
                        {t(`mode.${one.booking_mode}`)}
                      </Text>
                    </div>
                    <Group gap="xs">
                      <AnchorLink
                        size="sm"
                        to="/sessions/$sessionId"
                        params={{ sessionId: one.id }}
                        mr="xs"
                      >
                        {t("sessions.see")}
                      </AnchorLink>
                      <Button size="xs" variant="default" onClick={() => setEdited(one)}>
                        {t("sessions.edit")}
                      </Button>
                      <Button
                        size="xs"
                        variant={one.is_active ? "default" : "filled"}
                        loading={publish.isPending && publish.variables?.id === one.id}
                        onClick={() => publish.mutate(one)}
                      >
                        {t(one.is_active ? "sessions.unpublish" : "sessions.publish")}
                      </Button>
                    </Group>
                  </Group>
                </Card>
              ))}
            </Stack>
          )
        }
      </Show>
      <Modal
        opened={Boolean(edited)}
        onClose={() => setEdited(undefined)}
        title={t(edited === "new" ? "sessions.new" : "sessions.edit")}
        size="lg"
      >
        {edited && (
          <SessionForm
            of={edited === "new" ? undefined : edited}
            done={() => setEdited(undefined)}
          />
        )}
      </Modal>
    </Page>
  );
}
