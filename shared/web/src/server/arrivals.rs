//! Who is begun first when many come in the same moment.
//!
//! In one line, whoever wants to look at something waits for a thousand who want to book. So all
//! who connect are accepted, which costs little, and of those who have sent something the ones who
//! only read are begun first (decision 19). One of each turn is one of the others, so that nobody
//! waits for ever.

use std::{
    collections::VecDeque,
    future::{Future, poll_fn},
    io,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use futures_util::{StreamExt, stream::FuturesUnordered};
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream, ToSocketAddrs, lookup_host},
    task::yield_now,
    time::{Sleep, sleep, timeout},
};

/// How many are begun before those who were begun earlier go on.
const TURN: usize = 8;

/// How many may wait in the queue of the system.
const QUEUE: u32 = 4096;

/// Listen on the first of the addresses that can be had, with a queue for a crowd: a connection
/// that finds no place in it comes back after a second.
pub async fn listen(addresses: impl ToSocketAddrs) -> io::Result<TcpListener> {
    let mut failure = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for address in lookup_host(addresses).await? {
        let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
        // The port of a server that has just ended.
        socket.set_reuseaddr(true)?;
        match socket.bind(address).and_then(|()| socket.listen(QUEUE)) {
            Ok(listener) => return Ok(listener),
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

/// A connection, and from where it comes.
pub(super) type Connection = (TcpStream, SocketAddr);

/// Connections that nobody serves yet.
pub(super) struct Arrivals {
    listener: TcpListener,
    /// Until when nobody is accepted, because no more files can be opened: older connections must
    /// end first.
    pause: Option<Pin<Box<Sleep>>>,
    /// How long a connection may send nothing.
    patience: Duration,
    silent: FuturesUnordered<Pin<Box<dyn Future<Output = Option<Heard>> + Send>>>,
    /// Those who ask for something, in the order in which they did so.
    readers: VecDeque<Connection>,
    /// Those who want something done, or have not said what.
    writers: VecDeque<Connection>,
    /// How many of this turn are still to be begun.
    left: usize,
}

/// A connection that has sent something, and whether it only reads.
type Heard = (Connection, bool);

impl Arrivals {
    pub(super) fn at(listener: TcpListener, patience: Duration) -> Self {
        Self {
            listener,
            pause: None,
            patience,
            silent: FuturesUnordered::new(),
            readers: VecDeque::new(),
            writers: VecDeque::new(),
            left: TURN,
        }
    }

    /// The next to be served.
    pub(super) async fn next(&mut self) -> Connection {
        if self.left == 0 {
            self.left = TURN;
            if !self.readers.is_empty() || !self.writers.is_empty() {
                yield_now().await;
            }
        }
        poll_fn(|context| self.poll_next(context)).await
    }

    /// All who have sent something, when nobody is accepted any more.
    pub(super) fn last(self) -> impl Iterator<Item = Connection> {
        self.readers.into_iter().chain(self.writers)
    }

    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Connection> {
        self.look(context);
        let (first, second) = match self.left {
            1 => (&mut self.writers, &mut self.readers),
            _ => (&mut self.readers, &mut self.writers),
        };
        let next = first.pop_front().or_else(|| second.pop_front());
        self.left -= usize::from(next.is_some());
        next.map_or(Poll::Pending, Poll::Ready)
    }

    /// Accept whoever is there, and hear who has sent something.
    fn look(&mut self, context: &mut Context<'_>) {
        while let Poll::Ready(connection) = self.poll_accept(context) {
            self.silent.push(Box::pin(heard(connection, self.patience)));
        }
        while let Poll::Ready(Some(heard)) = self.silent.poll_next_unpin(context) {
            match heard {
                Some((connection, true)) => self.readers.push_back(connection),
                Some((connection, false)) => self.writers.push_back(connection),
                None => {}
            }
        }
    }

    fn poll_accept(&mut self, context: &mut Context<'_>) -> Poll<Connection> {
        loop {
            if let Some(pause) = &mut self.pause {
                ready!(pause.as_mut().poll(context));
                self.pause = None;
            }
            match ready!(self.listener.poll_accept(context)) {
                Ok((stream, address)) => return Poll::Ready((prompt(stream), address)),
                Err(error) if is_of_one_client(&error) => {}
                Err(error) => {
                    tracing::error!(%error, "no connection can be accepted");
                    self.pause = Some(Box::pin(sleep(Duration::from_secs(1))));
                }
            }
        }
    }
}

/// A connection when it has sent something, unless it does not do so in time.
async fn heard(connection: Connection, patience: Duration) -> Option<Heard> {
    let mut begin = [0; 4];
    let length = timeout(patience, connection.0.peek(&mut begin)).await.ok()?.ok()?;
    let reads = matches!(&begin[..length], b"GET " | b"HEAD" | b"OPTI");
    Some((connection, reads))
}

/// Do not delay the last packet of an answer until the client acknowledges the one before.
fn prompt(stream: TcpStream) -> TcpStream {
    drop(stream.set_nodelay(true));
    stream
}

fn is_of_one_client(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    async fn client(of: &TcpListener) -> TcpStream {
        TcpStream::connect(of.local_addr().unwrap()).await.unwrap()
    }

    async fn asking(of: &TcpListener, method: &str) -> TcpStream {
        let mut client = client(of).await;
        client.write_all(method.as_bytes()).await.unwrap();
        client
    }

    async fn all_heard(listener: TcpListener, crowd: usize) -> Arrivals {
        let mut arrivals = Arrivals::at(listener, Duration::from_secs(60));
        while arrivals.readers.len() + arrivals.writers.len() < crowd {
            poll_fn(|context| {
                arrivals.look(context);
                Poll::Ready(())
            })
            .await;
            yield_now().await;
        }
        arrivals
    }

    #[tokio::test]
    async fn who_reads_does_not_wait_for_a_crowd_that_writes() {
        let listener = listen("127.0.0.1:0").await.unwrap();
        let mut clients = Vec::new();
        for _ in 0..TURN * 3 {
            clients.push(asking(&listener, "POST / HTTP/1.1").await);
        }
        for method in ["GET ", "HEAD ", "OPTIONS "] {
            clients.push(asking(&listener, method).await);
        }
        let mut arrivals = all_heard(listener, clients.len()).await;
        let begun = [arrivals.next().await.1, arrivals.next().await.1, arrivals.next().await.1];
        let reading = clients[TURN * 3..].iter().map(|client| client.local_addr().unwrap());
        assert_eq!(HashSet::from(begun), reading.collect());
    }

    #[tokio::test]
    async fn who_writes_has_a_place_in_each_turn() {
        let listener = listen("127.0.0.1:0").await.unwrap();
        let mut clients = vec![asking(&listener, "POST").await];
        for _ in 0..TURN * 3 {
            clients.push(asking(&listener, "GET ").await);
        }
        let mut arrivals = all_heard(listener, clients.len()).await;
        let writing = clients[0].local_addr().unwrap();
        for _ in 1..TURN {
            assert_ne!(arrivals.next().await.1, writing);
        }
        assert_eq!(arrivals.next().await.1, writing);
    }

    #[tokio::test]
    async fn who_sends_nothing_keeps_nobody_waiting_and_is_ended() {
        let listener = listen("127.0.0.1:0").await.unwrap();
        let mut silent = client(&listener).await;
        let other = asking(&listener, "POST").await;
        let mut arrivals = Arrivals::at(listener, Duration::from_millis(50));
        assert_eq!(arrivals.next().await.1, other.local_addr().unwrap());
        let mut nothing = [0];
        tokio::select! {
            _ = arrivals.next() => panic!("nobody else has sent anything"),
            read = silent.read(&mut nothing) => {
                assert_eq!(read.unwrap(), 0, "the server has ended it");
            }
        }
    }
}
