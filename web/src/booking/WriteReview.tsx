import { Button, Card, Rating, Stack, Text, Textarea, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useAct } from "../pieces/act";
import { api } from "../start/client";
import { must } from "../start/refusal";
import { useWords } from "../words";
import type { BookingRow } from "./asks";

/** What the reader thinks of a session that took place, said once. */
export function WriteReview({ booking, me }: { booking: BookingRow; me: string }) {
  const { t } = useWords();
  const side = me === booking.learner_id ? "customer" : "provider";
  const [rating, setRating] = useState(0);
  const [comment, setComment] = useState("");
  const reviews = useQuery({
    queryKey: ["reviews", "booking", booking.id],
    queryFn: () => must(api.rpc("list_reviews", { p_booking_id: booking.id })),
  });
  const send = useAct(
    () =>
      must(
        api.rpc("review_booking", {
          p_booking_id: booking.id,
          p_rating: rating,
          p_comment: comment.trim() || undefined,
        }),
      ),
    { changes: [["reviews"], ["expert", booking.expert_id]], done: t("review.thanks") },
  );
  const own = reviews.data?.find((review) => review.author_side === side);
  if (!reviews.data) return null;
  return (
    <Card component="section" aria-labelledby="review">
      <Title order={2} fz={18} id="review" mb="xs">
        {own ? t("review.yours") : t("review.title")}
      </Title>
      {own ? (
        <Stack gap={4}>
          <Rating value={own.rating} readOnly aria-label={t("rating.label")} />
          <Text>{own.comment}</Text>
          {own.reply && (
            <Text size="sm" c="dimmed">
              {t("expert.reply")} {own.reply}
            </Text>
          )}
        </Stack>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            send.mutate();
          }}
        >
          <Stack gap="sm" align="flex-start">
            <Rating
              value={rating}
              onChange={setRating}
              size="lg"
              getSymbolLabel={(value) => t("rating.stars", { count: value })}
            />
            <Textarea
              w="100%"
              label={t("review.comment")}
              maxLength={5000}
              autosize
              minRows={2}
              value={comment}
              onChange={(event) => setComment(event.currentTarget.value)}
            />
            <Button type="submit" disabled={rating === 0} loading={send.isPending}>
              {t("review.send")}
            </Button>
          </Stack>
        </form>
      )}
    </Card>
  );
}
