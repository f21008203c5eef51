import { Button, Card, Group, Stack, Text, Textarea } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useAct } from "../pieces/act";
import { Page } from "../pieces/Page";
import { Rating } from "../pieces/small";
import { Empty, Show } from "../pieces/states";
import { api, type Answer } from "../start/client";
import { must } from "../start/refusal";
import { useWho } from "../start/session";
import { dateOf } from "../start/times";
import { useWords } from "../words";

type Review = Answer<"list_reviews">;

/** Reviews of the provider, and their answers. */
export function Reviews() {
  const { t } = useWords("desk");
  const me = useWho().session!.user.id;
  const reviews = useQuery({
    queryKey: ["reviews", me],
    queryFn: async () =>
      (await must(api.rpc("list_reviews", { p_provider_id: me }))).filter(
        (one) => one.author_side === "customer",
      ),
  });
  return (
    <Page title={t("nav.reviews")} size="md">
      <Show of={reviews}>
        {(list) =>
          list.length === 0 ? (
            <Empty title={t("reviews.none")}>{t("reviews.noneDo")}</Empty>
          ) : (
            <Stack gap="sm">
              {list.map((one) => (
                <One key={one.review_id} review={one} />
              ))}
            </Stack>
          )
        }
      </Show>
    </Page>
  );
}

function One({ review }: { review: Review }) {
  const { t, locale } = useWords("desk");
  const [isOpen, setOpen] = useState(false);
  const [reply, setReply] = useState(review.reply ?? "");
  const send = useAct(
    () => must(api.rpc("reply_to_review", { p_review_id: review.review_id, p_reply: reply })),
    { changes: [["reviews"]], done: t("reviews.replied"), then: () => setOpen(false) },
  );
  return (
    <Card component="article">
      <Group justify="space-between">
        <Text fw={600}>{review.author_name}</Text>
        <Group gap="sm">
          <Rating of={review.rating} />
          <Text size="sm" c="dimmed">
            {dateOf(review.created_at, locale)}
          </Text>
        </Group>
      </Group>
      <Text mt={4}>{review.comment}</Text>
      {isOpen ? (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            send.mutate();
          }}
        >
          <Textarea
            mt="sm"
            label={t("reviews.reply")}
            autosize
            minRows={2}
            value={reply}
            onChange={(event) => setReply(event.currentTarget.value)}
          />
          <Group mt="sm">
            <Button type="submit" size="xs" loading={send.isPending}>
              {t("reviews.send")}
            </Button>
            <Button size="xs" variant="default" onClick={() => setOpen(false)}>
              {t("session.leave")}
            </Button>
          </Group>
        </form>
      ) : (
        <>
          {review.reply && (
            <Text size="sm" c="dimmed" mt="xs">
              {t("reviews.yours")} {review.reply}
            </Text>
          )}
          <Button size="xs" variant="default" mt="sm" onClick={() => setOpen(true)}>
            {t(review.reply ? "reviews.change" : "reviews.answer")}
          </Button>
        </>
      )}
    </Card>
  );
}
