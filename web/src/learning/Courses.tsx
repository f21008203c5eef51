import { Badge, Group, Progress, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { AnchorLink, ButtonLink, CardLink } from "../pieces/links";
import { Page } from "../pieces/Page";
import { Price } from "../pieces/small";
import { Empty, Show } from "../pieces/states";
import { minorFrom } from "../start/money";
import { useWho } from "../start/session";
import { useWords } from "../words";
import {
  courses,
  coursesOf,
  isOpen,
  progressOf,
  type Course,
  type Enrolment,
  type ListedCourse,
} from "./asks";

/** The courses: first one's own, with how far one has come. */
export function Courses() {
  const { t } = useWords("market");
  const me = useWho().session?.user.id;
  const all = useQuery(courses);
  const mine = useQuery(coursesOf(me));
  const own = (mine.data ?? []).filter((enrolment) => isOpen(enrolment));
  const ownIds = new Set(own.map((enrolment) => enrolment.courseId));
  return (
    <Page
      title={t("courses.title")}
      lead={t("courses.lead")}
      aside={
        <ButtonLink to="/certificates" variant="default">
          {t("certificates.title")}
        </ButtonLink>
      }
    >
      {me && (mine.isPending || mine.error || own.length > 0) && (
        <section aria-labelledby="own">
          <Title order={2} id="own" fz={22} mb="md">
            {t("courses.own")}
          </Title>
          <Show of={mine} rows={1}>
            {() => (
              <div className="cards">
                {own.map((enrolment) => (
                  <One key={enrolment.id} course={enrolment.course} enrolment={enrolment} />
                ))}
              </div>
            )}
          </Show>
        </section>
      )}
      <section aria-labelledby="all">
        <Title order={2} id="all" fz={22} mb="md">
          {t("courses.all")}
        </Title>
        <Show of={all}>
          {(list) => {
            const others = list.filter((course) => !ownIds.has(course.id));
            return others.length === 0 ? (
              <Empty title={t(list.length ? "courses.noMore" : "courses.none")}>
                {t("courses.noneDo")}
              </Empty>
            ) : (
              <div className="cards">
                {others.map((course) => (
                  <One key={course.id} course={course} />
                ))}
              </div>
            );
          }}
        </Show>
      </section>
    </Page>
  );
}

function One({ course, enrolment }: { course: ListedCourse; enrolment?: Enrolment }) {
  const { t } = useWords("market");
  const { all, done } = progressOf(course, enrolment);
  return (
    <CardLink to="/courses/$courseId" params={{ courseId: course.id }} className="offer" h="100%">
      <Stack gap="sm" h="100%" justify="space-between">
        <Stack gap={8}>
          <Title order={3} fz={17} lh={1.3}>
            {course.title}
          </Title>
          <Text size="sm" c="dimmed" lineClamp={3}>
            {course.description}
          </Text>
          <Group gap={6}>
            <Badge color="gray" c="var(--mantine-color-text)">
              {t(`level.${course.difficulty}`)}
            </Badge>
            <Badge color="gray" c="var(--mantine-color-text)">
              {t("courses.lessons", { count: all })}
            </Badge>
          </Group>
        </Stack>
        {enrolment ? (
          <Learned all={all} done={done} />
        ) : (
          <Group justify="space-between" gap="xs">
            <Text fw={650} component="div">
              <CoursePrice of={course} />
            </Text>
            <Text size="sm" c="dimmed">
              {course.author?.name}
            </Text>
          </Group>
        )}
      </Stack>
    </CardLink>
  );
}

/** How many lessons are done, as a bar and in words. */
export function Learned({ all, done }: { all: number; done: number }) {
  const { t } = useWords("market");
  const said = t("courses.done", { count: done, all });
  return (
    <Stack gap={4}>
      <Progress value={all ? (100 * done) / all : 0} aria-label={said} size="sm" />
      <Text size="sm" c="dimmed">
        {said}
      </Text>
    </Stack>
  );
}

export function CoursePrice({ of }: { of: Course }) {
  const { t } = useWords("market");
  const minor = (amount: number) => minorFrom(amount, of.currency);
  if (of.discountPrice === null) return <Price minor={minor(of.price)} currency={of.currency} />;
  return (
    <>
      <Price minor={minor(of.discountPrice)} currency={of.currency} />{" "}
      <Text span size="sm" c="dimmed" td="line-through">
        <span className="unseen">{t("courses.before")} </span>
        <Price minor={minor(of.price)} currency={of.currency} />
      </Text>
    </>
  );
}

export const AuthorLink = ({ of }: { of: Course }) =>
  of.author && (
    <AnchorLink to="/experts/$expertId" params={{ expertId: of.author.id }}>
      {of.author.name}
    </AnchorLink>
  );
