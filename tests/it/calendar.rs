//! Calendars of other programs: those that read somebody's bookings, and those that say when
//! somebody is busy.

use std::{
    net::{IpAddr, Ipv4Addr},
    time::Duration,
};

use axum::{
    Router,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect},
    routing::get,
};
use clock::busy::{Fetched, Fetcher, Reader, is_public};
use icalendar::{Calendar, CalendarComponent, Component};
use postgres::{Db, Limits};
use serde_json::json;
use tests::{Who, World};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::Instant,
};

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// Alice subscribes to her bookings. Whoever has the address can read them until she revokes it.
#[tokio::test]
async fn a_feed_shows_bookings_until_it_is_revoked() {
    let world = World::new().await;
    world.make_expert("tara", "Europe/Copenhagen", "08:00", "20:00").await;
    let session = world.make_session("tara", 60, 0, 1).await;
    world.make_learner("alice").await;
    let slot_id = world.free_slots(session).await[0].slot_id;
    let book = json!({"p_learner_user_id": world.id("alice"), "p_slot_id": slot_id});
    let booked = world.rpc("alice", "create_booking_with_payment", book).await.ok();
    let key = world.rpc("alice", "make_calendar_feed", json!({})).await.ok();
    let path = format!("/functions/v1/calendar?key={}", key.as_str().unwrap());

    let answer = reqwest::get(format!("{}{path}", world.url)).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "text/calendar; charset=utf-8");
    let text = answer.text().await.unwrap();
    let calendar: Calendar = text.parse().unwrap();
    let [CalendarComponent::Event(event)] = calendar.components.as_slice() else {
        panic!("one event: {text}")
    };
    let booking_id = booked[0]["booking_id"].as_str().unwrap();
    assert_eq!(event.get_uid(), Some(&*format!("{booking_id}@booking.convene")));
    assert_eq!(event.get_summary(), Some("Lesson · tara"));
    assert_eq!(event.property_value("STATUS"), Some("CONFIRMED"));

    world.rpc("alice", "remove_calendar_feed", json!({})).await.ok();
    world.get(Who::Anonymous, &path).await.refused(404, "feed_not_found");
    world.get(Who::Anonymous, "/functions/v1/calendar").await.refused(400, "invalid_request");
}

/// While tara is busy in an external calendar, that time is not sold here; afterwards it is again.
#[tokio::test]
async fn a_busy_time_elsewhere_closes_the_slots_in_it() {
    let world = World::new().await;
    world.make_expert("tara", "UTC", "08:00", "20:00").await;
    let session = world.make_session("tara", 60, 0, 1).await;
    let slot = &world.free_slots(session).await[3];
    let sql = "select to_char(starts_at at time zone 'UTC', 'YYYYMMDD\"T\"HH24MISS\"Z\"')
               from core.slot where slot_id = $1";
    let start: String = world.value(sql, &[&slot.slot_id]).await;
    let address = elsewhere(&start).await;
    let name = json!({"p_url": format!("{address}/moved")});
    world.rpc("tara", "add_busy_calendar", name).await.ok();

    let service = Db::connect(&world.logins.service, Limits::default()).unwrap();
    let is_open = "select exists (
                     select from core.slot
                     where to_char(starts_at at time zone 'UTC', 'YYYYMMDD\"T\"HH24MISS\"Z\"') = $1
                       and state = 'open')";
    let problem = "select last_error from core.busy_calendar";
    let due = "update core.busy_calendar set next_at = now()";

    assert!(world.value::<bool>(is_open, &[&start]).await);

    // Nothing is begun that may not end in time.
    let reader = Reader::new(service.clone()).unwrap();
    let outcome = reader.run(Instant::now() + Duration::from_secs(24)).await;
    assert_eq!((outcome.done, outcome.unfinished), (0, true));

    // Production refuses the same address, because it is on this machine.
    let outcome = reader.run(soon()).await;
    assert_eq!((outcome.done, outcome.error), (1, None));
    let said: String = world.value(problem, &[]).await;
    assert_eq!(said, "Its address may not be reached from here.");

    let reader = Reader::over(service, Fetcher::new(|address| address == HERE).unwrap());
    world.sql(due).await;
    reader.run(soon()).await;
    assert_eq!(world.value::<Option<String>>(problem, &[]).await, None);
    assert!(!world.value::<bool>(is_open, &[&start]).await);

    let calendars = world.rpc("tara", "list_busy_calendars", json!({})).await.ok();
    assert_eq!(calendars[0]["busy_times"], 1);
    let calendar_id = json!({"p_busy_calendar_id": calendars[0]["busy_calendar_id"]});
    world.rpc("tara", "remove_busy_calendar", calendar_id).await.ok();
    assert!(world.value::<bool>(is_open, &[&start]).await);
}

