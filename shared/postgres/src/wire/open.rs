//! Opening a connection: the socket, TLS, the password.

use std::{io, time::Duration};

use deadpool::managed::{self, Metrics, RecycleError, RecycleResult};
use postgres_protocol::{
    authentication::{
        md5_hash,
        sasl::{ChannelBinding, SCRAM_SHA_256, ScramSha256},
    },
    message::{backend::Message, frontend},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpStream, UnixStream},
};
use tokio_postgres::{
    Config,
    config::{self, Host, SslMode, SslNegotiation},
    tls::{MakeTlsConnect, TlsConnect},
};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{Failure, Refused, State, Stream, Wire};

/// How long connecting may take, where the connection string does not say.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Opens and checks the connections of a pool.
pub struct Opener {
    config: Config,
    tls: MakeRustlsConnect,
    /// Whether the connections keep the plans of statements.
    prepared: bool,
}

impl managed::Manager for Opener {
    type Type = Wire;
    type Error = Failure;

    async fn create(&self) -> Result<Wire, Failure> {
        self.open().await
    }

    async fn recycle(&self, wire: &mut Wire, _: &Metrics) -> RecycleResult<Failure> {
        match wire.is_usable().await {
            true => Ok(()),
            false => Err(RecycleError::message("the connection is lost")),
        }
    }
}

impl Opener {
    /// Connections as `config` says, their certificates checked by `tls`.
    pub fn new(config: Config, tls: MakeRustlsConnect, prepared: bool) -> Self {
        Self { config, tls, prepared }
    }

    async fn open(&self) -> Result<Wire, Failure> {
        let within = self.config.get_connect_timeout().copied().unwrap_or(TIMEOUT);
        let ports = self.config.get_ports();
        let mut failure = Failure::Connection(io::ErrorKind::AddrNotAvailable.into());
        for (at, host) in self.config.get_hosts().iter().enumerate() {
            let port = ports.get(at).or(ports.first()).copied().unwrap_or(5432);
            let opened = async {
                let mut wire = Wire::over(self.connected(host, port).await?, self.prepared);
                self.sign_in(&mut wire).await?;
                Ok::<_, Failure>(wire)
            };
            failure = match tokio::time::timeout(within, opened).await {
                Ok(Ok(wire)) => return Ok(wire),
                Ok(Err(failure)) => failure,
                Err(_) => Failure::Connection(io::ErrorKind::TimedOut.into()),
            };
        }
        Err(failure)
    }

    async fn connected(&self, host: &Host, port: u16) -> io::Result<Box<dyn Stream>> {
        match host {
            Host::Unix(folder) => {
                let path = folder.join(format!(".s.PGSQL.{port}"));
                Ok(Box::new(UnixStream::connect(path).await?))
            }
            Host::Tcp(name) => {
                let stream = TcpStream::connect((name.as_str(), port)).await?;
                stream.set_nodelay(true)?;
                self.secured(stream, name).await
            }
        }
    }

    async fn secured(&self, mut stream: TcpStream, name: &str) -> io::Result<Box<dyn Stream>> {
        let mode = self.config.get_ssl_mode();
        if mode == SslMode::Disable {
            return Ok(Box::new(stream));
        }
        if self.config.get_ssl_negotiation() == SslNegotiation::Postgres {
            let mut request = bytes::BytesMut::new();
            frontend::ssl_request(&mut request);
            stream.write_all(&request).await?;
            if stream.read_u8().await? != b'S' {
                return match mode {
                    SslMode::Prefer => Ok(Box::new(stream)),
                    _ => Err(io::Error::other("the server does not speak TLS")),
                };
            }
        }
        let mut tls = self.tls.clone();
        let tls = MakeTlsConnect::<TcpStream>::make_tls_connect(&mut tls, name);
        Ok(Box::new(tls.map_err(io::Error::other)?.connect(stream).await?))
    }

    async fn sign_in(&self, wire: &mut Wire) -> Result<(), Failure> {
        let user = self.config.get_user().unwrap_or_default();
        let settings = [
            Some(("client_encoding", "UTF8")),
            Some(("user", user)),
            self.config.get_dbname().map(|name| ("database", name)),
            self.config.get_options().map(|options| ("options", options)),
            self.config.get_application_name().map(|name| ("application_name", name)),
        ];
        frontend::startup_message(settings.into_iter().flatten(), &mut wire.to_send)?;
        let mut proof = None;
        loop {
            wire.send().await?;
            // What needs no reply is read here, up to what does.
            loop {
                match wire.next().await? {
                    Message::AuthenticationCleartextPassword => {
                        frontend::password_message(self.password()?, &mut wire.to_send)?;
                        break;
                    }
                    Message::AuthenticationMd5Password(body) => {
                        let hash = md5_hash(user.as_bytes(), self.password()?, body.salt());
                        frontend::password_message(hash.as_bytes(), &mut wire.to_send)?;
                        break;
                    }
                    Message::AuthenticationSasl(_) => {
                        let binding = ChannelBinding::unsupported();
                        let scram = proof.insert(ScramSha256::new(self.password()?, binding));
                        let message = scram.message();
                        frontend::sasl_initial_response(SCRAM_SHA_256, message, &mut wire.to_send)?;
                        break;
                    }
                    Message::AuthenticationSaslContinue(body) => {
                        let scram = proof.as_mut().ok_or_else(unexpected)?;
                        scram.update(body.data())?;
                        frontend::sasl_response(scram.message(), &mut wire.to_send)?;
                        break;
                    }
                    // The server, too, proves that it knows the password.
                    Message::AuthenticationSaslFinal(body) => {
                        proof.take().ok_or_else(unexpected)?.finish(body.data())?;
                    }
                    Message::AuthenticationOk if proof.is_some() => return Err(unexpected().into()),
                    Message::AuthenticationOk
                    | Message::BackendKeyData(_)
                    | Message::NoticeResponse(_)
                    | Message::ParameterStatus(_) => {}
                    Message::ErrorResponse(body) => {
                        return Err(Failure::Refused(Box::new(Refused::read(&body)?)));
                    }
                    Message::ReadyForQuery(body) => {
                        wire.state = State::Ready(body.status());
                        return Ok(());
                    }
                    _ => return Err(unexpected().into()),
                }
            }
        }
    }

    fn password(&self) -> io::Result<&[u8]> {
        if self.config.get_channel_binding() == config::ChannelBinding::Require {
            return Err(io::Error::other("channel binding is not supported"));
        }
        self.config.get_password().ok_or_else(|| io::Error::other("the password is missing"))
    }
}

fn unexpected() -> io::Error {
    io::Error::other("an unexpected message of the server")
}
