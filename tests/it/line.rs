//! Whoever waits for a lock keeps nobody else waiting: of a process's connections some are for
//! readers, and those who want the same provider queue outside of the database.

use std::{collections::HashSet, time::Duration};

use futures_util::future::join_all;
use postgres::Limits;
use reqwest::{Client, Method, header::HeaderValue};
use serde_json::{Value, json};
use tests::{Answer, World};
use tokio::time::timeout;
use uuid::Uuid;

use crate::connections::server_of;

const LIMITS: Limits = Limits {
    connections: 8,
    wait: Duration::from_secs(30),
    deadline: Duration::from_secs(30),
    prepared: true,
    brief: Duration::from_micros(200),
    queues: true,
};

/// A server of its own over a world with two experts and many learners.
struct Fair {
    world: World,
    url: String,
    learners: Vec<String>,
    http: Client,
}

impl Fair {
    async fn new(limits: Limits, learners: usize) -> Self {
        let world = World::new().await;
        for name in ["tara", "omar"] {
            world.make_expert(name, "Europe/Copenhagen", "08:00", "20:00").await;
        }
        let learners = world.make_learners(learners).await;
        let url = server_of(&world, "fair", limits).await;
        Self { world, url, learners, http: Client::new() }
    }

    async fn slot(&self, expert: &str, seats: i32) -> Uuid {
        let session = self.world.make_session(expert, 60, 0, seats).await;
        self.world.free_slots(session).await[10].slot_id
    }

    async fn book(&self, learner: &str, slot_id: Uuid) -> Answer {
        let path = "/rest/v1/rpc/create_booking_with_payment";
        let arguments = json!({"p_learner_user_id": self.world.id(learner), "p_slot_id": slot_id});
        self.send_as(learner, Method::POST, path, &arguments).await
    }

    /// The same through the checkout.
    async fn check_out(&self, learner: &str, slot_id: Uuid) -> Answer {
        let path = "/functions/v1/create-booking";
        self.send_as(learner, Method::POST, path, &json!({"slot_id": slot_id})).await
    }

    /// Something that is written without a provider's lock.
    async fn rename(&self, learner: &str) -> Answer {
        let path = format!("/rest/v1/user_profiles?id=eq.{}", self.world.id(learner));
        self.send_as(learner, Method::PATCH, &path, &json!({"first_name": "Alma"})).await
    }

    async fn send_as(&self, learner: &str, method: Method, path: &str, body: &Value) -> Answer {
        let request = self
            .http
            .request(method, format!("{}{path}", self.url))
            .header("apikey", &self.world.keys.anon_key)
            .bearer_auth(self.world.token(learner))
            .json(body);
        self.world.send(request).await
    }

    async fn read(&self) -> Answer {
        self.read_with(&self.world.keys.anon_key, "id").await
    }

    async fn read_with(&self, key: &str, columns: &str) -> Answer {
        let url = format!("{}/rest/v1/sessions?select={columns}&limit=1", self.url);
        self.world.send(self.http.get(url).header("apikey", key)).await
    }

    /// How many connections of the server wait for a lock, as soon as there are `expected`.
    async fn waiting(&self, expected: i64) -> i64 {
        let waiting = "select count(*) from pg_stat_activity, pg_sleep(0.02)
                       where datname = current_database() and application_name = 'fair'
                         and wait_event_type = 'Lock'";
        let mut count = 0;
        for _ in 0..500 {
            count = self.world.value(waiting, &[]).await;
            if count >= expected {
                break;
            }
        }
        count
    }
}

fn lock_of(world: &World, expert: &str) -> String {
    let id = world.id(expert);
    format!("select from core.provider where provider_id = '{id}' for no key update")
}

