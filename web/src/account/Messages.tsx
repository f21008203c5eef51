import {
  Badge,
  Box,
  Button,
  Card,
  Grid,
  Group,
  ScrollArea,
  Stack,
  Text,
  Textarea,
  Title,
} from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useAct } from "../pieces/act";
import { ButtonLink, MenuLink } from "../pieces/links";
import { Page } from "../pieces/Page";
import { SignedIn } from "../pieces/SignedIn";
import { Face } from "../pieces/small";
import { Empty, Show } from "../pieces/states";
import { api, supabase, type Answer } from "../start/client";
import { must } from "../start/refusal";
import { useWho } from "../start/session";
import { momentOf } from "../start/times";
import { useWords } from "../words";

const route = getRouteApi("/messages");
type Conversation = Answer<"list_conversations">;

export function Messages() {
  return (
    <SignedIn>
      <Talks />
    </SignedIn>
  );
}

function Talks() {
  const { t } = useWords();
  const me = useWho().session!.user.id;
  const { with: person, in: named } = route.useSearch();
  const conversations = useQuery({
    queryKey: ["conversations"],
    refetchInterval: 20_000,
    queryFn: () => must(api.rpc("list_conversations", {})),
  });
  const withPerson = (one: Conversation) => one.kind === "pair" && one.person_ids.includes(person!);
  return (
    <Page title={t("messages.title")}>
      <Show of={conversations}>
        {(list) => {
          const open =
            list.find((one) => one.conversation_id === named) ??
            (person ? list.find(withPerson) : undefined);
          if (list.length === 0 && !person) {
            return (
              <Empty
                title={t("messages.none")}
                action={<ButtonLink to="/">{t("bookings.find")}</ButtonLink>}
              >
                {t("messages.noneDo")}
              </Empty>
            );
          }
          return (
            <Grid gap="lg">
              <Grid.Col span={{ base: 12, sm: 4 }}>
                <Stack gap={2} component="nav" aria-label={t("messages.list")}>
                  {list.map((one) => (
                    <MenuLink
                      key={one.conversation_id}
                      to="/messages"
                      search={{ in: one.conversation_id }}
                      active={one === open}
                      label={one.title || one.names.join(", ")}
                      description={one.last_message}
                      leftSection={<Face name={one.names[0] ?? "?"} size={32} />}
                      rightSection={one.unread > 0 && <Badge variant="filled">{one.unread}</Badge>}
                      styles={{
                        description: {
                          overflow: "hidden",
                          textOverflow: "ellipsis",
                          whiteSpace: "nowrap",
                        },
                        body: { minWidth: 0 },
                      }}
                    />
                  ))}
                </Stack>
              </Grid.Col>
              <Grid.Col span={{ base: 12, sm: 8 }}>
                {open ? (
                  <Thread key={open.conversation_id} of={open} me={me} />
                ) : person ? (
                  <First person={person} />
                ) : (
                  <Text c="dimmed">{t("messages.choose")}</Text>
                )}
              </Grid.Col>
            </Grid>
          );
        }}
      </Show>
    </Page>
  );
}

/** A conversation that begins with the message written here. */
function First({ person }: { person: string }) {
  const { t } = useWords();
  const other = useQuery({
    queryKey: ["person", person],
    queryFn: () =>
      must(supabase.from("user_profiles").select("display_name").eq("id", person).maybeSingle()),
  });
  return (
    <Card>
      <Title order={2} fz={18} mb="sm">
        {other.data?.display_name ?? t("messages.someone")}
      </Title>
      <Write to={{ p_recipient_id: person }} />
    </Card>
  );
}

function Thread({ of, me }: { of: Conversation; me: string }) {
  const { t, locale } = useWords();
  const end = useRef<HTMLDivElement>(null);
  const messages = useQuery({
    queryKey: ["messages", of.conversation_id],
    refetchInterval: 8_000,
    queryFn: async () =>
      (await must(api.rpc("list_messages", { p_conversation_id: of.conversation_id }))).reverse(),
  });
  const read = useAct(
    () => must(api.rpc("mark_messages_read", { p_conversation_id: of.conversation_id })),
    { changes: [["conversations"]] },
  );
  const { mutate } = read;
  const last = messages.data?.at(-1)?.message_id;
  useEffect(() => {
    end.current?.scrollIntoView({ block: "nearest" });
    if (last && of.unread > 0) mutate();
  }, [last, of.unread, mutate]);
  return (
    <Card>
      <Title order={2} fz={18} mb="sm">
        {of.title || of.names.join(", ")}
      </Title>
      <Show of={messages}>
        {(list) => (
          <ScrollArea.Autosize
            mah="50vh"
            viewportProps={{ tabIndex: 0, role: "log", "aria-label": t("messages.log") }}
          >
            <Stack gap="xs" pr="sm">
              {list.map((one) => {
                const isMine = one.sender_id === me;
                return (
                  <Box
                    key={one.message_id}
                    maw="85%"
                    px="sm"
                    py={8}
                    style={{ alignSelf: isMine ? "flex-end" : "flex-start", borderRadius: 12 }}
                    bg={isMine ? "light-dark(#d9eee7, #17443a)" : "light-dark(#f0f1f2, #2c2e31)"}
                  >
                    <Text size="sm" style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
                      {one.body}
                    </Text>
                    <Text size="xs" c="light-dark(#4a545c, #b8c0c7)">
                      {momentOf(one.created_at, locale)}
                      {one.is_masked && ` · ${t("messages.masked")}`}
                    </Text>
                  </Box>
                );
              })}
              <div ref={end} />
            </Stack>
          </ScrollArea.Autosize>
        )}
      </Show>
      <Write to={{ p_conversation_id: of.conversation_id }} />
    </Card>
  );
}

function Write({ to }: { to: { p_recipient_id?: string; p_conversation_id?: string } }) {
  const { t } = useWords();
  const [body, setBody] = useState("");
  const send = useAct(() => must(api.rpc("send_message", { p_body: body.trim(), ...to })), {
    changes: [["messages"], ["conversations"]],
    then: () => setBody(""),
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (body.trim()) send.mutate();
      }}
    >
      <Group mt="md" align="flex-end" gap="sm">
        <Textarea
          style={{ flex: 1, minWidth: 200 }}
          label={t("messages.write")}
          autosize
          minRows={2}
          maxRows={8}
          maxLength={5000}
          value={body}
          onChange={(event) => setBody(event.currentTarget.value)}
        />
        <Button type="submit" loading={send.isPending} disabled={!body.trim()}>
          {t("messages.send")}
        </Button>
      </Group>
    </form>
  );
}
