//! The connection to a database on another machine: TLS and a password.
//!
//! Postgres is real and asks for SCRAM. In front of it is a proxy that speaks TLS as Postgres does,
//! because not every build of Postgres supports TLS.

use std::{fs, path::Path, sync::Arc};

use ::postgres::{Caller, Db, Failure, Limits, tls};
use anyhow::{Context, Result};
use convene::deploy;
use local_postgres::{Account, Keep, Server};
use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream, UnixStream},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{RootCertStore, ServerConfig, crypto::ring, pki_types::PrivatePkcs8KeyDer},
};

use crate::wire::plain;

/// The TLS request of a client: the length eight, and a number.
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];

/// A server whose local connections need a password, except those of the administrator.
fn locked(home: &Path) -> Result<Server> {
    let account = Account::unprivileged()?;
    let binaries = local_postgres::find(&account)?;
    account.own(home)?;
    Server::start(&binaries, &account, home, Keep::Data)?.stop()?;
    let rules = "local all postgres trust\nlocal all all scram-sha-256\n";
    fs::write(home.join("data/pg_hba.conf"), rules)?;
    Server::start(&binaries, &account, home, Keep::Data)
}

fn certified() -> CertifiedKey<KeyPair> {
    generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate")
}

/// Forward connections to the socket at `postgres`; decrypt TLS if there is a certificate. Returns
/// the port.
async fn doorkeeper(postgres: String, tls: Option<&CertifiedKey<KeyPair>>) -> Result<u16> {
    let acceptor = tls.map(acceptor).transpose()?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            // A client that is refused closes the connection, which is no fault here.
            tokio::spawn(hand_on(client, postgres.clone(), acceptor.clone()));
        }
    });
    Ok(port)
}

fn acceptor(certified: &CertifiedKey<KeyPair>) -> Result<TlsAcceptor> {
    let key = PrivatePkcs8KeyDer::from(certified.signing_key.serialize_der());
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certified.cert.der().clone()], key.into())?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

async fn hand_on(
    mut client: TcpStream,
    postgres: String,
    acceptor: Option<TlsAcceptor>,
) -> Result<()> {
    let mut asked = [0; 8];
    client.read_exact(&mut asked).await?;
    anyhow::ensure!(asked == SSL_REQUEST, "whoever comes here asks for TLS first");
    let mut server = UnixStream::connect(postgres).await?;
    client.write_all(if acceptor.is_some() { b"S" } else { b"N" }).await?;
    match acceptor {
        None => copy_bidirectional(&mut client, &mut server).await?,
        Some(acceptor) => {
            copy_bidirectional(&mut acceptor.accept(client).await?, &mut server).await?
        }
    };
    Ok(())
}

/// The user of a connection, and the database.
struct Way<'a> {
    host: &'a str,
    port: u16,
    password: &'a str,
    mode: &'a str,
    trusts: &'a CertifiedKey<KeyPair>,
}

impl Way<'_> {
    fn open(&self) -> Result<Db> {
        let Self { host, port, password, mode, .. } = self;
        let url = format!("postgres://walker:{password}@{host}:{port}/postgres?sslmode={mode}");
        let mut roots = RootCertStore::empty();
        roots.add(self.trusts.cert.der().clone())?;
        Ok(Db::over(url.parse()?, tls::trusting(roots)?, Limits::default())?)
    }

    /// The result: as a failure, and as the answer made from the failure.
    async fn tried(&self) -> (String, String) {
        let db = self.open().expect("good settings");
        let sql = "select current_user::text";
        let own = match db.transact(&plain(sql)).await {
            Ok(outcome) => outcome.rows[0].text(0).expect("a name"),
            Err(Failure::Refused(refused)) => refused.code,
            Err(other) => other.to_string(),
        };
        let as_walker = Caller { role: "walker", ..Caller::ANON };
        let librarys = match db.text(as_walker, sql, &[]).await {
            Ok(name) => name.expect("a name"),
            Err(error) => error.code.to_string(),
        };
        (own, librarys)
    }
}

#[tokio::test]
async fn nobody_gets_a_password_who_cannot_prove_to_be_the_database() -> Result<()> {
    let home = tempfile::tempdir()?;
    let path = home.path().to_owned();
    let server = tokio::task::spawn_blocking(move || locked(&path)).await??;
    let admin = deploy::connect(&server.url("postgres", "postgres")).await?;
    admin.batch_execute("create role walker login password 'seven leagues'").await?;
    let folder: String = admin.query_one("show unix_socket_directories", &[]).await?.get(0);
    let socket = format!("{folder}/.s.PGSQL.5432");

    let (known, unknown) = (certified(), certified());
    let port = doorkeeper(socket.clone(), Some(&known)).await?;
    let good = Way {
        host: "localhost",
        port,
        password: "seven%20leagues",
        mode: "require",
        trusts: &known,
    };
    let (own, librarys) = good.tried().await;
    assert_eq!((own.as_str(), librarys.as_str()), ("walker", "walker"));

    let (own, librarys) = Way { password: "wrong", ..good }.tried().await;
    assert_eq!((own.as_str(), librarys.as_str()), ("28P01", "08001"));

    let (own, librarys) = Way { trusts: &unknown, ..good }.tried().await;
    assert!(own.contains("invalid peer certificate"), "{own}");
    assert_eq!(librarys, "08001");

    let (own, librarys) = Way { host: "127.0.0.1", ..good }.tried().await;
    assert!(own.contains("not valid for name"), "{own}");
    assert_eq!(librarys, "08001");

    let plain = doorkeeper(socket, None).await?;
    let (own, librarys) = Way { port: plain, ..good }.tried().await;
    assert!(own.contains("does not speak TLS"), "{own}");
    assert_eq!(librarys, "08001");
    let (own, librarys) = Way { port: plain, mode: "prefer", ..good }.tried().await;
    assert_eq!((own.as_str(), librarys.as_str()), ("walker", "walker"));

    drop(admin);
    tokio::task::spawn_blocking(|| server.stop()).await?.context("it ends")
}
