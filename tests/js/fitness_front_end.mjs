// The front end of the fitness system's own users, written from the document alone by somebody who
// has not seen the SQL: trainers, users and visitors, with an unmodified supabase-js. What it had to
// work around was mended.

import assert from "node:assert/strict";
import { connect, must, pay, refused, run, signUp, step, until } from "./front_end.mjs";
import { keys } from "./world.mjs";

const one = (query) => must(query.select().single());
const visitor = connect("fitness");
// Categories are staff's, or of a server with the secret key.
const house = connect("fitness", keys.secret);

// ---- 1. registration and sign-in -----------------------------------------------------------------
const register = (name, data = {}) => signUp("fitness", name, { name, ...data });
const me = ({ app, id }) => must(app.from("User")
  .select("*, auth:Auth(*), profile:Profile(*)").eq("id", id).single());

// ---- 2. the trainer's side -------------------------------------------------------------------------
const add = ({ app }, model, row) => one(app.from(model).insert(row));
// An edit form sends the whole row, as it was read.
const save = async ({ app }, model, id, changed) => {
  const row = await must(app.from(model).select("*").eq("id", id).single());
  return one(app.from(model).update({ ...row, ...changed }).eq("id", id));
};

// ---- 3. browsing -----------------------------------------------------------------------------------
async function listCourses(app, { category, search, difficulty, page = 0, size = 10 } = {}) {
  const inner = category ? "!inner" : "";
  let query = app.from("Course").select(
    `id, title, slug, imageUrl, difficulty, price, discountPrice, currency,
     author:User(id, name, avatarUrl), enrollments:CourseEnrollment(count),
     categories:CategoryOnCourse${inner}(category:Category${inner}(name, slug))`, { count: "exact" })
    .eq("isPublished", true);
  if (category) query = query.eq("categories.category.slug", category);
  if (difficulty) query = query.eq("difficulty", difficulty);
  if (search) query = query.or(`title.ilike.*${search}*,description.ilike.*${search}*`);
  const { data, count, error } = await query.order("publishedAt", { ascending: false })
    .range(page * size, page * size + size - 1);
  assert.equal(error, null, JSON.stringify(error));
  return { courses: data, count };
}
const courseDetail = (app, slug) => must(app.from("Course")
  .select("*, author:User(id, name, bio), " +
          "chapters:Chapter(*, lessons:Lesson(*, attachments:Attachment(*))), " +
          "categories:CategoryOnCourse(category:Category(*))")
  .eq("slug", slug)
  .order("position", { referencedTable: "chapters" })
  .order("position", { referencedTable: "chapters.lessons" })
  .maybeSingle());

// ---- 4. payment and enrolment ------------------------------------------------------------------------
const order = ({ app, id }, course) => one(app.from("Payment").insert({
  userId: id, courseId: course.id, amount: course.discountPrice ?? course.price,
  currency: course.currency, status: "PENDING", provider: "stripe",
}));
const paymentOf = ({ app }, id) => must(app.from("Payment").select("*").eq("id", id).single());
const enrollmentIn = ({ app, id }, courseId) => must(app.from("CourseEnrollment")
  .select("*, course:Course(title, slug), chapterProgress:ChapterProgress(*), " +
          "lessonProgress:LessonProgress(*)")
  .eq("userId", id).eq("courseId", courseId).maybeSingle());

// ---- 5. learning -------------------------------------------------------------------------------------
const learn = ({ app }, courseEnrollmentId, lessonId, fields) => one(app.from("LessonProgress")
  .upsert({ courseEnrollmentId, lessonId, ...fields }, { onConflict: "lessonId,courseEnrollmentId" }));
const completed = { isCompleted: true, watchTimePercent: 100 };

