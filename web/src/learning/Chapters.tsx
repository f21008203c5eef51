import { Accordion, Anchor, Badge, Button, Group, Stack, Text, Title } from "@mantine/core";
import { IconCircle, IconCircleCheckFilled, IconLock } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useAct } from "../pieces/act";
import { Empty } from "../pieces/states";
import { api } from "../start/client";
import { must } from "../start/refusal";
import { useWords } from "../words";
import {
  courseOf,
  type Chapter,
  type CourseWithChapters,
  type Enrolment,
  type Lesson,
} from "./asks";

interface Props {
  course: CourseWithChapters;
  /** While the reader is in the course. */
  enrolment?: Enrolment;
}

/** The contents of a course; what is not open to the reader shows its title alone. */
export function Chapters({ course, enrolment }: Props) {
  const { t } = useWords("market");
  const shown = course.chapters.filter((chapter) => chapter.isPublished);
  return (
    <section aria-labelledby="contents">
      <Title order={2} id="contents" fz={22} mb="md">
        {t("course.contents")}
      </Title>
      {shown.length === 0 && <Empty title={t("course.empty")}>{t("course.emptyDo")}</Empty>}
      <Stack gap="lg">
        {shown.map((chapter) => (
          <One key={chapter.id} chapter={chapter} course={course} enrolment={enrolment} />
        ))}
      </Stack>
    </section>
  );
}

function One({ chapter, course, enrolment }: Props & { chapter: Chapter }) {
  const { t } = useWords("market");
  const lessons = chapter.lessons.filter((lesson) => lesson.isPublished);
  return (
    <Stack gap="xs" component="section" aria-label={chapter.title}>
      <Group gap="xs">
        <Title order={3} fz={17}>
          {chapter.title}
        </Title>
        {chapter.isFree && !enrolment && <Badge>{t("course.free")}</Badge>}
      </Group>
      {(chapter.content ?? chapter.description) && (
        <Text style={{ whiteSpace: "pre-line" }}>{chapter.content ?? chapter.description}</Text>
      )}
      <Watch url={chapter.videoUrl} title={chapter.title} />
      {lessons.length > 0 && (
        <Accordion variant="contained" order={4}>
          {lessons.map((lesson) => (
            <LessonOf
              key={lesson.id}
              lesson={lesson}
              course={course}
              enrolment={enrolment}
              isOpen={enrolment !== undefined || chapter.isFree}
            />
          ))}
        </Accordion>
      )}
    </Stack>
  );
}

function LessonOf({
  lesson,
  course,
  enrolment,
  isOpen,
}: Props & { lesson: Lesson; isOpen: boolean }) {
  const { t } = useWords("market");
  const isDone = enrolment?.done.some((one) => one.lessonId === lesson.id && one.isCompleted);
  const Sign = isDone ? IconCircleCheckFilled : isOpen ? IconCircle : IconLock;
  return (
    <Accordion.Item value={lesson.id}>
      <Accordion.Control
        icon={
          <Sign
            size={18}
            aria-hidden
            color={isDone ? "var(--mantine-primary-color-filled)" : undefined}
          />
        }
      >
        <Group justify="space-between" gap="xs" wrap="nowrap">
          <span>
            {lesson.title}
            {isDone && <span className="unseen"> ({t("lesson.isDone")})</span>}
          </span>
          {lesson.duration !== null && (
            <Text span size="sm" c="dimmed" mr="sm" style={{ flex: "none" }}>
              {t("lesson.minutes", { count: lesson.duration })}
            </Text>
          )}
        </Group>
      </Accordion.Control>
      <Accordion.Panel>
        <Stack gap="sm" align="flex-start">
          {lesson.description && <Text c="dimmed">{lesson.description}</Text>}
          {isOpen ? (
            <>
              {lesson.content && <Text style={{ whiteSpace: "pre-line" }}>{lesson.content}</Text>}
              <Watch url={lesson.videoUrl} title={lesson.title} />
              {lesson.attachments.map((file) => (
                <Anchor key={file.id} href={file.url} rel="noreferrer" target="_blank">
                  {file.name}
                </Anchor>
              ))}
            </>
          ) : (
            <Text c="dimmed">{t("lesson.locked")}</Text>
          )}
          {enrolment && !isDone && <Done lesson={lesson} course={course} />}
        </Stack>
      </Accordion.Panel>
    </Accordion.Item>
  );
}

// The policy of the pages lets no video of elsewhere play in them.
const Watch = ({ url, title }: { url: string | null; title: string }) => {
  const { t } = useWords("market");
  if (!url) return null;
  return (
    <Anchor href={url} rel="noreferrer" target="_blank">
      {t("lesson.watch", { title })}
    </Anchor>
  );
};

function Done({ lesson, course }: { lesson: Lesson; course: CourseWithChapters }) {
  const { t } = useWords("market");
  const cache = useQueryClient();
  const done = useAct(
    () =>
      must(api.rpc("save_progress", { p_progress: { lesson_id: lesson.id, is_completed: true } })),
    {
      changes: [["enrolments"], ["certificates"]],
      then: () => cache.invalidateQueries(courseOf(course.id)),
    },
  );
  return (
    <Button size="xs" loading={done.isPending} onClick={() => done.mutate()}>
      {t("lesson.done")}
    </Button>
  );
}
