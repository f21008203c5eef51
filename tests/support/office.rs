//! The whole path of a message in one test: a relay, a queue, a mailer and a mailbox.

use std::time::Duration;

use convene::post;
use local_mailbox::{Mail, Mailbox};
use local_queue::{LocalQueue, Rules};
use mailer::{Mailer, Settings};
use postgres::{Caller, Db, Limits};
use serde_json::{Value, json};
use tests::World;
use tokio::time::Instant;
use uuid::Uuid;

/// A world with a post office.
pub struct Office {
    pub world: World,
    pub service: Db,
    pub queue: LocalQueue,
    pub mailbox: Mailbox,
    pub mailer: Mailer,
}

/// Received messages stay visible and three attempts are enough, so that no test has to wait.
pub const RULES: Rules =
    Rules { visibility: Duration::ZERO, max_receive_count: 3, wait: Duration::ZERO };

impl Office {
    /// Alice in Copenhagen and Tara in Nairobi, with addresses; nothing has happened yet.
    pub async fn open() -> Self {
        let world = World::new().await;
        world.introduce(&["alice", "tara"]).await;
        world
            .sql(
                "update core.person set timezone = 'Europe/Copenhagen', locale = 'da'
                 where display_name = 'alice';
                 update core.person set timezone = 'Africa/Nairobi' where display_name = 'tara';
                 insert into core.person_private (person_id, contact_email)
                 select p.person_id, p.display_name || '@example.org' from core.person as p
                 on conflict (person_id) do update set contact_email = excluded.contact_email;",
            )
            .await;
        Self::of(world).await
    }

    /// A post office for a world that has people already.
    pub async fn of(world: World) -> Self {
        let limits = Limits { connections: 20, ..Limits::default() };
        let service = Db::connect(&world.logins.service, limits).expect("a connection string");
        let queue = LocalQueue::open(world.owner_url(), RULES).await.expect("a queue");
        let mailbox = Mailbox::open(world.owner_url()).await.expect("a mailbox");
        let mailer = mailer(service.clone(), &mailbox);
        Self { world, service, queue, mailbox, mailer }
    }

    /// The service login under a name of its own, by which Postgres knows the process. It shares no
    /// connection with the others.
    pub fn another_service(&self, name: &str) -> Db {
        let url = named(&self.world.logins.service, name);
        Db::connect(&url, Limits::default()).expect("a connection string")
    }

    /// Its connection to the queue.
    pub async fn another_queue(&self, name: &str) -> LocalQueue {
        LocalQueue::open(&named(self.world.owner_url(), name), RULES).await.expect("a queue")
    }

    /// A mailer in a process of its own.
    pub fn another_mailer(&self, name: &str) -> Mailer {
        mailer(self.another_service(name), &self.mailbox)
    }

    /// Wait until Postgres has noticed the end of that process; otherwise its last statement might
    /// be executed after what comes next.
    pub async fn gone(&self, name: &str) {
        let sql = "select count(*) from pg_stat_activity
                   where datname = current_database() and application_name = $1";
        while self.world.value::<i64>(sql, &[&name]).await > 0 {
            tokio::task::yield_now().await;
        }
    }

    /// Send a message to a person, as a function of the database would.
    pub async fn notify(&self, name: &str, kind: &str, payload: Value) -> Uuid {
        let sql = "select internal.notify($1, $2, $3)::text";
        self.world.rows(sql, &[&self.world.id(name), &kind, &payload]).await;
        let sql = "select o.outbox_id from core.outbox as o order by o.outbox_id desc limit 1";
        self.world.value(sql, &[]).await
    }

    /// Relay what is due.
    pub async fn relay(&self) -> relay::Summary {
        relay::run(&self.service, &self.queue, soon()).await.expect("the relay runs")
    }

    /// Deliver what lies in the queue, once.
    pub async fn deliver(&self) -> usize {
        post::deliver(&self.queue, &self.mailer).await.expect("the mailer answers")
    }

    /// Relay and deliver until nothing moves any more.
    pub async fn settle(&self) {
        self.relay().await;
        while self.deliver().await > 0 {}
    }

    /// The mails that have arrived.
    pub async fn mails(&self) -> Vec<Mail> {
        self.mailbox.mails().await.expect("a mailbox")
    }

    /// Claim a delivery, as a mailer does before it dies.
    pub async fn claim(&self, outbox_id: Uuid) -> Value {
        let sql = "select api.claim_delivery($1)";
        self.service.json(Caller::SERVICE, sql, &[&outbox_id]).await.expect("a claim")
    }

    /// End every lease, as time would.
    pub async fn let_leases_end(&self) {
        self.world
            .sql(
                "update core.outbox set available_at = now() where sent_at is null;
                 update core.delivery set claimed_until = now() where claimed_until is not null;",
            )
            .await;
    }

    /// A body as the relay writes it.
    pub fn body(outbox_id: Uuid) -> String {
        json!({ "outbox_id": outbox_id }).to_string()
    }
}

/// A connection string whose connections have this name in Postgres.
pub fn named(url: &str, name: &str) -> String {
    let separator = if url.contains('?') { '&' } else { '?' };
    format!("{url}{separator}application_name={name}")
}

fn mailer(service: Db, mailbox: &Mailbox) -> Mailer {
    let url = |text: &str| text.parse().expect("a URL");
    let settings = Settings {
        smtp_url: url(&mailbox.smtp_url()),
        mail_from: "house@convene.example".parse().expect("an address"),
        site_url: url("https://convene.example"),
        api_url: url("https://api.convene.example"),
    };
    Mailer::new(service, settings).expect("a mailer")
}

/// A deadline like that of a Lambda.
pub fn soon() -> Instant {
    Instant::now() + Duration::from_secs(30)
}