// ---- the flow ----------------------------------------------------------------------------------------
const tora = await register("Tora Trainer");
const uma = await register("Uma User", {
  username: `uma_${run}`, bio: "I lift on Tuesdays.", avatarUrl: "https://cdn.example/uma.png",
});
const wes = await register("Wes Wanderer");
{
  const sessions = await must(uma.app.from("Session").select("*"));
  assert.deepEqual(sessions.map(({ userId }) => userId), [uma.id]);
  assert.ok(new Date(sessions[0].expiresAt) > new Date());
  const self = await me(uma);
  assert.deepEqual(
    [self.email, self.name, self.username, self.bio, self.avatarUrl, self.role, self.auth.userId,
      self.profile.userId, self.profile.experienceLevel],
    [uma.email, "Uma User", `uma_${run}`, "I lift on Tuesdays.", "https://cdn.example/uma.png",
      "USER", uma.id, uma.id, "BEGINNER"]);
  assert.equal((await save(uma, "User", uma.id, { bio: "And on Fridays." })).bio, "And on Fridays.");
  const taken = await refused(
    wes.app.from("User").update({ username: `uma_${run}` }).eq("id", wes.id).select(), "23505");
  assert.match(taken.details, /^username/);
  await refused(uma.app.from("User").update({ role: "ADMIN" }).eq("id", uma.id).select(), "M0018");
  const { id } = await must(uma.app.from("Profile").select("id").eq("userId", uma.id).single());
  const profile = await save(uma, "Profile", id, {
    fitnessGoals: "Swing 24 kg", experienceLevel: "INTERMEDIATE", weight: 61.5, height: 170.2,
    dateOfBirth: "1990-04-03T00:00:00.000Z", phone: "+45 20 12 34 56", address: "Gade 1",
    socialMediaLinks: { instagram: "@uma" },
  });
  assert.deepEqual([profile.socialMediaLinks, profile.weight], [{ instagram: "@uma" }, 61.5]);
  assert.equal(new Date(profile.dateOfBirth).toISOString(), "1990-04-03T00:00:00.000Z");
  const heavy = await refused(
    uma.app.from("Profile").update({ weight: -5 }).eq("userId", uma.id).select(), "23514");
  assert.match(heavy.details, /weight/);
  assert.deepEqual(await must(wes.app.from("Profile").select("*").eq("userId", uma.id)), []);
  assert.deepEqual(await must(wes.app.from("User").select("*").eq("id", uma.id)), []);
  step("registration, sign-in, User, Auth, Session and Profile");
}

const slug = `kettlebell-basics-${run}`;
const written = { title: "Kettlebell basics", slug, description: "Swing safely.",
  content: "The whole plan.", duration: 120, difficulty: "BEGINNER", authorId: tora.id };
const missing = await refused(tora.app.from("Course").insert(written).select(), "23502");
assert.equal(missing.details, "price is missing.");
await refused(tora.app.from("Course").insert({ ...written, price: 50, discountPrice: 0 }).select(), "M0801");
await refused(tora.app.from("Course").insert({ ...written, price: 50, slug: "Not A Slug!" }).select(), "M0805");
let course = await add(tora, "Course", { ...written, price: 49.99, discountPrice: 39.99 });
assert.deepEqual([course.isPublished, course.publishedAt, (await me(tora)).role], [false, null, "TRAINER"]);
const again = await refused(
  tora.app.from("Course").insert({ ...written, title: "Again", price: 50 }).select(), "23505");
assert.match(again.details, /^slug/);
await refused(uma.app.from("Course").insert({ ...written, slug: `fake-${run}`, price: 50 }).select(), "42501");
const intro = await add(tora, "Chapter", { courseId: course.id, title: "Intro", position: 1,
  isFree: true, isPublished: true, content: "Welcome." });
const swings = await add(tora, "Chapter", { courseId: course.id, title: "Swings", position: 2,
  isPublished: true, content: "Paid words.", videoUrl: "https://v.example/2" });
const draft = await add(tora, "Chapter", { courseId: course.id, title: "Draft", position: 3 });
const hello = await add(tora, "Lesson", { chapterId: intro.id, title: "Hello", position: 1,
  isPublished: true, content: "Hi.", duration: 5 });
const two = await add(tora, "Lesson", { chapterId: swings.id, title: "Two hands", position: 1,
  isPublished: true, content: "Hinge.", videoUrl: "https://v.example/a" });