fn sold(answers: &[Answer]) -> usize {
    answers.iter().filter(|answer| answer.status == 200).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_answer_while_every_writer_waits_for_a_lock() {
    let fair = Fair::new(Limits { queues: false, ..LIMITS }, 30).await;
    let slot = fair.slot("tara", 5).await;
    let gun = fair.world.hold(&lock_of(&fair.world, "tara")).await;
    let booked = join_all(fair.learners.iter().map(|learner| fair.book(learner, slot)));
    let others = async {
        // All that may write do wait, and would until the lock is let go.
        assert_eq!(fair.waiting(6).await, 6, "writers have six of eight connections");
        for _ in 0..20 {
            assert_eq!(fair.read().await.status, 200);
        }
        assert_eq!(fair.waiting(6).await, 6, "nobody has let go meanwhile");
        gun.fire_at(6).await;
    };
    let (answers, ()) = tokio::join!(booked, others);
    assert_eq!(sold(&answers), 5);
    assert!(answers.iter().all(|answer| matches!(answer.status, 200 | 409)));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_wants_a_locked_provider_queues_outside_of_the_database() {
    let fair = Fair::new(LIMITS, 31).await;
    let (taras, omars) = (fair.slot("tara", 5).await, fair.slot("omar", 1).await);
    let gun = fair.world.hold(&lock_of(&fair.world, "tara")).await;
    let (other, crowd) = fair.learners.split_first().expect("learners");
    let booked = join_all(crowd.iter().map(|learner| fair.book(learner, taras)));
    let others = async {
        assert_eq!(fair.waiting(2).await, 2);
        // Thirty want tara; omar is booked all the same.
        assert_eq!(fair.book(other, omars).await.status, 200);
        assert_eq!(fair.waiting(2).await, 2, "two stand at the lock, the others in this process");
        gun.fire_at(2).await;
    };
    let (answers, ()) = tokio::join!(booked, others);
    assert_eq!(sold(&answers), 5);
    assert!(answers.iter().all(|answer| matches!(answer.status, 200 | 409)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_longer_than_the_patience_refuses_at_once_and_says_when_to_come_back() {
    let wait = Duration::from_millis(300);
    let fair = Fair::new(Limits { wait, ..LIMITS }, 100).await;
    let slot = fair.slot("tara", 50).await;
    let gun = fair.world.hold(&lock_of(&fair.world, "tara")).await;
    let booked = join_all(fair.learners.iter().map(|learner| fair.book(learner, slot)));
    let release = async {
        assert_eq!(fair.waiting(2).await, 2);
        gun.fire_at(2).await;
    };
    let (answers, ()) = tokio::join!(booked, release);
    let refused: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 503).collect();
    assert!(!refused.is_empty(), "a hundred do not fit in 300 ms of a line that moves by 10 ms");
    let later: HashSet<_> = refused.iter().map(|answer| &answer.headers["retry-after"]).collect();
    assert_eq!(later, ["1", "2", "3"].map(HeaderValue::from_static).iter().collect());
    assert!(refused.iter().all(|answer| answer.body["code"] == json!("PGRST003")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowded_house_refuses_before_it_reads_the_request() {
    let wait = Duration::from_millis(300);
    let fair = Fair::new(Limits { connections: 1, queues: false, wait, ..LIMITS }, 1).await;
    let slot = fair.slot("tara", 1).await;
    assert_eq!(fair.read_with(&fair.world.keys.anon_key, "(").await.status, 400);
    let gun = fair.world.hold(&lock_of(&fair.world, "tara")).await;
    let others = async {
        assert_eq!(fair.waiting(1).await, 1, "the one connection is taken");
        // This one has waited as long as anybody may, so the line stands still.
        assert_eq!(fair.read().await.status, 503);
        let told = fair.read_with(&fair.world.keys.anon_key, "(").await;
        assert_eq!((told.status, &told.body["code"]), (503, &json!("PGRST003")));
        assert_eq!(fair.read_with("forged", "id").await.status, 401);
        gun.fire_at(1).await;
    };
    let (booked, ()) = tokio::join!(fair.book(&fair.learners[0], slot), others);
    assert_eq!(booked.status, 200);
    assert_eq!(fair.read().await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_slot_is_told_while_its_provider_is_locked() {
    let fair = Fair::new(LIMITS, 3).await;
    let slot = fair.slot("tara", 1).await;
    assert_eq!(fair.book(&fair.learners[0], slot).await.status, 200);
    let gun = fair.world.hold(&lock_of(&fair.world, "tara")).await;
    let told = fair.book(&fair.learners[1], slot).await;
    assert_eq!((told.status, &told.body["message"]), (409, &json!("slot_full")));
    // Whoever has it is told so, and that takes no lock either.
    let told = fair.book(&fair.learners[0], slot).await;
    assert_eq!(told.body["message"], Value::from("already_booked"));
    gun.fire_at(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_booking_that_is_made_is_told_whoever_stands_in_line_behind_it() {
    // One connection: who needs it twice stands behind the others, who wait for another lock.
    let fair = Fair::new(Limits { connections: 1, queues: false, ..LIMITS }, 2).await;
    let (taras, omars) = (fair.slot("tara", 1).await, fair.slot("omar", 1).await);
    let [first, second] = fair.learners.as_slice() else { panic!("two learners") };
    fair.read().await.ok();

    let taras_gun = fair.world.hold(&lock_of(&fair.world, "tara")).await;
    let omars_gun = fair.world.hold(&lock_of(&fair.world, "omar")).await;
    let told = async {
        let told = timeout(LIMITS.wait / 2, fair.check_out(first, taras)).await;
        omars_gun.fire_at(1).await;
        told.expect("an answer before the others have their turn").ok()
    };
    let other = async {
        assert_eq!(fair.waiting(1).await, 1);
        fair.book(second, omars).await
    };
    let release = async {
        assert_eq!(fair.waiting(1).await, 1);
        taras_gun.fire_at(1).await;
    };
    let (told, _, ()) = tokio::join!(told, other, release);
    assert_eq!(told["status"], "confirmed");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_waited_for_a_lock_stands_behind_nobody_who_came_later() {
    let fair = Fair::new(LIMITS, 13).await;
    let slot = fair.slot("tara", 3).await;
    let (crowd, others) = fair.learners.split_at(3);
    let ids: Vec<String> = others.iter().map(|name| format!("'{}'", fair.world.id(name))).collect();
    let rows = format!(
        "select from core.person where person_id in ({}) for no key update",
        ids.join(", ")
    );

    let taras_gun = fair.world.hold(&lock_of(&fair.world, "tara")).await;
    let rows_gun = fair.world.hold(&rows).await;
    let booked = async {
        // Two stand at the lock, the third in this process.
        let booked = join_all(crowd.iter().map(|learner| fair.book(learner, slot)));
        let booked = timeout(LIMITS.wait / 2, booked).await;
        rows_gun.fire_at(1).await;
        booked.expect("bookings before those who came later are through")
    };
    let renamed = async {
        assert_eq!(fair.waiting(2).await, 2);
        join_all(others.iter().map(|learner| fair.rename(learner))).await
    };
    let release = async {
        // Whatever connections writers may have are taken by those who came later.
        assert_eq!(fair.waiting(6).await, 6);
        taras_gun.fire_at(6).await;
    };
    let (booked, renamed, ()) = tokio::join!(booked, renamed, release);
    assert_eq!(sold(&booked), 3);
    assert!(renamed.iter().all(|answer| answer.status < 300), "{renamed:?}");
}
