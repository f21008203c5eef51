import { Badge, Button, Card, Group, Stack, Text, Textarea, TextInput, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useAct } from "../pieces/act";
import { Page } from "../pieces/Page";
import { SignedIn } from "../pieces/SignedIn";
import { Show } from "../pieces/states";
import { api } from "../start/client";
import { must } from "../start/refusal";
import { useWho } from "../start/session";
import { momentOf } from "../start/times";
import { useWords } from "../words";

export function Support() {
  const { t } = useWords();
  return (
    <SignedIn>
      <Page title={t("support.title")} lead={t("support.what")} size="sm">
        <Ask />
        <Cases />
      </Page>
    </SignedIn>
  );
}

function Ask() {
  const { t } = useWords();
  const [title, setTitle] = useState("");
  const [text, setText] = useState("");
  const send = useAct(() => must(api.rpc("open_case", { p_title: title, p_description: text })), {
    changes: [["cases"]],
    done: t("support.sent"),
    then: () => {
      setTitle("");
      setText("");
    },
  });
  return (
    <Card>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          send.mutate();
        }}
      >
        <Stack gap="md" align="flex-start">
          <TextInput
            w="100%"
            label={t("support.about")}
            required
            maxLength={200}
            value={title}
            onChange={(event) => setTitle(event.currentTarget.value)}
          />
          <Textarea
            w="100%"
            label={t("support.text")}
            required
            autosize
            minRows={4}
            maxLength={5000}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <Button type="submit" loading={send.isPending}>
            {t("support.send")}
          </Button>
        </Stack>
      </form>
    </Card>
  );
}

function Cases() {
  const { t, locale } = useWords();
  const me = useWho().session!.user.id;
  const cases = useQuery({
    queryKey: ["cases", me],
    queryFn: async () =>
      (await must(api.rpc("list_cases", {}))).filter((one) => one.person_id === me),
  });
  return (
    <section aria-labelledby="cases">
      <Title order={2} fz={20} id="cases" mb="sm">
        {t("support.cases")}
      </Title>
      <Show of={cases}>
        {(list) =>
          list.length === 0 ? (
            <Text c="dimmed">{t("support.none")}</Text>
          ) : (
            <Stack gap="xs">
              {list.map((one) => (
                <Card key={one.support_case_id} padding="sm">
                  <Group justify="space-between">
                    <Text fw={600}>{one.title}</Text>
                    <Badge color="gray" c="var(--mantine-color-text)">
                      {t(`case.${one.status}`, { defaultValue: one.status })}
                    </Badge>
                  </Group>
                  <Text size="sm">{one.description}</Text>
                  <Text size="sm" c="dimmed">
                    {momentOf(one.created_at, locale)}
                  </Text>
                  {one.resolution && (
                    <Text size="sm" mt={4}>
                      <b>{t("support.answer")}</b> {one.resolution}
                    </Text>
                  )}
                </Card>
              ))}
            </Stack>
          )
        }
      </Show>
    </section>
  );
}