const grip = await add(tora, "Lesson", { chapterId: swings.id, title: "One hand", position: 2,
  isPublished: true, content: "Grip." });
await add(tora, "Attachment", { lessonId: hello.id, name: "Free.pdf", url: "https://f.example/free.pdf" });
await add(tora, "Attachment", { lessonId: two.id, name: "Plan.pdf", url: "https://f.example/plan.pdf" });
for (const [first, second] of [[2, 1], [1, 2]]) {
  await must(tora.app.from("Chapter")
    .upsert([{ ...intro, position: first }, { ...swings, position: second }]).select("id, position"));
}
await refused(tora.app.from("Category").insert({ name: `Mine ${run}`, slug: `mine-${run}` }).select(), "M3301");
const strength = await one(house.from("Category").insert({ name: `Strength ${run}`, slug: `strength-${run}` }));
await must(tora.app.from("CategoryOnCourse").insert({ courseId: course.id, categoryId: strength.id }).select());
assert.equal(await courseDetail(visitor, slug), null, "a draft is nobody else's");
course = await save(tora, "Course", course.id, {
  isPublished: true, description: "Swing safely, from day one.",
});
assert.ok(course.publishedAt);
assert.equal(course.description, "Swing safely, from day one.");
await refused(uma.app.from("Course").update({ title: "hijack" }).eq("id", course.id).select(), "42501");
await refused(tora.app.from("Course").update({ difficulty: "HARD" }).eq("id", course.id), "22P02");
step("Course, Chapter, Lesson, Attachment, Category: write, reorder, publish, edit");

{
  const { courses, count } = await listCourses(visitor, { category: strength.slug });
  assert.equal(count, 1);
  assert.deepEqual(
    [courses[0].title, courses[0].author.name, courses[0].discountPrice,
      courses[0].categories[0].category.name, courses[0].enrollments],
    ["Kettlebell basics", "Tora Trainer", 39.99, strength.name, [{ count: 0 }]]);
  assert.deepEqual(
    await must(visitor.from("Category").select("Course(title)").eq("id", strength.id).single()),
    { Course: [{ title: "Kettlebell basics" }] });
  const searched = await listCourses(visitor, { search: "kettlebell", difficulty: "BEGINNER", size: 50 });
  assert.ok(searched.courses.some((row) => row.slug === slug));
  const detail = await courseDetail(visitor, slug);
  assert.equal(detail.content, null, "content is for the enrolled");
  assert.deepEqual(detail.chapters.map((chapter) => chapter.title), ["Intro", "Swings"]);
  assert.deepEqual([detail.chapters[0].content, detail.chapters[0].lessons[0].attachments[0].name],
    ["Welcome.", "Free.pdf"]);
  assert.deepEqual([detail.chapters[1].content, detail.chapters[1].videoUrl], [null, null]);
  assert.deepEqual(
    detail.chapters[1].lessons.map((row) => [row.title, row.content, row.videoUrl, row.attachments]),
    [["Two hands", null, null, []], ["One hand", null, null, []]]);
  step("browse: list with pages, filter, search; detail by slug, paid content hidden");
}

