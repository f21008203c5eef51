// Tara publishes a course; Alice buys it, learns and writes about it: with nothing but supabase-js,
// in the words of the document.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { newcomer, run, tell } from "./sign_in.mjs";
import { anonymous, must, service } from "./world.mjs";

const stripe = process.env.STRIPE_URL?.replace(/\/$/, "");
const fitness = (client) => client.schema("fitness");
const refused = async (request, status, message) => {
  const { error, ...answer } = await request;
  assert.ok(error, `expected ${status} ${message ?? ""}`);
  assert.equal(answer.status, status, JSON.stringify(error));
  if (message) assert.equal(error.message, message);
};

// The document's models: their own fields, and what they are related to.
const document = readFileSync(new URL("prisma/schema.prisma", import.meta.url), "utf8");
const models = {};
for (const [, name, body] of document.matchAll(/^model (\w+) \{\n(.*?)^\}/gms)) {
  models[name] = body.split("\n").map((line) => line.trim().match(/^(\w+)\s+(\w+)(\[\])?(.*)$/))
    .filter((field) => field).map(([, field, type, list, rest]) => ({
      field, type, list: Boolean(list), relation: rest.match(/@relation\("(\w+)"/)?.[1],
      by: rest.match(/fields: \[(\w+)\]/)?.[1],
    }));
}
const enums = Object.fromEntries([...document.matchAll(/^enum (\w+) \{\n(.*?)^\}/gms)]
  .map(([, name, body]) => [name, body.trim().split(/\s+/)]));
// The column that a relation goes by; the other side of it says which.
const column = (model, { type, relation, by }) => by ?? models[type].find(
  (other) => other.type === model && other.by && other.relation === relation).by;

const [tara, alice, bob, sam] = [
  await newcomer("tara@fit.example", { full_name: "Tara" }),
  await newcomer("alice@fit.example", { full_name: "Alice" }),
  await newcomer("bob@fit.example", { full_name: "Bob" }), await newcomer("sam@fit.example"),
];
await run(`insert into core.person_role (person_id, role_id)
           select '${sam.user.id}', role_id from core.role where name = 'staff'`);
await run(`update core.marketplace set settlement_currencies = '{DKK,USD}', default_currency = 'USD'`);
const [T, A, B, S] = [tara, alice, bob, sam].map(({ supabase }) => fitness(supabase));
const N = fitness(anonymous());
const own = { tara: tara.user.id, alice: alice.user.id, bob: bob.user.id };

let course, chapters, lessons, enrollment, post, payment;
const contents = (client) => client.from("Course")
  .select("content, chapters:Chapter(title, content, videoUrl, isFree, " +
          "lessons:Lesson(title, content, videoUrl, attachments:Attachment(name, url)))")
  .eq("id", course.id).order("position", { referencedTable: "Chapter" }).single();
// What is open of a course: its text, and the chapters, lessons and files that have something.
const open = async (client) => {
  const seen = must(await contents(client));
  const inside = (rows) => rows.filter((row) => row.content && row.videoUrl).length;
  const all = seen.chapters.flatMap((chapter) => chapter.lessons);
  return [seen.content ? 1 : 0, inside(seen.chapters), inside(all),
          all.flatMap((lesson) => lesson.attachments).length];
};

await tell({
  async "flow 1: registering makes User, Auth and Profile, and signing in a Session"() {
    const me = must(await A.from("User").select("*, auth:Auth(*), profile:Profile(*)")
      .eq("id", own.alice).single());
    assert.deepEqual([me.email, me.name, me.role], ["alice@fit.example", "Alice", "USER"]);
    assert.equal(me.auth.userId, own.alice);
    assert.deepEqual(Object.keys(me.auth).sort(), ["id", "userId"]);
    assert.equal(me.profile.userId, own.alice);
    assert.equal(me.profile.experienceLevel, "BEGINNER");
    const [session] = must(await A.from("Session").select("*"));
    assert.equal(session.userId, own.alice);
    assert.ok(new Date(session.expiresAt) > new Date());
    await refused(N.from("Auth").select("*"), 401);
    assert.deepEqual(must(await B.from("Auth").select("*").eq("userId", own.alice)), []);
    assert.deepEqual(must(await B.from("Session").select("*").eq("userId", own.alice)), []);
  },

  async "a user says who they are, and nobody else does"() {
    const told = must(await A.from("User").update({ username: "alice", bio: "runs",
      avatarUrl: "https://example.org/a.png" }).eq("id", own.alice).select().single());
    assert.deepEqual([told.username, told.bio], ["alice", "runs"]);
    const again = must(await A.from("User").upsert({ id: own.alice, name: "Alice" }).select().single());
    assert.equal(again.username, "alice");
    assert.deepEqual(must(await B.from("User").update({ bio: "x" }).eq("id", own.alice).select()), []);
    await refused(A.from("User").update({ email: "new@fit.example" }).eq("id", own.alice), 403);
    await refused(A.from("User").update({ role: "ADMIN" }).eq("id", own.alice), 400, "column_read_only");
  },

  async "a profile has data of health, and a trainer reads it with leave only"() {
    const words = { fitnessGoals: "10 km", experienceLevel: "EXPERT", weight: 61.25, height: 170,
      dateOfBirth: "1990-05-01T00:00:00+00:00", phone: "+45 12", address: "Road 1",
      socialMediaLinks: { web: ["https://example.org"] } };
    const mine = must(await A.from("Profile").upsert({ userId: own.alice, ...words }).select().single());
    for (const [field, value] of Object.entries(words)) assert.deepEqual(mine[field], value, field);
    for (const level of enums.Level) {
      must(await A.from("Profile").update({ experienceLevel: level }).eq("userId", own.alice));
      assert.equal(must(await A.from("Profile").select("experienceLevel").single()).experienceLevel, level);
    }
    const read = () => T.from("Profile").select("weight, phone, dateOfBirth").eq("userId", own.alice);
    assert.deepEqual(must(await read()), []);
    await refused(A.from("Profile").update({ experienceLevel: "GOD" }).eq("userId", own.alice), 400);
    // Tara is no provider before her first course.
    await refused(alice.supabase.rpc("share_profile", { p_provider_id: own.tara }), 404, "provider_not_found");
  },

  async "a trainer publishes a course with chapters, lessons and files"() {
    course = must(await T.from("Course").insert({
      title: "Strong in 30 days", slug: "strong", description: "Every morning.", price: 49.99,
      discountPrice: 19.99, authorId: own.tara, duration: 300, difficulty: "ADVANCED",
      content: "the secret", imageUrl: "https://example.org/i.png",
      previewVideoUrl: "https://example.org/v.mp4",
    }).select().single());
    assert.deepEqual([course.price, course.discountPrice, course.isPublished, course.publishedAt],
      [49.99, 19.99, false, null]);
    for (const difficulty of enums.Level) {
      const { difficulty: now } = must(await T.from("Course").update({ difficulty })
        .eq("id", course.id).select().single());
      assert.equal(now, difficulty);
    }
    chapters = must(await T.from("Chapter").insert([1, 2].map((position) => ({
      title: `chapter ${position}`, position, courseId: course.id, isPublished: true,
      isFree: position === 1, content: "inside", videoUrl: "https://example.org/c.mp4", duration: 10,
    }))).select());
    lessons = must(await T.from("Lesson").insert(chapters.flatMap((chapter) => [1, 2].map((position) => ({
      title: `lesson ${chapter.position}.${position}`, position, chapterId: chapter.id,
      isPublished: true, content: "inside", videoUrl: "https://example.org/l.mp4",
    })))).select());
    must(await T.from("Attachment").insert(lessons.map((lesson) => ({
      name: "plan", url: "https://example.org/plan.pdf", lessonId: lesson.id }))));
    assert.equal(must(await N.from("Course").select("id").eq("id", course.id)).length, 0);
    course = must(await T.from("Course").update({ isPublished: true }).eq("id", course.id).select().single());
    assert.ok(course.publishedAt);
    assert.equal(must(await T.from("User").select("role").eq("id", own.tara).single()).role, "TRAINER");
    await refused(B.from("Chapter").insert({ title: "x", position: 9, courseId: course.id }), 404,
      "course_not_found");
    await refused(B.from("Course").insert({ title: "x", slug: "x", description: "x", price: 1,
      authorId: own.tara }), 403);
    await refused(T.from("Course").update({ price: 0.1 + 0.2 }).eq("id", course.id), 400, "amount_too_fine");
  },

  async "the order of chapters is written one by one, as clients do"() {
    for (const [position, { id }] of [...chapters].reverse().entries()) {
      must(await T.from("Chapter").update({ position: position + 1 }).eq("id", id));
    }
    const order = () => N.from("Chapter").select("title").eq("courseId", course.id).order("position");
    assert.deepEqual(must(await order()).map(({ title }) => title), ["chapter 2", "chapter 1"]);
    must(await T.from("Chapter").upsert(chapters.map(({ id, position }) => ({ id, position }))));
    assert.deepEqual(must(await order()).map(({ title }) => title), ["chapter 1", "chapter 2"]);
  },

  async "staff keeps categories, and a trainer puts a course into them"() {
    const category = must(await S.from("Category").insert({ name: "Strength", slug: "strength",
      imageUrl: "https://example.org/s.png" }).select().single());
    must(await T.from("CategoryOnCourse").insert({ courseId: course.id, categoryId: category.id }));
    const found = must(await N.from("Course")
      .select("title, categories:CategoryOnCourse(category:Category(name))").eq("slug", "strong").single());
    assert.deepEqual(found.categories, [{ category: { name: "Strength" } }]);
    const many = must(await N.from("Category").select("name, Course!CategoryOnCourse(title)").eq("slug", "strength").single());
    assert.deepEqual(many.Course, [{ title: "Strong in 30 days" }]);
    await refused(T.from("Category").insert({ name: "x", slug: "x" }), 403, "staff_only");
  },

  async "flow 2: browsing shows the list and hides what is inside"() {
    const [listed] = must(await N.from("Course").select("title, price, discountPrice, author:User(name, role)")
      .eq("isPublished", true).order("createdAt", { ascending: false }).range(0, 9));
    assert.deepEqual(listed, { title: course.title, price: 49.99, discountPrice: 19.99,
      author: { name: "Tara", role: "TRAINER" } });
    for (const reader of [N, A, B]) assert.deepEqual(await open(reader), [0, 1, 2, 2]);
    assert.deepEqual(await open(T), [1, 2, 4, 4]);
    for (const reader of [N, A]) {
      const inside = () => reader.from("Lesson").select("id", { count: "exact", head: true });
      for (const found of [
        inside().eq("content", "inside"), inside().ilike("content", "%ins%"),
        inside().not("videoUrl", "is", null), inside().like("videoUrl", "https%"),
      ]) assert.equal((await found).count, 2, "only the free chapter is found");
      const sorted = must(await reader.from("Lesson").select("title, content").order("content"));
      assert.equal(sorted.filter((lesson) => lesson.content).length, 2);
      const filtered = must(await reader.from("Course").select("title, Chapter!inner(Lesson!inner(title))")
        .eq("Chapter.isFree", false).eq("Chapter.Lesson.content", "inside"));
      assert.deepEqual(filtered, []);
    }
  },

  async "flow 2: a payment is begun, and nobody says what becomes of it but the money"() {
    payment = must(await A.from("Payment").insert({ amount: 19.99, currency: "USD", status: "PENDING",
      userId: own.alice, courseId: course.id }).select().single());
    assert.deepEqual([payment.amount, payment.currency, payment.status, payment.provider, payment.courseId],
      [19.99, "USD", "PENDING", "stripe", course.id]);
    await refused(A.from("Payment").update({ status: "COMPLETED" }).eq("id", payment.id), 400);
    await refused(B.from("Payment").insert({ amount: 0.5, status: "PENDING", userId: own.bob,
      courseId: course.id }), 400, "amount_wrong");
    await refused(A.from("Payment").insert({ amount: 19.99, status: "PENDING", userId: own.alice,
      courseId: course.id }), 409, "enrolment_pending");
    await refused(B.from("CourseEnrollment").insert({ userId: own.bob, courseId: course.id }), 402,
      "course_costs_money");
    assert.deepEqual(must(await B.from("Payment").select("*")), []);
    assert.deepEqual(await open(A), [0, 1, 2, 2]);
  },

  async "flow 2: the money arrives, and the course is open"() {
    if (!stripe) return console.log("# there is no Stripe to pay at");
    const { data, error } = await alice.supabase.functions.invoke("pay", {
      body: { order_id: payment.orderId } });
    if (error) throw new Error(await error.context.text());
    const confirmed = await fetch(
      `${stripe}/v1/payment_intents/${data.client_secret.split("_secret_")[0]}/confirm`, {
        method: "POST", headers: { Authorization: `Bearer ${data.publishable_key}` },
        body: new URLSearchParams({ client_secret: data.client_secret,
          payment_method: "pm_card_bypassPending", use_stripe_sdk: "true" }) });
    assert.equal((await confirmed.json()).status, "succeeded");
    await fetch(`${stripe}/_double/settle`, { method: "POST" });
    const paid = must(await A.from("Payment").select("*").eq("id", payment.id).single());
    assert.equal(paid.status, "COMPLETED");
    assert.ok(paid.providerPaymentId.startsWith("pi_"));
    assert.deepEqual(await open(A), [1, 2, 4, 4]);
    assert.deepEqual(await open(B), [0, 1, 2, 2]);
  },

  async "without Stripe the house enrols, and the course is open all the same"() {
    if (!stripe) {
      await run(`update core.enrolment set enrolled_at = now() where customer_id = '${own.alice}'`);
    }
    enrollment = must(await A.from("CourseEnrollment")
      .select("id, userId, enrolledAt, expiresAt, isCompleted, completedAt, course:Course(title), user:User(name)")
      .eq("courseId", course.id).single());
    assert.deepEqual([enrollment.course.title, enrollment.user.name], [course.title, "Alice"]);
    const [learner] = must(await T.from("CourseEnrollment").select("user:User(name, email)"));
    assert.deepEqual(learner.user, { name: "Alice", email: "" });
    assert.deepEqual(must(await B.from("CourseEnrollment").select("*")), []);
    assert.equal(must(await alice.supabase.rpc("share_profile", { p_provider_id: own.tara })), true);
    const [shared] = must(await T.from("Profile").select("weight, phone, dateOfBirth").eq("userId", own.alice));
    assert.deepEqual(shared, { weight: 61.25, phone: null, dateOfBirth: null });
    must(await alice.supabase.rpc("share_profile", { p_provider_id: own.tara, p_is_shared: false }));
    assert.deepEqual(must(await T.from("Profile").select("id").eq("userId", own.alice)), []);
  },

  async "flow 3: beacons of one lesson are one row that never falls"() {
    const watched = (watchTimePercent, more = {}) => A.from("LessonProgress").upsert({
      lessonId: lessons[0].id, courseEnrollmentId: enrollment.id, watchTimePercent, ...more,
    }, { onConflict: "lessonId,courseEnrollmentId" }).select().single();
    const beacons = await Promise.all(Array.from({ length: 20 }, (_, n) => watched(5 + n * 3.5)));
    assert.equal(new Set(beacons.map((beacon) => must(beacon).id)).size, 1);
    assert.equal(must(await watched(1)).watchTimePercent, 71.5);
    const done = must(await watched(80, { isCompleted: true, completedAt: new Date().toISOString() }));
    assert.ok(done.isCompleted && done.completedAt);
    assert.ok(must(await watched(2, { isCompleted: false })).isCompleted);
    await refused(B.from("LessonProgress").insert({ lessonId: lessons[0].id,
      courseEnrollmentId: enrollment.id }), 403, "not_enrolled");
  },

  async "flow 3: lessons complete chapters, chapters the course, and that gives a certificate"() {
    await refused(A.from("ChapterProgress").insert({ chapterId: chapters[0].id,
      courseEnrollmentId: enrollment.id, isCompleted: true }), 409, "lessons_left");
    await refused(A.from("CourseEnrollment").update({ isCompleted: true }).eq("id", enrollment.id), 400,
      "column_read_only");
    for (const { id } of lessons.slice(1)) {
      must(await A.from("LessonProgress").insert({ lessonId: id, courseEnrollmentId: enrollment.id,
        isCompleted: true }));
    }
    const whole = must(await A.from("CourseEnrollment").select(
      "isCompleted, chapterProgress:ChapterProgress(isCompleted, chapter:Chapter(title)), " +
      "lessonProgress:LessonProgress(isCompleted, lesson:Lesson(title))").eq("id", enrollment.id).single());
    assert.ok(whole.isCompleted);
    assert.equal(whole.chapterProgress.filter((chapter) => chapter.isCompleted).length, 2);
    assert.equal(whole.lessonProgress.length, 4);
    const [certificate] = must(await alice.supabase.rpc("list_certificates"));
    const [real] = must(await anonymous().rpc("verify_certificate", { p_number: certificate.number }));
    assert.deepEqual([real.learner_name, real.course_title, real.is_valid], ["Alice", course.title, true]);
    assert.deepEqual(must(await anonymous().rpc("verify_certificate", { p_number: "0000-0000-0000" })), []);
  },

  async "flow 4: a user posts, others read and comment, and see who wrote"() {
    post = must(await A.from("Post").insert({ title: "Done!", content: "It works.", published: true,
      authorId: own.alice }).select().single());
    must(await B.from("Comment").insert({ content: "Well done.", postId: post.id, authorId: own.bob }));
    const [seen] = must(await N.from("Post").select(
      "title, content, author:User(name, email), comments:Comment(content, author:User(name))")
      .eq("id", post.id));
    assert.deepEqual(seen, { title: "Done!", content: "It works.", author: { name: "Alice", email: "" },
      comments: [{ content: "Well done.", author: { name: "Bob" } }] });
    must(await A.from("Post").update({ published: false }).eq("id", post.id));
    assert.deepEqual(must(await N.from("Comment").select("*").eq("postId", post.id)), []);
    must(await A.from("Post").update({ published: true }).eq("id", post.id));
    await refused(B.from("Post").update({ title: "x" }).eq("id", post.id), 403);
    await refused(B.from("Post").insert({ title: "x", content: "x", authorId: own.alice }), 403);
    must(await bob.supabase.rpc("report_content", { p_reason: "loud", p_post_id: post.id }));
    must(await sam.supabase.rpc("moderate_post", { p_post_id: post.id, p_is_hidden: true, p_reason: "loud" }));
    assert.deepEqual(must(await B.from("Post").select("*").eq("id", post.id)), []);
    assert.equal(must(await A.from("Post").select("published").single()).published, false);
    must(await sam.supabase.rpc("moderate_post", { p_post_id: post.id, p_is_hidden: false, p_reason: "fine" }));
  },

  async "flow 4: users write to each other"() {
    const sent = must(await B.from("Message").insert({ content: "How did you do it?",
      senderId: own.bob, receiverId: own.alice }).select("*, sender:User!senderId(name), receiver:User!receiverId(name)").single());
    assert.deepEqual([sent.sender.name, sent.receiver.name, sent.isRead, sent.readAt], ["Bob", "Alice", false, null]);
    assert.deepEqual(must(await T.from("Message").select("*")), []);
    const read = must(await A.from("Message").update({ isRead: true, readAt: new Date().toISOString() })
      .eq("receiverId", own.alice).select().single());
    assert.ok(read.isRead && read.readAt);
    await refused(A.from("Message").update({ content: "x" }).eq("id", sent.id), 403);
    await refused(A.from("Message").insert({ content: "x", senderId: own.bob, receiverId: own.alice }), 403);
  },

  async "every model of the document has every field and every relation"() {
    assert.deepEqual(Object.keys(models).length, 17);
    const house = fitness(service());
    let fields = 0;
    for (const [model, parts] of Object.entries(models)) {
      const scalars = parts.filter(({ type }) => !models[type]).map(({ field }) => field);
      const rows = must(await house.from(model).select(scalars.join(",")).limit(1));
      assert.equal(rows.length, 1, `${model} has a row`);
      assert.deepEqual(Object.keys(rows[0]), scalars, model);
      fields += parts.length;
      for (const part of parts.filter(({ type }) => models[type])) {
        const select = `${part.field}:${part.type}!${column(model, part)}(*)`;
        const [row] = must(await house.from(model).select(select).limit(1));
        assert.equal(Array.isArray(row[part.field]), part.list, `${model}.${part.field}`);
        if (!part.list && part.by) assert.ok(row[part.field], `${model}.${part.field} is there`);
      }
    }
    console.log(`# ${fields} fields of 17 models`);
  },

  async "every word of the document's enums is one of the lens"() {
    for (const [column, model, words] of [["difficulty", "Course", enums.Level],
      ["status", "Payment", enums.PaymentStatus], ["role", "User", enums.Role]]) {
      for (const word of words) must(await A.from(model).select("id").eq(column, word));
      await refused(A.from(model).select("id").eq(column, "OTHER"), 400);
    }
  },
});
console.log("told");
