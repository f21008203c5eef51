import { Alert, Group, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { TwoColumns } from "../pieces/Aside";
import { AnchorLink } from "../pieces/links";
import { Page } from "../pieces/Page";
import { Face, Price, Rating, Tags } from "../pieces/small";
import { Show } from "../pieces/states";
import { useWho } from "../start/session";
import { useWords } from "../words";
import { sessionOf, type SessionOf } from "./asks";
import { BookForm } from "./BookForm";
import { Times } from "./Times";
import { WaitFor } from "./WaitFor";
import { useState } from "react";
import type { Slot } from "./asks";

const route = getRouteApi("/sessions/$sessionId");

/** A session: what it is, when it is free, and to book it. */
export function Book() {
  const { sessionId } = route.useParams();
  const session = useQuery(sessionOf(sessionId));
  return (
    <Show of={session} rows={4}>
      {(found) => <Shown session={found} />}
    </Show>
  );
}

function Shown({ session }: { session: SessionOf }) {
  const { t } = useWords();
  const { slot: named } = route.useSearch();
  const { session: signedIn } = useWho();
  const [slot, setSlot] = useState<Slot>();
  const expert = session.expert_profiles;
  const person = expert.user_profiles;
  const isOwn = signedIn?.user.id === session.expert_id;
  return (
    <Page
      title={session.title}
      lead={
        <Group gap="xs">
          <Face name={person.display_name} url={person.avatar_url} size={26} />
          <AnchorLink to="/experts/$expertId" params={{ expertId: session.expert_id }}>
            {person.display_name}
          </AnchorLink>
          <Rating of={expert.rating} />
        </Group>
      }
    >
      <TwoColumns
        aside={
          isOwn ? (
            <Alert title={t("book.own")}>{t("book.ownDo")}</Alert>
          ) : slot && !slot.is_available ? (
            <WaitFor slot={slot} />
          ) : (
            <BookForm
              key={slot?.id}
              session={session}
              slot={slot}
              lost={() => setSlot(undefined)}
            />
          )
        }
      >
        <Stack gap="lg">
          <Text style={{ whiteSpace: "pre-line" }}>{session.description}</Text>
          <Facts session={session} />
          <section aria-labelledby="times">
            <Title order={2} fz={22} id="times" mb={4}>
              {t("book.times")}
            </Title>
            <Times
              session={session}
              zone={person.timezone}
              chosen={slot}
              named={named}
              choose={setSlot}
            />
          </section>
        </Stack>
      </TwoColumns>
    </Page>
  );
}

function Facts({ session }: { session: SessionOf }) {
  const { t } = useWords();
  const facts: [string, React.ReactNode][] = [
    [t("book.price"), <Price minor={session.price_cents} currency={session.currency} />],
    [t("book.length"), t("offer.minutes", { count: session.duration_minutes })],
  ];
  if (session.level) facts.push([t("book.level"), t(`level.${session.level}`)]);
  if (session.max_participants > 1) {
    facts.push([t("book.group"), t("book.upTo", { count: session.max_participants })]);
  }
  if (session.prerequisites) facts.push([t("book.before"), session.prerequisites]);
  return (
    <Stack gap="sm">
      <Group gap="xl" component="dl" m={0}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <Text component="dt" size="sm" c="dimmed">
              {name}
            </Text>
            <Text component="dd" m={0} fw={600}>
              {value}
            </Text>
          </div>
        ))}
      </Group>
      {session.topic_tags.length > 0 && <Tags of={session.topic_tags} />}
    </Stack>
  );
}