/// An address from a stranger leads into no private network, and its fetch has limits on size and
/// time.
#[tokio::test]
async fn a_strangers_address_is_fetched_within_limits() {
    let address = elsewhere("20300101T000000Z").await;
    let fetcher = Fetcher::new(|address| address == HERE).unwrap();
    let port = address.rsplit(':').next().unwrap();
    for (path, problem) in [
        ("/inside", "Its address may not be reached from here."),
        ("/file", "Its address may not be reached from here."),
        ("/named", "Its address may not be reached from here."),
        ("/around", "It redirects more than 3 times."),
        ("/large", "It is larger than 2 MB."),
        ("/broken", "It answered 500."),
    ] {
        let fetched = fetcher.fetch(&format!("{address}{path}"), None).await;
        assert_eq!(fetched, Err(problem.to_owned()), "{path}");
    }
    for path in ["/full", "/far"] {
        let fetched = fetcher.fetch(&format!("{address}{path}"), None).await;
        assert!(matches!(fetched, Ok(Fetched::Text { .. })), "{path}: the limits are included");
    }
    // Numbers are checked as they stand, and a name by the addresses it resolves to.
    let careful = Fetcher::new(is_public).unwrap();
    for host in ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "2130706433"] {
        let fetched = careful.fetch(&format!("http://{host}:{port}/calendar"), None).await;
        let problem = "Its address may not be reached from here.";
        assert_eq!(fetched, Err(problem.to_owned()), "{host}");
    }
    let named = careful.fetch(&format!("http://localhost:{port}/calendar"), None).await;
    assert_eq!(named, Err("It cannot be reached.".to_owned()));

    let Ok(Fetched::Text { etag, .. }) = fetcher.fetch(&format!("{address}/calendar"), None).await
    else {
        panic!("a calendar")
    };
    let again = fetcher.fetch(&format!("{address}/calendar"), etag.as_deref()).await;
    assert_eq!(again, Ok(Fetched::Unchanged));
}

/// Neither one that says nothing nor one that never ends keeps the clock.
#[tokio::test]
async fn a_calendar_that_does_not_come_in_time_is_left() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let fetcher = Fetcher::new(|address| address == HERE).unwrap();
    let fetcher = fetcher.within(Duration::from_millis(300));
    let slow = async {
        let mut open = Vec::new();
        for begin in ["", "HTTP/1.1 200 OK\r\n\r\nBEGIN:VCALENDAR\r\n"] {
            let (mut stream, _) = listener.accept().await.unwrap();
            // The answer follows the question.
            let mut question = [0; 4];
            stream.read_exact(&mut question).await.unwrap();
            stream.write_all(begin.as_bytes()).await.unwrap();
            open.push(stream);
        }
        open
    };
    let ask = async {
        for _ in 0..2 {
            let began = Instant::now();
            let fetched = fetcher.fetch(&format!("http://{address}/slow"), None).await;
            assert_eq!(fetched, Err("It did not answer in time.".to_owned()));
            assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
        }
    };
    let (_open, ()) = tokio::join!(slow, ask);
}

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(50)
}

/// A server with a calendar that has one busy hour from `start`, and with traps.
async fn elsewhere(start: &str) -> String {
    let calendar = format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTART:{start}\r\n\
         DURATION:PT1H\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    );
    let answer = async move |headers: HeaderMap| match headers.get(header::IF_NONE_MATCH) {
        Some(_) => StatusCode::NOT_MODIFIED.into_response(),
        None => ([(header::ETAG, "\"1\"")], calendar).into_response(),
    };
    let routes = Router::new()
        .route("/calendar", get(answer))
        .route("/moved", get(async || Redirect::permanent("/calendar")))
        .route("/inside", get(async || Redirect::temporary("http://169.254.169.254/latest")))
        .route("/file", get(async || Redirect::temporary("file:///etc/passwd")))
        .route("/named", get(async || Redirect::temporary("http://me:secret@127.0.0.1/a.ics")))
        .route("/around", get(async || Redirect::temporary("/around")))
        .route("/far", get(async || Redirect::temporary("/farther")))
        .route("/farther", get(async || Redirect::temporary("/moved")))
        .route("/full", get(async || "x".repeat(2 << 20)))
        .route("/large", get(async || "x".repeat((2 << 20) + 1)))
        .route("/broken", get(async || StatusCode::INTERNAL_SERVER_ERROR));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, routes).await });
    format!("http://{address}")
}
