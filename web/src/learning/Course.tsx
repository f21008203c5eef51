import { Alert, Badge, Button, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Aside, TwoColumns } from "../pieces/Aside";
import { OrderForm } from "../orders/OrderForm";
import { ButtonLink } from "../pieces/links";
import { useAct } from "../pieces/act";
import { AskToSignIn } from "../pieces/AskToSignIn";
import { Page } from "../pieces/Page";
import { Show } from "../pieces/states";
import { api } from "../start/client";
import { must } from "../start/refusal";
import { useWho } from "../start/session";
import { dateOf } from "../start/times";
import { useWords } from "../words";
import { courseOf, coursesOf, isOpen, progressOf, type CourseWithChapters } from "./asks";
import { Chapters } from "./Chapters";
import { AuthorLink, CoursePrice, Learned } from "./Courses";

const route = getRouteApi("/courses/$courseId");

/** A course: what it is, its lessons, and how far one has come. */
export function CoursePage() {
  const { courseId } = route.useParams();
  const course = useQuery(courseOf(courseId));
  return (
    <Show of={course} rows={4}>
      {(found) => <Shown course={found} />}
    </Show>
  );
}

function Shown({ course }: { course: CourseWithChapters }) {
  const { t, locale } = useWords("market");
  const me = useWho().session?.user.id;
  const mine = useQuery(coursesOf(me));
  const enrolment = mine.data?.find((one) => one.courseId === course.id);
  const isIn = isOpen(enrolment);
  const { all, done } = progressOf(course, enrolment);
  return (
    <Page
      title={course.title}
      lead={
        <Group gap="sm">
          <AuthorLink of={course} />
          <Badge color="gray" c="var(--mantine-color-text)">
            {t(`level.${course.difficulty}`)}
          </Badge>
          <span>{t("courses.lessons", { count: all })}</span>
        </Group>
      }
    >
      <TwoColumns
        aside={
          <Aside id="place" title={isIn ? t("course.yours") : t("course.take")}>
            {isIn && <Learned all={all} done={done} />}
            {isIn && enrolment?.expiresAt && (
              <Text size="sm" c="dimmed">
                {t("course.until", { date: dateOf(enrolment.expiresAt, locale) })}
              </Text>
            )}
            {isIn && enrolment?.isCompleted && (
              <Alert title={t("course.completed")} role="status">
                <ButtonLink to="/certificates" size="xs">
                  {t("course.certificate")}
                </ButtonLink>
              </Alert>
            )}
            {!isIn && (
              <>
                <Text fw={650} fz={20} component="div">
                  <CoursePrice of={course} />
                </Text>
                {me === course.authorId ? (
                  <Text c="dimmed">{t("course.own")}</Text>
                ) : me && !mine.data ? (
                  // Whoever is in the course already is not asked to order it.
                  <Show of={mine} rows={1}>
                    {() => null}
                  </Show>
                ) : !me ? (
                  <AskToSignIn>{t("course.signIn")}</AskToSignIn>
                ) : (course.discountPrice ?? course.price) > 0 ? (
                  <OrderForm items={[{ offering_id: course.id, quantity: 1 }]} />
                ) : (
                  <Enrol course={course} />
                )}
              </>
            )}
          </Aside>
        }
      >
        <Stack gap="lg">
          <Text style={{ whiteSpace: "pre-line" }}>{course.description}</Text>
          {course.content && <Text style={{ whiteSpace: "pre-line" }}>{course.content}</Text>}
          <Chapters course={course} enrolment={isIn ? enrolment : undefined} />
        </Stack>
      </TwoColumns>
    </Page>
  );
}

function Enrol({ course }: { course: CourseWithChapters }) {
  const { t } = useWords("market");
  const enrol = useAct(() => must(api.rpc("enrol", { p_offering_id: course.id })), {
    changes: [["enrolments"], ["course", course.id]],
    done: t("course.begun"),
  });
  return (
    <Button size="md" loading={enrol.isPending} onClick={() => enrol.mutate()}>
      {t("course.enrol")}
    </Button>
  );
}