{
  // One does not get in without paying, and does not pay by saying so.
  const enrol = { userId: uma.id, courseId: course.id };
  await refused(uma.app.from("CourseEnrollment").insert(enrol).select(), "M2801");
  const wish = { ...enrol, amount: 39.99, status: "PENDING" };
  await refused(uma.app.from("Payment").insert({ ...wish, status: "COMPLETED" }).select(), "M0018");
  await refused(uma.app.from("Payment").insert({ ...wish, amount: 0.01 }).select(), "M0316");
  const other = course.currency === "USD" ? "DKK" : "USD";
  const differs = await refused(uma.app.from("Payment").insert({ ...wish, currency: other }).select(), "M0317");
  assert.equal(differs.details, `The course is sold in ${course.currency}.`);

  // An order that one has thought better of is called off, and the course ordered again.
  const unwanted = await order(uma, course);
  await refused(uma.app.from("Payment").insert(wish).select(), "M9802");
  const off = await save(uma, "Payment", unwanted.id, { status: "FAILED" });
  assert.equal(off.status, "FAILED");
  const declinedOnce = await order(uma, course);
  assert.ok(!(await pay(uma, { order_id: declinedOnce.orderId }, "4000 0000 0000 0002")).ok);
  await must(uma.app.from("Payment").delete().eq("id", declinedOnce.id).select());

  const payment = await order(uma, course);
  assert.equal(payment.status, "PENDING");
  const declined = await pay(uma, { order_id: payment.orderId }, "4000 0000 0000 0002");
  assert.equal(declined.ok, false);
  assert.match(declined.text, /card_declined/);
  await until("FAILED", async () => (await paymentOf(uma, payment.id)).status === "FAILED");
  assert.equal(await enrollmentIn(uma, course.id), null);
  assert.ok((await pay(uma, { order_id: payment.orderId })).ok);
  const paid = await until("COMPLETED", async () => {
    const seen = await paymentOf(uma, payment.id);
    return seen.status === "COMPLETED" && seen;
  });
  assert.equal(paid.amount, 39.99);
  const enrolled = await until("the enrolment", () => enrollmentIn(uma, course.id));
  assert.deepEqual([enrolled.isCompleted, enrolled.course.slug], [false, slug]);
  await refused(uma.app.from("Payment").insert(wish).select(), "M9801");
  await refused(uma.app.from("CourseEnrollment").insert(enrol).select(), "M9801");
  const bought = await must(uma.app.from("Payment").select("amount, course:Course(title)")
    .eq("status", "COMPLETED").eq("userId", uma.id));
  assert.deepEqual(bought, [{ amount: 39.99, course: { title: "Kettlebell basics" } }]);
  const receipt = await uma.app.functions.invoke(`receipt?order_id=${payment.orderId}`, { method: "GET" });
  assert.equal(receipt.error, null);
  // Who has not paid sees nothing of it; the trainer sees who came, and what they paid.
  assert.equal(await enrollmentIn(wes, course.id), null);
  assert.deepEqual(await must(wes.app.from("Payment").select("*").eq("id", payment.id)), []);
  assert.equal((await courseDetail(wes.app, slug)).chapters[1].content, null);
  const students = await must(tora.app.from("CourseEnrollment").select("*, user:User(name)")
    .eq("courseId", course.id));
  assert.deepEqual(students.map((row) => row.user.name), ["Uma User"]);
  step("Payment → CourseEnrollment: called off, declined, paid, enrolled, receipt");
}

{
  const detail = await courseDetail(uma.app, slug);
  assert.deepEqual(
    [detail.content, detail.chapters[1].content, detail.chapters[1].lessons[0].videoUrl,
      detail.chapters[1].lessons[0].attachments[0].name],
    ["The whole plan.", "Paid words.", "https://v.example/a", "Plan.pdf"]);
  const { id } = await enrollmentIn(uma, course.id);
  assert.equal((await learn(uma, id, two.id, { watchTimePercent: 40 })).watchTimePercent, 40);
  assert.equal((await learn(uma, id, two.id, { watchTimePercent: 10 })).watchTimePercent, 40, "it never falls");
  await refused(uma.app.from("LessonProgress").upsert(
    { courseEnrollmentId: id, lessonId: two.id, watchTimePercent: 150 },
    { onConflict: "lessonId,courseEnrollmentId" }).select(), "M0803");
  const done = await learn(uma, id, two.id, completed);
  assert.ok(done.isCompleted && done.completedAt);
  await refused(uma.app.from("LessonProgress").update({ isCompleted: false }).eq("id", done.id).select(), "M0018");
  await refused(uma.app.from("ChapterProgress").upsert(
    { courseEnrollmentId: id, chapterId: swings.id, isCompleted: true },
    { onConflict: "chapterId,courseEnrollmentId" }).select(), "M9803");
  await refused(uma.app.from("CourseEnrollment").upsert(
    { userId: uma.id, courseId: course.id, isCompleted: true },
    { onConflict: "userId,courseId" }).select(), "M0018");
  await learn(uma, id, grip.id, completed);
  const state = async () => {
    const seen = await enrollmentIn(uma, course.id);
    return [seen.chapterProgress.filter((row) => row.isCompleted).length, seen.isCompleted];
  };
  assert.deepEqual(await state(), [1, false]);
  await learn(uma, id, hello.id, completed);
  assert.deepEqual(await state(), [2, true]);
  // A lesson that comes opens its chapter and the course again, both of them.
  const bonus = await add(tora, "Lesson", { chapterId: swings.id, title: "Bonus", position: 3,
    isPublished: true, content: "More." });
  assert.deepEqual(await state(), [1, false]);
  await learn(uma, id, bonus.id, completed);
  assert.deepEqual(await state(), [2, true]);
  await refused(wes.app.from("LessonProgress").insert(
    { courseEnrollmentId: id, lessonId: two.id, watchTimePercent: 1 }).select(), "M3801");
  step("LessonProgress → ChapterProgress → course completed, and again after a new lesson");
}

