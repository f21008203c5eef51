import { expect, test, vi } from "vitest";

vi.mock("../src/start/client", () => ({ school: {} }));
const { isOpen, progressOf } = await import("../src/learning/asks");

const lesson = (isPublished = true) => ({ isPublished });
const course = {
  chapters: [
    { isPublished: true, lessons: [lesson(), lesson(), lesson(false)] },
    { isPublished: false, lessons: [lesson()] },
  ],
};
const enrolment = (done: number, expiresAt: string | null = null) => ({
  id: "e",
  courseId: "c",
  expiresAt,
  isCompleted: false,
  done: [
    ...Array.from({ length: done }, (_, at) => ({ lessonId: String(at), isCompleted: true })),
    { lessonId: "begun", isCompleted: false },
  ],
});

test("what is not published is not to be learnt", () => {
  expect(progressOf(course)).toEqual({ all: 2, done: 0 });
  expect(progressOf(course, enrolment(1))).toEqual({ all: 2, done: 1 });
});

test("more is never done than there is", () => {
  expect(progressOf(course, enrolment(5))).toEqual({ all: 2, done: 2 });
});

test("access ends in the second it expires", () => {
  const at = Date.parse("2026-12-01T10:00:00Z");
  expect(isOpen(undefined, at)).toBe(false);
  expect(isOpen(enrolment(0), at)).toBe(true);
  expect(isOpen(enrolment(0, "2026-12-01T10:00:01Z"), at)).toBe(true);
  expect(isOpen(enrolment(0, "2026-12-01T10:00:00Z"), at)).toBe(false);
});
