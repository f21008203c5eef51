//! A marketplace for one test: a database, all routers over HTTP, and people.

use std::time::Duration;

use convene::{
    deploy::{self, Logins},
    keys::Keys,
    local,
    routers::{self, House},
    settings::Stripe,
};
use postgres::{Db, Limits};
use reqwest::{Client as Http, Method};
use serde_json::Value;
use stripe_double::StripeDouble;
use tokio::net::TcpListener;
use tokio_postgres::{Client, Row};
use uuid::Uuid;
use web::server::{self, Deadlines};

use crate::{
    Answer, Gun, Who,
    cluster::{Cluster, Database},
    who::id,
};

/// The marketplace of one test.
///
/// Its requests go over HTTP to the same routers that `convene serve` runs. Its SQL runs as a
/// superuser, without row-level security, to prepare the scene and to check the result.
pub struct World {
    /// Its address: `http://127.0.0.1:port`.
    pub url: String,
    /// The keys of its clients.
    pub keys: Keys,
    /// The two logins of the Lambdas.
    pub logins: Logins,
    pub(crate) api: Db,
    pub(crate) database: Database,
    cluster: &'static Cluster,
    http: Http,
    sql: Client,
}

/// A race may keep hundreds waiting; no test may wait for ever. Contenders meet in the database:
/// they would not meet at the line before it.
const LIMITS: Limits = Limits {
    connections: 54,
    // As long as a request may take, but for the time to say so.
    wait: Duration::from_secs(110),
    deadline: Duration::from_secs(30),
    prepared: true,
    // So that reads share connections in a build without optimizations, too.
    brief: Duration::from_millis(20),
    queues: false,
};

/// The last of a thousand is answered too, on a busy machine.
const PATIENT: Deadlines = Deadlines {
    head: Duration::from_secs(120),
    request: Duration::from_secs(120),
    end: Duration::from_secs(10),
};

