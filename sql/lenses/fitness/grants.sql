-- What may be done through the lens. Rows are decided by the policies of core; here are the views
-- each role may name, and the columns it may write.
--
-- Prisma writes ids, createdAt, updatedAt and every default with each new row, so they may be
-- written. What the house decides (ids of payments, times, completions) is its own whatever is
-- written.

revoke all on all functions in schema fitness from public;

grant usage on schema fitness to anon, authenticated, service_role, definer;
grant select on all tables in schema fitness to authenticated, service_role, definer;
grant select
  on fitness."User", fitness."Course", fitness."Chapter", fitness."Lesson", fitness."Attachment",
     fitness."Category", fitness."CategoryOnCourse", fitness."Post", fitness."Comment",
     fitness."CourseEnrollment"
  to anon;

grant insert (id, email, username, name, bio, "avatarUrl", role, "createdAt", "updatedAt"),
      update (email, username, name, bio, "avatarUrl", "updatedAt"),
      delete
  on fitness."User" to authenticated, service_role;
grant insert (id, "userId") on fitness."Auth" to authenticated, service_role;
grant insert (id, "userId", "fitnessGoals", "experienceLevel", weight, height, "dateOfBirth", phone,
              address, "socialMediaLinks", "createdAt", "updatedAt"),
      update (id, "userId", "fitnessGoals", "experienceLevel", weight, height, "dateOfBirth", phone,
              address, "socialMediaLinks", "updatedAt")
  on fitness."Profile" to authenticated, service_role;
grant insert (id, name, slug, "imageUrl", "createdAt", "updatedAt"),
      update (id, name, slug, "imageUrl", "updatedAt"),
      delete
  on fitness."Category" to authenticated, service_role;
grant insert (id, title, slug, description, content, "imageUrl", "previewVideoUrl", duration,
              difficulty, price, "discountPrice", "isPublished", "publishedAt", "authorId",
              currency, "createdAt", "updatedAt"),
      update (id, title, slug, description, content, "imageUrl", "previewVideoUrl", duration,
              difficulty, price, "discountPrice", "isPublished", "publishedAt", "authorId",
              currency, "updatedAt"),
      delete
  on fitness."Course" to authenticated, service_role;
grant insert ("courseId", "categoryId"), delete
  on fitness."CategoryOnCourse" to authenticated, service_role;
grant insert (id, title, description, position, content, "videoUrl", duration, "isPublished",
              "isFree", "courseId", "createdAt", "updatedAt"),
      update (id, title, description, position, content, "videoUrl", duration, "isPublished",
              "isFree", "courseId", "updatedAt"),
      delete
  on fitness."Chapter" to authenticated, service_role;
grant insert (id, title, description, content, "videoUrl", duration, position, "isPublished",
              "chapterId", "createdAt", "updatedAt"),
      update (id, title, description, content, "videoUrl", duration, position, "isPublished",
              "chapterId", "updatedAt"),
      delete
  on fitness."Lesson" to authenticated, service_role;
grant insert (id, name, url, "lessonId", "createdAt", "updatedAt"),
      update (id, name, url, "lessonId", "updatedAt"),
      delete
  on fitness."Attachment" to authenticated, service_role;
grant insert (id, "userId", "courseId", "enrolledAt", "expiresAt", "isCompleted", "completedAt"),
      update ("isCompleted", "completedAt")
  on fitness."CourseEnrollment" to authenticated, service_role;
grant insert (id, "isCompleted", "completedAt", "chapterId", "courseEnrollmentId"),
      update (id, "isCompleted", "completedAt", "chapterId", "courseEnrollmentId")
  on fitness."ChapterProgress" to authenticated, service_role;
grant insert (id, "isCompleted", "completedAt", "watchTimePercent", "lessonId",
              "courseEnrollmentId"),
      update (id, "isCompleted", "completedAt", "watchTimePercent", "lessonId",
              "courseEnrollmentId")
  on fitness."LessonProgress" to authenticated, service_role;
grant insert (id, amount, currency, status, provider, "providerPaymentId", "userId", "courseId",
              "createdAt", "updatedAt"),
      update (status),
      delete
  on fitness."Payment" to authenticated, service_role;
grant insert (id, title, content, published, "authorId", "createdAt", "updatedAt"),
      update (id, title, content, published, "authorId", "updatedAt"),
      delete
  on fitness."Post" to authenticated, service_role;
grant insert (id, content, "postId", "authorId", "createdAt", "updatedAt"),
      update (id, content, "postId", "authorId", "updatedAt"),
      delete
  on fitness."Comment" to authenticated, service_role;
grant insert (id, content, "senderId", "receiverId", "isRead", "readAt", "createdAt", "updatedAt"),
      update (id, content, "senderId", "receiverId", "isRead", "readAt", "updatedAt")
  on fitness."Message" to authenticated, service_role;