{
  const free = await add(tora, "Course", { title: "Stretching", slug: `stretching-${run}`,
    description: "Ten minutes.", price: 0, isPublished: true, authorId: tora.id });
  const only = await add(tora, "Chapter", { courseId: free.id, title: "Only", position: 1,
    isPublished: true, content: "Reach." });
  const enrollment = await add(wes, "CourseEnrollment", { userId: wes.id, courseId: free.id });
  await refused(wes.app.from("CourseEnrollment").insert({ userId: wes.id, courseId: free.id }).select(), "M9801");
  await add(wes, "ChapterProgress", {
    chapterId: only.id, courseEnrollmentId: enrollment.id, isCompleted: true,
  });
  assert.ok((await enrollmentIn(wes, free.id)).isCompleted);
  await refused(tora.app.from("Course").delete().eq("id", free.id).select(), "M9106");
  step("a free course");
}

{
  // Taken down: the enrolled keep it, and an open order still says what it is for.
  const open = await order(wes, course);
  await save(tora, "Course", course.id, { isPublished: false });
  assert.equal(await courseDetail(visitor, slug), null);
  assert.equal((await courseDetail(uma.app, slug)).content, "The whole plan.");
  assert.deepEqual(
    await must(wes.app.from("Payment").select("course:Course(title, content)").eq("id", open.id).single()),
    { course: { title: "Kettlebell basics", content: null } });
  await save(tora, "Course", course.id, { isPublished: true, price: 60, discountPrice: null });
  assert.equal((await courseDetail(visitor, slug)).price, 60);
  // At the new price the old order is in the way until it is called off.
  await must(wes.app.from("Payment").update({ status: "FAILED" }).eq("id", open.id));
  course = await must(visitor.from("Course").select("*").eq("id", course.id).single());
  assert.equal((await order(wes, course)).amount, 60);
  assert.deepEqual(await must(tora.app.from("Chapter").delete().eq("id", draft.id).select("title")),
    [{ title: "Draft" }]);
  step("edit, take down, change the price, delete a chapter");
}

{
  // The house gives the money of a course back, through the row it is in.
  const [payment] = await must(uma.app.from("Payment").select("*").eq("status", "COMPLETED"));
  await refused(uma.app.from("Payment").update({ status: "REFUNDED" }).eq("id", payment.id), "M3301");
  await must(house.from("Payment").update({ status: "REFUNDED" }).eq("id", payment.id));
  await until("REFUNDED", async () => (await paymentOf(uma, payment.id)).status === "REFUNDED");
  assert.equal((await courseDetail(uma.app, slug)).content, null);
  step("a refund closes the course");
}

