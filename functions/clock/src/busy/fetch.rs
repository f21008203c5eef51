//! Fetch a calendar from the address that its owner gave, with limits.

use std::{
    future::Future,
    io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use environment::BadSetting;
use http::{HeaderMap, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Empty, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{
        Client,
        connect::{HttpConnector, dns::Name},
    },
    rt::TokioExecutor,
};
use url::{Host, Url};

/// The time limit from the first look-up to the last byte, over all redirects.
pub(super) const DEADLINE: Duration = Duration::from_secs(15);
const CONNECT_DEADLINE: Duration = Duration::from_secs(5);
/// Larger calendars are not read.
pub(super) const SIZE: usize = 2 << 20;
pub(super) const REDIRECTS: usize = 3;

/// Which addresses may be reached.
type Policy = fn(IpAddr) -> bool;

/// A client for addresses that strangers choose. Cheap to clone.
#[derive(Clone)]
pub struct Fetcher {
    http: Client<HttpsConnector<HttpConnector<Names>>, Empty<Bytes>>,
    policy: Policy,
    deadline: Duration,
}

/// The result of a fetch.
#[derive(Debug, PartialEq, Eq)]
pub enum Fetched {
    /// The calendar has not changed since its ETag was read.
    Unchanged,
    /// A text, and its ETag.
    Text {
        /// The text.
        text: String,
        /// The ETag, so that an unchanged calendar is not sent again.
        etag: Option<String>,
    },
}

/// Resolves names and drops every address that may not be reached. The connection uses exactly the
/// addresses that were checked, so a name cannot change its answer in between.
#[derive(Clone)]
struct Names(Policy);

impl tower::Service<Name> for Names {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, io::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), io::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let policy = self.0;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> = found.filter(|at| policy(at.ip())).collect();
            match allowed.is_empty() {
                true => Err(io::ErrorKind::AddrNotAvailable.into()),
                false => Ok(allowed.into_iter()),
            }
        })
    }
}

impl Fetcher {
    /// A fetcher that reaches the addresses that `policy` allows.
    pub fn new(policy: Policy) -> Result<Self, BadSetting> {
        let mut tcp = HttpConnector::new_with_resolver(Names(policy));
        tcp.enforce_http(false);
        tcp.set_connect_timeout(Some(CONNECT_DEADLINE));
        let provider = rustls::crypto::ring::default_provider();
        let tls = HttpsConnectorBuilder::new().with_provider_and_webpki_roots(provider);
        let tls = tls.map_err(|error| BadSetting::new("TLS", error.to_string()))?;
        let connector = tls.https_or_http().enable_http1().wrap_connector(tcp);
        // No connection is kept open: the next calendar is on another server.
        let http = Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build(connector);
        Ok(Self { http, policy, deadline: DEADLINE })
    }

    /// The same with another deadline.
    pub fn within(self, deadline: Duration) -> Self {
        Self { deadline, ..self }
    }

    /// Fetch `url`, or explain the failure in a sentence for the person who gave the address.
    pub async fn fetch(&self, url: &str, etag: Option<&str>) -> Result<Fetched, String> {
        let fetching = tokio::time::timeout(self.deadline, self.follow(url, etag));
        fetching.await.unwrap_or_else(|_| Err("It did not answer in time.".into()))
    }

    async fn follow(&self, url: &str, etag: Option<&str>) -> Result<Fetched, String> {
        let mut url = Url::parse(url).map_err(|_| "Its address is none.".to_owned())?;
        for _ in 0..=REDIRECTS {
            self.check(&url)?;
            let response = self.get(&url, etag).await?;
            let status = response.status();
            if status == StatusCode::NOT_MODIFIED && etag.is_some() {
                return Ok(Fetched::Unchanged);
            }
            if status.is_success() {
                return text_of(response).await;
            }
            if !status.is_redirection() {
                return Err(format!("It answered {}.", status.as_u16()));
            }
            let location = word(response.headers(), &header::LOCATION);
            url = location
                .and_then(|location| url.join(&location).ok())
                .ok_or_else(|| "It redirects to nowhere.".to_owned())?;
        }
        Err(format!("It redirects more than {REDIRECTS} times."))
    }

    /// A name is checked when it is resolved; an address that is written as numbers is never
    /// resolved, so check it here.
    fn check(&self, url: &Url) -> Result<(), String> {
        let allowed = match url.host() {
            _ if !matches!(url.scheme(), "http" | "https") => false,
            _ if !url.username().is_empty() || url.password().is_some() => false,
            None => false,
            Some(Host::Ipv4(address)) => (self.policy)(address.into()),
            Some(Host::Ipv6(address)) => (self.policy)(address.into()),
            Some(Host::Domain(_)) => true,
        };
        if allowed { Ok(()) } else { Err("Its address may not be reached from here.".into()) }
    }

    async fn get(
        &self,
        url: &Url,
        etag: Option<&str>,
    ) -> Result<Response<hyper::body::Incoming>, String> {
        let mut request = Request::get(url.as_str())
            .header(header::USER_AGENT, "Convene")
            .header(header::ACCEPT, "text/calendar, */*;q=0.1");
        if let Some(etag) = etag {
            request = request.header(header::IF_NONE_MATCH, etag);
        }
        let request = request.body(Empty::new()).map_err(|_| "Its address is none.".to_owned())?;
        self.http.request(request).await.map_err(|error| {
            tracing::info!(%error, "a busy calendar cannot be reached");
            "It cannot be reached.".to_owned()
        })
    }
}

async fn text_of(response: Response<hyper::body::Incoming>) -> Result<Fetched, String> {
    let etag = word(response.headers(), &header::ETAG);
    let body =
        Limited::new(response.into_body(), SIZE).collect().await.map_err(|error| {
            match error.is::<http_body_util::LengthLimitError>() {
                true => format!("It is larger than {} MB.", SIZE >> 20),
                false => "Its answer broke off.".to_owned(),
            }
        })?;
    let text = String::from_utf8_lossy(&body.to_bytes()).into_owned();
    Ok(Fetched::Text { text, etag })
}

fn word(headers: &HeaderMap, name: &header::HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}
