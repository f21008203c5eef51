import { queryOptions } from "@tanstack/react-query";
import { school } from "../start/client";
import { must } from "../start/refusal";

export interface Course {
  id: string;
  title: string;
  description: string;
  content: string | null;
  imageUrl: string | null;
  duration: number | null;
  difficulty: string;
  price: number;
  discountPrice: number | null;
  currency: string;
  authorId: string;
  author: { id: string; name: string } | null;
}

export interface Lesson {
  id: string;
  title: string;
  description: string | null;
  /** Null for who is not in the course, unless its chapter is free. */
  content: string | null;
  videoUrl: string | null;
  duration: number | null;
  isPublished: boolean;
  attachments: { id: string; name: string; url: string }[];
}

export interface Chapter {
  id: string;
  title: string;
  description: string | null;
  content: string | null;
  videoUrl: string | null;
  isPublished: boolean;
  isFree: boolean;
  lessons: Lesson[];
}

export interface Enrolment {
  id: string;
  courseId: string;
  expiresAt: string | null;
  isCompleted: boolean;
  done: { lessonId: string; isCompleted: boolean }[];
}

export type CourseWithChapters = Course & { chapters: Chapter[] };
type Contents = { chapters: { isPublished: boolean; lessons: { isPublished: boolean }[] }[] };
export type ListedCourse = Course & Contents;

const CONTENTS = "chapters:Chapter(isPublished, lessons:Lesson(isPublished))";

/** Every course that is published, the newest first. */
export const courses = queryOptions({
  queryKey: ["courses"],
  queryFn: async () =>
    (await must(
      school
        .from("Course")
        .select(`*, author:User(id, name), ${CONTENTS}`)
        .eq("isPublished", true)
        .order("publishedAt", { ascending: false })
        .limit(200),
    )) as unknown as ListedCourse[],
});

/** The courses that somebody is in, those that were taken down since as well. */
export const coursesOf = (personId: string | undefined) =>
  queryOptions({
    queryKey: ["enrolments", personId],
    enabled: Boolean(personId),
    queryFn: async () =>
      (await must(
        school
          .from("CourseEnrollment")
          .select(
            `*, done:LessonProgress(lessonId, isCompleted),
             course:Course(*, author:User(id, name), ${CONTENTS})`,
          )
          .eq("userId", personId!)
          .order("enrolledAt", { ascending: false }),
      )) as unknown as (Enrolment & { course: ListedCourse })[],
  });

export const courseOf = (id: string) =>
  queryOptions({
    queryKey: ["course", id],
    queryFn: async () =>
      (await must(
        school
          .from("Course")
          .select(
            "*, author:User(id, name), chapters:Chapter(*, lessons:Lesson(*, attachments:Attachment(*)))",
          )
          .eq("id", id)
          .order("position", { referencedTable: "chapters" })
          .order("position", { referencedTable: "chapters.lessons" })
          .single(),
      )) as unknown as CourseWithChapters,
  });

/** The access ends when it expires, or when the money went back. */
export const isOpen = (enrolment: Enrolment | undefined, now = Date.now()) =>
  enrolment !== undefined &&
  (!enrolment.expiresAt || new Date(enrolment.expiresAt).getTime() > now);

/** How many lessons there are to learn, and how many are done. */
export function progressOf(course: Contents, enrolment?: Enrolment) {
  const all = course.chapters
    .filter((chapter) => chapter.isPublished)
    .flatMap((chapter) => chapter.lessons.filter((lesson) => lesson.isPublished));
  const done = enrolment?.done.filter((lesson) => lesson.isCompleted).length ?? 0;
  // A lesson that was taken down is done for good, and is not counted any more.
  return { all: all.length, done: Math.min(done, all.length) };
}