/// Parameters of a statement that the superuser runs.
pub type SqlParams<'a> = &'a [&'a (dyn tokio_postgres::types::ToSql + Sync)];

impl World {
    /// A new marketplace without people, where nothing can be paid.
    pub async fn new() -> Self {
        Self::open(|_| std::future::ready(Ok(None))).await.unwrap_or_else(no_world).0
    }

    /// A marketplace with a stand-in for Stripe, which sends its events to this world's webhooks.
    pub async fn paying() -> (Self, StripeDouble) {
        let stripe = async |url: String| local::stripe::start(None, &url).await.map(Some);
        let (world, double) = Self::open(stripe).await.unwrap_or_else(no_world);
        (world, double.expect("it was asked for"))
    }

    async fn open<F: Future<Output = anyhow::Result<Option<(Stripe, StripeDouble)>>>>(
        stripe: impl FnOnce(String) -> F,
    ) -> anyhow::Result<(Self, Option<StripeDouble>)> {
        let cluster = Cluster::get().await?;
        let database = cluster.clone_template().await?;
        let logins = deploy::derive(&database.owner_url).await?;
        let keys = Keys::fleeting()?;
        let api = Db::connect(&logins.api, LIMITS)?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let (stripe, double) = stripe(url.clone()).await?.unzip();
        let house = House {
            api: api.clone(),
            service: Db::connect(&logins.service, LIMITS)?,
            keys: keys.clone(),
            stripe,
            site_url: "http://127.0.0.1:3000".into(),
            base_url: url.clone(),
        };
        let routes = routers::all(house)?;
        tokio::spawn(server::until(listener, routes, PATIENT, std::future::pending()));
        let sql = deploy::connect(&database.admin_url).await?;
        Ok((Self { url, keys, logins, api, database, cluster, http: Http::new(), sql }, double))
    }

    /// The deploying user's connection string for this database. That user owns it and is not a
    /// superuser.
    pub fn owner_url(&self) -> &str {
        &self.database.owner_url
    }

    /// Create people by name. A person who exists stays as they are.
    pub async fn introduce(&self, names: &[&str]) {
        for name in names {
            let sql = "insert into core.person (person_id, display_name) values ($1, $2)
                       on conflict (person_id) do nothing";
            self.execute(sql, &[&id(name), name]).await;
        }
    }

    /// The id of a person, which is the `sub` of their token.
    pub fn id(&self, name: &str) -> Uuid {
        id(name)
    }

    /// An access token of a person, good for an hour.
    pub fn token(&self, name: &str) -> String {
        self.mint(&tokens::user_claims(id(name)))
    }

    /// A token with these claims; its issuer is this marketplace unless the claims name another.
    pub fn mint(&self, claims: &Value) -> String {
        let mut claims = claims.clone();
        if let Some(members) = claims.as_object_mut() {
            let issuer = tokens::auth_url(&self.url);
            members.entry("iss").or_insert_with(|| issuer.into());
        }
        tokens::mint(&self.keys.jwt_secret, &claims).expect("claims can be signed")
    }

    /// Call a function as `who`, as supabase-js does.
    pub async fn rpc<'a>(&self, who: impl Into<Who<'a>>, name: &str, arguments: Value) -> Answer {
        self.post(who, &format!("/rest/v1/rpc/{name}"), arguments).await
    }

    /// GET a path, which begins with a slash.
    pub async fn get<'a>(&self, who: impl Into<Who<'a>>, path: &str) -> Answer {
        self.send(self.request(who, Method::GET, path)).await
    }

    /// POST JSON to a path.
    pub async fn post<'a>(&self, who: impl Into<Who<'a>>, path: &str, body: Value) -> Answer {
        self.send(self.request(who, Method::POST, path).json(&body)).await
    }

    /// Begin a request as `who`; add headers or a body, then pass it to [`Self::send`].
    pub fn request<'a>(
        &self,
        who: impl Into<Who<'a>>,
        method: Method,
        path: &str,
    ) -> reqwest::RequestBuilder {
        let (key, token) = match who.into() {
            Who::Anonymous => (&self.keys.anon_key, self.keys.anon_key.clone()),
            Who::Service => (&self.keys.service_key, self.keys.service_key.clone()),
            Who::Person(name) => (&self.keys.anon_key, self.token(name)),
        };
        self.http
            .request(method, format!("{}{path}", self.url))
            .header("apikey", key)
            .bearer_auth(token)
    }

    /// Send a request and read the whole answer.
    pub async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        Answer::read(request.send().await.expect("the server answers")).await
    }

    /// Run statements, separated by semicolons, as the superuser.
    pub async fn sql(&self, sql: &str) {
        let done = self.sql.batch_execute(sql).await;
        done.unwrap_or_else(|error| panic!("{}\n{sql}", told(&error)));
    }

    /// Run one statement with parameters, and return the number of rows it touched.
    pub async fn execute(&self, sql: &str, params: SqlParams<'_>) -> u64 {
        let done = self.sql.execute(sql, params).await;
        done.unwrap_or_else(|error| panic!("{}\n{sql}", told(&error)))
    }

    /// The rows of a query.
    pub async fn rows(&self, sql: &str, params: SqlParams<'_>) -> Vec<Row> {
        let rows = self.sql.query(sql, params).await;
        rows.unwrap_or_else(|error| panic!("{}\n{sql}", told(&error)))
    }

    /// The one value of a query: `world.value::<i64>("select count(*) from …", &[])`.
    pub async fn value<T>(&self, sql: &str, params: SqlParams<'_>) -> T
    where
        T: for<'a> tokio_postgres::types::FromSql<'a>,
    {
        let rows = self.rows(sql, params).await;
        assert_eq!(rows.len(), 1, "one row is expected of {sql}");
        rows[0].get(0)
    }

    /// Open another connection as the superuser, for tests that hold a transaction open.
    pub async fn connection(&self) -> Client {
        let client = deploy::connect(&self.database.admin_url).await;
        client.unwrap_or_else(|error| panic!("no connection: {error:#}"))
    }

    /// Take a lock, such as `select from core.slot where slot_id = '…' for update`, so that
    /// contenders wait behind it: see [`Gun::fire_at`].
    pub async fn hold(&self, lock: &str) -> Gun {
        Gun::load(self.connection().await, self.connection().await, lock).await
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.cluster.discard(std::mem::take(&mut self.database.name));
    }
}

fn no_world<T>(error: anyhow::Error) -> T {
    panic!("no world: {error:#}")
}

/// The complete error of the database.
pub(crate) fn told(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        None => error.to_string(),
        Some(db) => {
            let more = [db.detail(), db.hint(), db.where_()];
            let more: Vec<&str> = more.into_iter().flatten().collect();
            format!("{} {}\n{}", db.code().code(), db.message(), more.join("\n"))
        }
    }
}
