// Prisma's own client over the lens: the document's schema, and the calls that a server makes which
// was written for its tables.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { pay } from "./front_end.mjs";
import { anonymous, must, service } from "./world.mjs";

// `prisma generate` runs no engine, but the program looks for one before it begins, and would
// download it.
const command = ["node_modules/prisma/build/index.js", "generate", "--schema", "prisma/schema.prisma"];
execFileSync(process.execPath, command, {
  cwd: import.meta.dirname ?? new URL(".", import.meta.url).pathname,
  env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, PRISMA_HIDE_UPDATE_MESSAGE: "1" },
});
const require = createRequire(import.meta.url);
const { Prisma, PrismaClient } = require("@prisma/client");
const { PrismaPg } = require("@prisma/adapter-pg");

// What a server writes once. The login becomes a role, and says who asks. An upsert looks before it
// writes: with the empty AND, Prisma does not ask for ON CONFLICT, which a view does not have.
const open = (connectionString, settings) => new PrismaClient({
  adapter: new PrismaPg({
    connectionString, max: 3,
    options: Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`).join(" "),
  }, { schema: "fitness" }),
}).$extends({ query: { $allModels: {
  upsert: ({ args, query }) => query({ ...args, where: { ...args.where, AND: [] } }),
} } });
const house = open(process.env.SERVICE_DATABASE_URL, { role: "service_role" });
const anybody = open(process.env.API_DATABASE_URL, { role: "anon" });
const as = ({ id }) => open(process.env.API_DATABASE_URL, { role: "authenticated", "app.user_id": id });

const clients = [house, anybody];
const tell = async (stories) => {
  for (const [name, story] of Object.entries(stories)) {
    try {
      await story();
      console.log(`ok - ${name}`);
    } catch (error) {
      console.error(`not ok - ${name}\n`, error);
      process.exitCode = 1;
    }
  }
};
const run = String(Date.now());
let tara, alice, bob, T, A, B, app, course, enrollment, lessons, post;

await tell({
  async "flow 1: a user is registered with login and profile in one nested write"() {
    const register = (name, profile) => house.user.create({
      data: {
        email: `${name}.${run}@fit.example`, name, username: `${name}${run}`,
        auth: { create: { id: crypto.randomUUID() } }, profile: { create: profile },
      },
      include: { auth: true, profile: true },
    });
    tara = await register("tara", { fitnessGoals: "teach" });
    bob = await register("bob", {});
    alice = await register("alice", {
      fitnessGoals: "run", experienceLevel: "INTERMEDIATE", weight: 61.25, height: 170,
      dateOfBirth: new Date("1990-05-01"), phone: "+45 12", address: "Road 1",
      socialMediaLinks: { web: ["https://example.org"] },
    });
    assert.equal(alice.auth.userId, alice.id);
    assert.equal(alice.role, "USER");
    const { weight, dateOfBirth, socialMediaLinks, address, experienceLevel } = alice.profile;
    assert.deepEqual([weight, dateOfBirth, socialMediaLinks, address, experienceLevel],
      [61.25, new Date("1990-05-01"), { web: ["https://example.org"] }, "Road 1", "INTERMEDIATE"]);
    const beginner = await house.profile.findUnique({ where: { userId: bob.id } });
    assert.equal(beginner.experienceLevel, "BEGINNER");
    const found = await house.user.findUnique({ where: { email: alice.email } });
    assert.equal(found.id, alice.id);
    await assert.rejects(house.user.create({ data: { email: alice.email } }), { code: "P2002" });
    [T, A, B] = [as(tara), as(alice), as(bob)];
    clients.push(T, A, B);
    assert.equal((await B.user.findMany({ where: { id: alice.id } })).length, 0);
    assert.deepEqual(await A.session.findMany(), []);
  },

  async "a course is created whole, and changed"() {
    course = await T.course.create({
      data: {
        title: "Strong", slug: `strong${run}`, description: "Every morning.", price: 0,
        authorId: tara.id, content: "the secret", difficulty: "ADVANCED", isPublished: true,
        chapters: { create: [1, 2].map((position) => ({
          title: `chapter ${position}`, position, isPublished: true, isFree: position === 1,
          content: "inside", videoUrl: "https://example.org/c.mp4",
          lessons: { create: [1, 2].map((place) => ({
            title: `lesson ${position}.${place}`, position: place, isPublished: true,
            content: "inside", videoUrl: "https://example.org/l.mp4",
            attachments: { create: { name: "plan", url: "https://example.org/plan.pdf" } },
          })) },
        })) },
      },
      include: { author: true, chapters: { include: { lessons: { include: { attachments: true } } } } },
    });
    assert.equal(course.author.name, "tara");
    lessons = course.chapters.flatMap((chapter) => chapter.lessons);
    assert.equal(lessons.length, 4);
    assert.ok(lessons.every((lesson) => lesson.attachments.length === 1));
    const priced = await T.course.update({ where: { id: course.id },
      data: { price: 49.99, discountPrice: 19.99 } });
    assert.deepEqual([priced.price, priced.discountPrice], [49.99, 19.99]);
    await T.course.update({ where: { slug: course.slug }, data: { price: 0, discountPrice: null } });
    await assert.rejects(B.course.update({ where: { id: course.id }, data: { title: "mine" } }));
    const { role } = await anybody.user.findUniqueOrThrow({ where: { id: tara.id } });
    assert.equal(role, "TRAINER");
  },

  async "chapters are put into another order in one transaction"() {
    const [one, two] = course.chapters;
    await T.$transaction([one, two].map(({ id }, place) =>
      T.chapter.update({ where: { id }, data: { position: 2 - place } })));
    const ordered = await T.chapter.findMany({ where: { courseId: course.id }, orderBy: { position: "asc" } });
    assert.deepEqual(ordered.map(({ title }) => title), ["chapter 2", "chapter 1"]);
  },

  async "a category is upserted and connected"() {
    const slug = `strength-${run}`;
    const upsert = (name) => house.category.upsert({ where: { slug }, create: { name, slug }, update: { name } });
    const [first, second] = [await upsert("Strength"), await upsert("Strength!")];
    assert.deepEqual([second.id, second.name], [first.id, "Strength!"]);
    await T.categoryOnCourse.create({ data: { courseId: course.id, categoryId: first.id } });
    const found = await anybody.course.findMany({
      where: { categories: { some: { category: { slug } } } }, include: { categories: { include: { category: true } } } });
    assert.equal(found[0].categories[0].category.name, "Strength!");
    const stands = await anybody.category.findUnique({ where: { slug }, include: { courses: { include: { course: true } } } });
    assert.deepEqual(stands.courses.map((row) => row.course.title), ["Strong"]);
    await T.categoryOnCourse.delete({ where: { courseId_categoryId: { courseId: course.id, categoryId: first.id } } });
  },

  async "flow 2: who is not enrolled reads the list, and nothing inside"() {
    for (const reader of [anybody, A]) {
      const listed = await reader.course.findUnique({ where: { slug: course.slug }, include: {
        author: { select: { name: true, email: true } },
        chapters: { orderBy: { position: "asc" }, include: { lessons: { include: { attachments: true } } } } } });
      assert.deepEqual([listed.content, listed.author], [null, { name: "tara", email: "" }]);
      const closed = listed.chapters.find((chapter) => !chapter.isFree);
      assert.deepEqual([closed.content, closed.videoUrl], [null, null]);
      assert.ok(closed.lessons.every((lesson) =>
        lesson.content === null && lesson.videoUrl === null && lesson.attachments.length === 0));
      assert.equal(await reader.lesson.count({ where: { content: { contains: "ins" },
        chapter: { courseId: course.id, isFree: false } } }), 0);
    }
  },

  async "flow 2: an enrolment opens the course"() {
    await T.course.update({ where: { id: course.id }, data: { price: 20 } });
    await assert.rejects(A.courseEnrollment.create({ data: { userId: alice.id, courseId: course.id } }),
      /course_costs_money/);
    const order = (who, amount) => who.payment.create({ data: { amount, status: "PENDING",
      userId: alice.id, courseId: course.id } });
    await assert.rejects(order(A, 1), /amount_wrong/);
    await assert.rejects(order(B, 20));
    const payment = await order(A, 20);
    assert.deepEqual([payment.amount, payment.status, payment.courseId], [20, "PENDING", course.id]);
    await assert.rejects(A.payment.update({ where: { id: payment.id }, data: { status: "COMPLETED" } }));

    await T.course.update({ where: { id: course.id }, data: { price: 0 } });
    enrollment = await A.courseEnrollment.create({ data: { userId: alice.id, courseId: course.id },
      include: { course: { select: { title: true } }, user: true } });
    assert.deepEqual([enrollment.course.title, enrollment.user.name], ["Strong", "alice"]);
    const open = await A.lesson.findMany({ where: { chapter: { courseId: course.id } }, include: { attachments: true } });
    assert.ok(open.every((lesson) => lesson.content === "inside" && lesson.attachments.length === 1));
  },

  async "flow 3: progress is upserted, only grows, and completes the course"() {
    const key = { lessonId: lessons[0].id, courseEnrollmentId: enrollment.id };
    const beacon = (watchTimePercent, client = A) => client.lessonProgress.upsert({
      where: { lessonId_courseEnrollmentId: key }, create: { ...key, watchTimePercent }, update: { watchTimePercent } });
    assert.equal((await beacon(40)).watchTimePercent, 40);
    assert.equal((await beacon(20)).watchTimePercent, 40);
    await Promise.all([50, 60, 55].map((percent) => beacon(percent)));
    assert.equal(await A.lessonProgress.count({ where: key }), 1);
    assert.equal((await A.lessonProgress.findUnique({ where: { lessonId_courseEnrollmentId: key } }))
      .watchTimePercent, 60);
    await assert.rejects(beacon(90, B));
    await A.$transaction(async (tx) => {
      for (const { id } of lessons) {
        await tx.lessonProgress.upsert({
          where: { lessonId_courseEnrollmentId: { lessonId: id, courseEnrollmentId: enrollment.id } },
          create: { lessonId: id, courseEnrollmentId: enrollment.id, isCompleted: true, completedAt: new Date() },
          update: { isCompleted: true, completedAt: new Date() } });
      }
    });
    const whole = await A.courseEnrollment.findUnique({
      where: { userId_courseId: { userId: alice.id, courseId: course.id } },
      include: { chapterProgress: { include: { chapter: true } }, lessonProgress: { include: { lesson: true } } } });
    assert.ok(whole.isCompleted && whole.completedAt);
    assert.equal(whole.chapterProgress.length, 2);
    assert.equal(whole.lessonProgress.length, 4);
    const chapter = await A.chapterProgress.upsert({
      where: { chapterId_courseEnrollmentId: { chapterId: course.chapters[0].id, courseEnrollmentId: enrollment.id } },
      create: { chapterId: course.chapters[0].id, courseEnrollmentId: enrollment.id, isCompleted: true },
      update: { isCompleted: true, completedAt: new Date() } });
    assert.ok(chapter.isCompleted);
    const { enrollments, chapters } = await A.course.findUnique({ where: { id: course.id }, include: {
      enrollments: true, chapters: { include: { progress: true, lessons: { include: { progress: true } } } } } });
    assert.deepEqual(enrollments.map((row) => row.id), [enrollment.id]);
    for (const { progress } of [...chapters, ...chapters.flatMap(({ lessons }) => lessons)]) {
      assert.deepEqual(progress.map((row) => [row.courseEnrollmentId, row.isCompleted]), [[enrollment.id, true]]);
    }
  },

  async "flow 1: a user logs in, and has a session"() {
    const password = "correct horse battery staple";
    must(await service().auth.admin.updateUserById(alice.id, { password }));
    app = anonymous({ db: { schema: "fitness" } });
    must(await app.auth.signInWithPassword({ email: alice.email, password }));
    const [session, ...others] = await A.session.findMany({ where: { userId: alice.id } });
    assert.ok(session.createdAt <= new Date() && session.expiresAt > new Date());
    assert.deepEqual(others, []);
    assert.deepEqual(await B.session.findMany({ where: { userId: alice.id } }), []);
  },

  async "flow 4: posts, comments and messages are written and read with their people"() {
    post = await A.post.create({ data: { title: "Done!", content: "It works.", published: true,
      author: { connect: { id: alice.id } } } });
    await B.comment.create({ data: { content: "Well done.", postId: post.id, authorId: bob.id } });
    const seen = await anybody.post.findUnique({ where: { id: post.id }, include: {
      author: true, comments: { include: { author: true } }, _count: { select: { comments: true } } } });
    assert.deepEqual([seen.author.name, seen.comments[0].author.name, seen._count.comments], ["alice", "bob", 1]);
    const message = await B.message.create({ data: { content: "How?", senderId: bob.id, receiverId: alice.id },
      include: { sender: true, receiver: true } });
    assert.deepEqual([message.sender.name, message.receiver.name, message.isRead], ["bob", "alice", false]);
    const { count } = await A.message.updateMany({ where: { receiverId: alice.id, isRead: false },
      data: { isRead: true, readAt: new Date() } });
    assert.equal(count, 1);
    assert.ok((await B.message.findFirst({ where: { id: message.id } })).isRead);
  },

  async "a transaction is kept whole or not at all"() {
    await assert.rejects(A.$transaction(async (tx) => {
      await tx.post.update({ where: { id: post.id }, data: { title: "never" } });
      await tx.comment.create({ data: { content: "never", postId: post.id, authorId: alice.id } });
      throw new Error("no");
    }), /no/);
    const { title, comments } = await A.post.findUnique({ where: { id: post.id }, include: { comments: true } });
    assert.deepEqual([title, comments.length], ["Done!", 1]);
  },

  async "a user is read with everything that is theirs"() {
    const whole = await A.user.findUnique({ where: { id: alice.id }, include: {
      auth: true, profile: true, courseEnrollments: { include: { course: true } }, coursesCreated: true,
      posts: true, comments: true, messages: true, receivedMessages: { include: { sender: true } }, payments: true } });
    assert.deepEqual(
      [whole.courseEnrollments.length, whole.coursesCreated.length, whole.posts.length,
       whole.receivedMessages[0].sender.name, whole.payments.length], [1, 0, 1, "bob", 1]);
    const upserted = await A.user.upsert({ where: { id: alice.id },
      create: { id: alice.id, email: alice.email }, update: { bio: "runs" } });
    assert.equal(upserted.bio, "runs");
    const grouped = await A.lessonProgress.groupBy({ by: ["isCompleted"], _count: true });
    assert.deepEqual(grouped, [{ _count: 4, isCompleted: true }]);
  },

  async "flow 2: a payment is pending, completed, refunded or failed"() {
    const dear = await T.course.create({ data: { title: "Dear", slug: `dear${run}`, description: "For few.",
      price: 30, difficulty: "EXPERT", isPublished: true, authorId: tara.id } });
    const expert = await anybody.course.findMany({ where: { difficulty: "EXPERT", authorId: tara.id } });
    assert.deepEqual(expert.map((row) => row.id), [dear.id]);
    const order = () => A.payment.create({ data: { amount: 30, status: "PENDING", userId: alice.id, courseId: dear.id } });
    const among = async (status) => (await A.payment.findMany({ where: { status, courseId: dear.id } })).map(({ id }) => id);
    const off = await order();
    assert.deepEqual(await among("PENDING"), [off.id]);
    assert.equal((await A.payment.update({ where: { id: off.id }, data: { status: "FAILED" } })).status, "FAILED");
    const paid = await order();
    assert.deepEqual([await among("FAILED"), await among("PENDING")], [[off.id], [paid.id]]);
    // What /functions/v1/pay takes is no field of the document.
    const { orderId } = must(await app.from("Payment").select("orderId").eq("id", paid.id).single());
    assert.ok((await pay({ app }, { order_id: orderId })).ok);
    assert.deepEqual([await among("COMPLETED"), await among("PENDING")], [[paid.id], []]);
    assert.equal(await A.courseEnrollment.count({ where: { courseId: dear.id } }), 1);
    await house.payment.update({ where: { id: paid.id }, data: { status: "REFUNDED" } });
    assert.deepEqual([await among("REFUNDED"), await among("COMPLETED")], [[paid.id], []]);
    await T.course.update({ where: { id: dear.id }, data: { isPublished: false } });
  },

  async "what was written is removed"() {
    assert.equal((await B.comment.deleteMany({ where: { authorId: bob.id } })).count, 1);
    await A.post.delete({ where: { id: post.id } });
    await T.attachment.delete({ where: { id: lessons[0].attachments[0].id } });
    await T.lesson.delete({ where: { id: lessons[3].id } });
    await T.chapter.delete({ where: { id: course.chapters[1].id } });
    await assert.rejects(T.course.delete({ where: { id: course.id } }), /offering_in_use/);
  },
});
assert.equal(Prisma.ModelName && Object.keys(Prisma.ModelName).length, 17);
await Promise.all(clients.map((client) => client.$disconnect()));
console.log("told");