{
  let post = await add(uma, "Post", { title: "Day one", content: "I swung.", authorId: uma.id });
  assert.equal(post.published, false);
  assert.deepEqual(await must(wes.app.from("Post").select("id").eq("id", post.id)), []);
  post = await save(uma, "Post", post.id, { title: "Day 1", published: true });
  const comment = await must(wes.app.from("Comment")
    .insert({ content: "Well done", postId: post.id, authorId: wes.id }).select("*, author:User(name)").single());
  assert.equal(comment.author.name, "Wes Wanderer");
  await save(wes, "Comment", comment.id, { content: "Very well done" });
  await refused(wes.app.from("Comment").insert({ content: "x", postId: post.id, authorId: uma.id }).select(), "42501");
  const feed = await must(visitor.from("Post")
    .select("title, author:User(name, email), comments:Comment(content, author:User(name))")
    .eq("id", post.id).single());
  assert.deepEqual(feed, {
    title: "Day 1", author: { name: "Uma User", email: "" },
    comments: [{ content: "Very well done", author: { name: "Wes Wanderer" } }],
  });
  await refused(wes.app.from("Post").update({ title: "hijack" }).eq("id", post.id).select(), "42501");
  await must(wes.app.from("Comment").delete().eq("id", comment.id).select().single());
  await must(uma.app.from("Post").delete().eq("id", post.id).select().single());
  step("Post and Comment");
}

{
  const sent = await add(uma, "Message", {
    content: "Is my back straight?", senderId: uma.id, receiverId: tora.id,
  });
  assert.equal(sent.isRead, false);
  const unread = await tora.app.from("Message").select("*", { count: "exact", head: true })
    .eq("receiverId", tora.id).eq("isRead", false);
  assert.equal(unread.count, 1);
  const inbox = await must(tora.app.from("Message").select("*, sender:User!senderId(name)")
    .eq("receiverId", tora.id));
  assert.equal(inbox[0].sender.name, "Uma User");
  const read = await save(tora, "Message", sent.id, { isRead: true, readAt: new Date().toISOString() });
  assert.ok(read.isRead && read.readAt);
  await add(tora, "Message", { content: "Send a video.", senderId: tora.id, receiverId: uma.id });
  const thread = await must(uma.app.from("Message").select("content, isRead")
    .or(`and(senderId.eq.${uma.id},receiverId.eq.${tora.id}),` +
        `and(senderId.eq.${tora.id},receiverId.eq.${uma.id})`).order("createdAt"));
  assert.deepEqual(thread, [
    { content: "Is my back straight?", isRead: true }, { content: "Send a video.", isRead: false },
  ]);
  await refused(uma.app.from("Message").insert({ content: "x", senderId: wes.id, receiverId: uma.id }).select(), "42501");
  assert.deepEqual(await must(wes.app.from("Message").select("*")), []);
  step("Message");
}

{
  // Two users with nothing in common write to each other; who does not want it ends it.
  const sam = await register("Sam Stranger");
  const hi = (from, to) => from.app.from("Message").insert({ content: "Hi", senderId: from.id, receiverId: to.id });
  const receiver = () => must(sam.app.from("Message").select("receiver:User!receiverId(name)")
    .eq("senderId", sam.id).limit(1).single());
  await must(hi(sam, wes));
  assert.deepEqual(await receiver(), { receiver: null });
  await must(hi(wes, sam));
  assert.deepEqual(await receiver(), { receiver: { name: "Wes Wanderer" } });
  await must(wes.app.rpc("block_person", { p_person_id: sam.id }));
  await refused(hi(sam, wes), "M3601");
  await must(sam.app.from("User").delete().eq("id", sam.id));
  step("a stranger writes, is answered, and is blocked");
}

{
  // Others may use this marketplace too.
  await must(tora.app.from("Course").update({ isPublished: false }).eq("authorId", tora.id).select("id"));
  await must(tora.app.from("CategoryOnCourse").delete().eq("courseId", course.id).eq("categoryId", strength.id));
  await must(house.from("Category").delete().eq("id", strength.id).select());
  await wes.app.auth.signOut();
  assert.deepEqual(await must(wes.app.from("CourseEnrollment").select("*")), []);
  const { error, status } = await wes.app.from("Payment").select("*");
  assert.deepEqual([status, error.code], [401, "42501"]);
  step("signed out");
}
