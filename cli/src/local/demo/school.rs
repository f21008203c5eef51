//! The demo's courses, posts and comments: experts publish, learners learn and talk.

use anyhow::{Context, Result};
use postgres::Db;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Cast, act};

/// Courses and posts. The fields are those of the functions that save them.
#[derive(Deserialize)]
struct School {
    courses: Vec<Course>,
    posts: Vec<Post>,
}

#[derive(Deserialize)]
struct Course {
    expert: usize,
    learners: Vec<usize>,
    course: Value,
    sections: Vec<Section>,
}

#[derive(Deserialize)]
struct Section {
    section: Value,
    lessons: Vec<Value>,
}

#[derive(Deserialize)]
struct Post {
    learner: usize,
    title: String,
    body: String,
    comments: Vec<Comment>,
}

#[derive(Deserialize)]
struct Comment {
    learner: usize,
    body: String,
}

/// Load everything; the cast must have its logins.
pub(super) async fn load(api: &Db, cast: &Cast) -> Result<()> {
    let school: School =
        serde_json::from_str(include_str!("school.json")).context("The demo's school")?;
    for course in &school.courses {
        let taught = teach(api, cast, course).await;
        taught.with_context(|| format!("The demo's course {}", course.course["title"]))?;
    }
    for post in &school.posts {
        let said = talk(api, cast, post).await;
        said.with_context(|| format!("The demo's post {}", post.title))?;
    }
    Ok(())
}

/// Publish a course with its contents; learners enrol, and complete its first lesson.
async fn teach(api: &Db, cast: &Cast, course: &Course) -> Result<()> {
    let expert = cast.experts[course.expert].id;
    let offering = save(api, expert, "course", &course.course).await?;
    let mut first = None;
    for Section { section, lessons } in &course.sections {
        let section = save(api, expert, "section", &with(section, "offering_id", offering)).await?;
        for lesson in lessons {
            let lesson = save(api, expert, "lesson", &with(lesson, "section_id", section)).await?;
            first.get_or_insert(lesson);
        }
    }
    for learner in &course.learners {
        let learner = cast.learners[*learner].id;
        let _: Uuid = act(api, learner, "select to_jsonb(api.enrol($1))", &[&offering]).await?;
        let progress = json!({"lesson_id": first, "is_completed": true});
        save(api, learner, "progress", &progress).await?;
    }
    Ok(())
}

async fn talk(api: &Db, cast: &Cast, post: &Post) -> Result<()> {
    let author = cast.learners[post.learner].id;
    let fields = json!({"title": post.title, "body": post.body, "is_published": true});
    let saved = save(api, author, "post", &fields).await?;
    for comment in &post.comments {
        let fields = json!({"post_id": saved, "body": comment.body});
        save(api, cast.learners[comment.learner].id, "comment", &fields).await?;
    }
    Ok(())
}

/// The fields of a thing, and what it belongs to.
fn with(fields: &Value, key: &str, id: Uuid) -> Value {
    let mut fields = fields.clone();
    fields[key] = json!(id);
    fields
}

/// Save one thing as somebody, and return its id.
async fn save(api: &Db, person: Uuid, what: &str, fields: &Value) -> Result<Uuid> {
    act(api, person, &format!("select to_jsonb(api.save_{what}($1))"), &[fields]).await
}
