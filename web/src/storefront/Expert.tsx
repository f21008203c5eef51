import { Badge, Card, Divider, Group, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { IconRosetteDiscountCheck } from "@tabler/icons-react";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { ButtonLink, CardLink } from "../pieces/links";
import { Page } from "../pieces/Page";
import { Face, Price, Rating, Tags } from "../pieces/small";
import { Empty, Show } from "../pieces/states";
import { api, supabase, type Row } from "../start/client";
import { must } from "../start/refusal";
import { useWho, type Person } from "../start/session";
import { dateOf, hereZone, offsetOf, placeOf, timeOf } from "../start/times";
import { useWords } from "../words";

type Profile = Row<"expert_profiles", "bio" | "hourly_rate_cents" | "rating"> & {
  user_profiles: Person;
};
export type Session = Row<
  "sessions",
  | "short_description"
  | "prerequisites"
  | "materials_url"
  | "level"
  | "place"
  | "meeting_url"
  | "max_per_day"
  | "horizon_days"
>;

export const expertOf = (id: string) =>
  queryOptions({
    queryKey: ["expert", id],
    queryFn: async () =>
      (await must(
        supabase.from("expert_profiles").select("*, user_profiles(*)").eq("id", id).single(),
      )) as unknown as Profile,
  });

export function Expert() {
  const { expertId } = useParams({ from: "/experts/$expertId" });
  const expert = useQuery(expertOf(expertId));
  return (
    <Show of={expert} rows={4}>
      {(profile) => <Shown profile={profile} />}
    </Show>
  );
}

function Shown({ profile }: { profile: Profile }) {
  const { t, locale } = useWords();
  const { session } = useWho();
  const person = profile.user_profiles;
  const now = new Date();
  return (
    <Page
      title={person.display_name}
      lead={
        <Group gap="sm">
          <Rating of={profile.rating} />
          <span>{t("expert.held", { count: profile.total_sessions })}</span>
          {profile.verification_status === "verified" && (
            <Badge leftSection={<IconRosetteDiscountCheck size={14} aria-hidden />}>
              {t("expert.verified")}
            </Badge>
          )}
        </Group>
      }
      aside={<Face name={person.display_name} url={person.avatar_url} size={72} />}
    >
      <Stack gap="md" maw={680}>
        {profile.bio && <Text style={{ whiteSpace: "pre-line" }}>{profile.bio}</Text>}
        <Tags of={profile.expertise_areas} />
        <Text size="sm" c="dimmed">
          {t("expert.clock", {
            place: placeOf(person.timezone),
            time: timeOf(now, person.timezone, locale),
            here: timeOf(now, hereZone(), locale),
            zone: offsetOf(now, person.timezone),
          })}
        </Text>
        {session?.user.id !== profile.id && (
          <Group>
            <ButtonLink to="/messages" search={{ with: profile.id }} variant="default">
              {t("expert.write")}
            </ButtonLink>
          </Group>
        )}
      </Stack>
      <Sessions expertId={profile.id} />
      <Divider />
      <Reviews expertId={profile.id} />
    </Page>
  );
}

function Sessions({ expertId }: { expertId: string }) {
  const { t } = useWords();
  const sessions = useQuery({
    queryKey: ["sessions", expertId],
    queryFn: async () =>
      (await must(
        supabase
          .from("sessions")
          .select("*")
          .eq("expert_id", expertId)
          .eq("is_active", true)
          .order("price_cents"),
      )) as Session[],
  });
  return (
    <section aria-labelledby="sessions">
      <Title order={2} id="sessions" fz={22} mb="md">
        {t("expert.sessions")}
      </Title>
      <Show of={sessions}>
        {(list) =>
          list.length === 0 ? (
            <Empty title={t("expert.noSessions")}>{t("expert.noSessionsDo")}</Empty>
          ) : (
            <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md">
              {list.map((one) => (
                <CardLink
                  key={one.id}
                  to="/sessions/$sessionId"
                  params={{ sessionId: one.id }}
                  className="offer"
                >
                  <Title order={3} fz={17}>
                    {one.title}
                  </Title>
                  <Text size="sm" c="dimmed" mt={4} lineClamp={3}>
                    {one.short_description ?? one.description}
                  </Text>
                  <Group justify="space-between" mt="sm">
                    <Text fw={650}>
                      <Price minor={one.price_cents} currency={one.currency} />
                    </Text>
                    <Text size="sm" c="dimmed">
                      {t("offer.minutes", { count: one.duration_minutes })}
                    </Text>
                  </Group>
                </CardLink>
              ))}
            </SimpleGrid>
          )
        }
      </Show>
    </section>
  );
}

function Reviews({ expertId }: { expertId: string }) {
  const { t, locale } = useWords();
  const reviews = useQuery({
    queryKey: ["reviews", expertId],
    queryFn: () => must(api.rpc("list_reviews", { p_provider_id: expertId, p_limit: 50 })),
  });
  return (
    <section aria-labelledby="reviews">
      <Title order={2} id="reviews" fz={22} mb="md">
        {t("expert.reviews")}
      </Title>
      <Show of={reviews}>
        {(list) => {
          const shown = list.filter((review) => review.author_side === "customer");
          if (shown.length === 0) return <Text c="dimmed">{t("expert.noReviews")}</Text>;
          return (
            <Stack gap="md">
              {shown.map((review) => (
                <Card key={review.review_id} component="article">
                  <Group justify="space-between">
                    <Text fw={600}>{review.author_name}</Text>
                    <Group gap="sm">
                      <Rating of={review.rating} />
                      <Text size="sm" c="dimmed">
                        {dateOf(review.created_at, locale)}
                      </Text>
                    </Group>
                  </Group>
                  {review.comment && <Text mt={6}>{review.comment}</Text>}
                  {review.reply && (
                    <Text
                      mt="sm"
                      pl="md"
                      size="sm"
                      style={{ borderLeft: "3px solid var(--mantine-color-default-border)" }}
                    >
                      <b>{t("expert.reply")}</b> {review.reply}
                    </Text>
                  )}
                </Card>
              ))}
            </Stack>
          );
        }}
      </Show>
    </section>
  );
}
