import { Alert, Button, Card, Group, Stack, Text, TextInput, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { AskToSignIn } from "../pieces/AskToSignIn";
import { AnchorLink, ButtonLink } from "../pieces/links";
import { Page } from "../pieces/Page";
import { Empty, Show } from "../pieces/states";
import { api, type Answer } from "../start/client";
import { must } from "../start/refusal";
import { useWho } from "../start/session";
import { dateOf } from "../start/times";
import { useWords } from "../words";

const route = getRouteApi("/certificates/$number");

/** One's own certificates, and a place to try the number of another. */
export function Certificates() {
  const { t } = useWords("market");
  const { session, isKnown } = useWho();
  return (
    <Page title={t("certificates.title")} size="sm">
      <section aria-labelledby="own">
        <Title order={2} id="own" fz={20} mb="sm">
          {t("certificates.own")}
        </Title>
        {session ? <Own /> : isKnown && <AskToSignIn>{t("certificates.signIn")}</AskToSignIn>}
      </section>
      <section aria-labelledby="check">
        <Title order={2} id="check" fz={20} mb="sm">
          {t("certificates.check")}
        </Title>
        <Check />
      </section>
    </Page>
  );
}

function Own() {
  const { t, locale } = useWords("market");
  const me = useWho().session!.user.id;
  const own = useQuery({
    queryKey: ["certificates", me],
    queryFn: () => must(api.rpc("list_certificates")),
  });
  return (
    <Show of={own} rows={1}>
      {(list) =>
        list.length === 0 ? (
          <Empty
            title={t("certificates.none")}
            action={<ButtonLink to="/courses">{t("courses.title")}</ButtonLink>}
          >
            {t("certificates.noneDo")}
          </Empty>
        ) : (
          <Stack gap="sm">
            {list.map((one) => (
              <Card key={one.number} component="article">
                <Text fw={600}>{one.course_title}</Text>
                <Text size="sm" c="dimmed">
                  {dateOf(one.issued_at, locale)} ·{" "}
                  <AnchorLink to="/certificates/$number" params={{ number: one.number }}>
                    {one.number}
                  </AnchorLink>
                </Text>
              </Card>
            ))}
          </Stack>
        )
      }
    </Show>
  );
}

function Check({ asked = "" }: { asked?: string }) {
  const { t } = useWords("market");
  const go = useNavigate();
  const [number, setNumber] = useState(asked);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const written = number.trim().toUpperCase();
        if (written) void go({ to: "/certificates/$number", params: { number: written } });
      }}
    >
      <Group align="flex-end">
        <TextInput
          label={t("certificates.number")}
          placeholder="7K2M-Q9XD-40FH"
          value={number}
          autoCapitalize="characters"
          onChange={(event) => setNumber(event.currentTarget.value)}
        />
        <Button type="submit" variant="default">
          {t("certificates.try")}
        </Button>
      </Group>
    </form>
  );
}

type Said = Answer<"verify_certificate">;

/** What a certificate says, for everybody who has its number. */
export function Certificate() {
  const { t } = useWords("market");
  const { number } = route.useParams();
  const found = useQuery({
    queryKey: ["certificate", number],
    queryFn: () => must(api.rpc("verify_certificate", { p_number: number })),
  });
  return (
    <Page title={t("certificate.title")} size="sm" lead={number}>
      <Show of={found} rows={1}>
        {([said]) =>
          said ? (
            <Paper of={said} />
          ) : (
            <Empty title={t("certificate.unknown")}>{t("certificate.unknownDo")}</Empty>
          )
        }
      </Show>
      <section aria-label={t("certificates.check")} className="no-print">
        <Check key={number} asked={number} />
      </section>
    </Page>
  );
}

function Paper({ of }: { of: Said }) {
  const { t, locale } = useWords("market");
  return (
    <Card component="article" ta="center" py="xl">
      <Stack gap="xs" align="center">
        <Text fz={22} fw={650}>
          {of.learner_name}
        </Text>
        <Text c="dimmed">{t("certificate.completed")}</Text>
        <Text fz={20} fw={600}>
          {of.course_title}
        </Text>
        <Text c="dimmed">
          {t("certificate.by", { name: of.provider_name, date: dateOf(of.completed_at, locale) })}
        </Text>
        <Alert
          mt="sm"
          color={of.is_valid ? "brand" : "orange"}
          title={t(of.is_valid ? "certificate.valid" : "certificate.invalid")}
        >
          {t(of.is_valid ? "certificate.validWhat" : "certificate.invalidWhat")}
        </Alert>
      </Stack>
    </Card>
  );
}
