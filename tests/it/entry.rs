//! What the calendars of both sides show after every order of moves and answers: nothing before a
//! booking is accepted, its time while it stands, and nothing afterwards.
//!
//! `EVERY_ORDER=1` tries orders of one step more.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use futures_util::future::{BoxFuture, FutureExt};
use icalendar::{Calendar, CalendarDateTime, Component, DatePerhapsTime};
use mail_parser::{MessageParser, MimeHeaders, PartType};
use mailer::{Claim, Message, Settings, compose};
use tests::World;
use tokio_postgres::Client;
use uuid::Uuid;

/// Who does something (nobody is the clock), and what. `{booking}`, `{slot}` and `{next}` are ids:
/// the slot is where the booking is, the next one is free.
const STEPS: [(&str, &[&str]); 10] = [
    ("alice moves it", &["alice", "select api.reschedule_booking('{booking}', '{next}')"]),
    ("tara proposes a move", &["tara", "select api.propose_move('{booking}', '{next}')"]),
    ("alice agrees", &["alice", "select api.answer_move('{booking}', true)"]),
    ("alice keeps the time", &["alice", "select api.answer_move('{booking}', false)"]),
    ("tara accepts", &["tara", "select api.accept_booking('{booking}')"]),
    ("tara declines", &["tara", "select api.decline_booking('{booking}')"]),
    ("alice cancels", &["alice", "select api.cancel_booking('{booking}')"]),
    ("tara cancels", &["tara", "select api.cancel_booking('{booking}')"]),
    ("tara calls the slot off", &["tara", "select api.call_off_slot('{slot}')"]),
    (
        "the time to answer ends",
        &[
            "time",
            "with asked as (update core.booking set accept_by = now() where status = 'requested'),
                  proposed as (update core.move_proposal set expires_at = now()
                               where state = 'open' returning 1)
             select count(*) from proposed",
            "",
            "select api.expire_bookings()",
        ],
    ),
];

/// What a calendar program keeps of a booking.
#[derive(Clone, Debug, PartialEq)]
struct Entry {
    sequence: u32,
    starts_at: DateTime<Utc>,
}

/// The calendars of people, by their address.
type Calendars = BTreeMap<String, Entry>;

/// A booking at some moment.
#[derive(Clone, Debug, PartialEq)]
struct Booking {
    status: String,
    slot: Uuid,
    next: Uuid,
    starts_at: DateTime<Utc>,
    /// What else may have changed: its version, the proposals, the messages.
    more: String,
}

struct Story {
    sql: Client,
    booking_id: Uuid,
    settings: Settings,
    orders: usize,
}

#[tokio::test]
async fn calendars_show_the_truth_in_every_order_of_moves_and_answers() {
    let steps = if std::env::var("EVERY_ORDER").is_ok() { 5 } else { 4 };
    for mode in ["request", "instant"] {
        let world = World::new().await;
        let mut story = Story::begin(&world, mode).await;
        story.go_on(&mut Vec::new(), Calendars::new(), steps).await;
        assert!(story.orders > 100, "{} orders of a booking by {mode}", story.orders);
    }
}

impl Story {
    async fn begin(world: &World, mode: &str) -> Self {
        world.speak_sql().await;
        let sql = world.connection().await;
        // Calendars know no parts of a second.
        let offer = format!(
            "select tests.offer('first', 'tara', 0, p_mode => '{mode}',
                                p_starts => date_trunc('hour', now()) + interval '10 days')"
        );
        for statement in [
            offer.as_str(),
            "insert into core.slot (slot_id, offering_id, provider_id, starts_at, ends_at)
             select tests.id('slot ' || n), tests.id('offering first'), tests.id('tara'),
                    date_trunc('hour', now()) + make_interval(days => 10 + n),
                    date_trunc('hour', now()) + make_interval(days => 10 + n, hours => 1)
             from generate_series(1, 6) as n",
            "select tests.book('first', 'alice')",
            "insert into core.person_private (person_id, contact_email)
             select p.person_id, p.display_name || '@example.org' from core.person as p
             on conflict (person_id) do update set contact_email = excluded.contact_email",
            "begin",
        ] {
            sql.batch_execute(statement).await.unwrap();
        }
        let booking_id = sql.query_one("select booking_id from core.booking", &[]).await.unwrap();
        let settings = Settings {
            smtp_url: "smtp://127.0.0.1:1".parse().unwrap(),
            mail_from: "hello@convene.example".parse().unwrap(),
            site_url: "https://convene.example".parse().unwrap(),
            api_url: "https://api.convene.example/".parse().unwrap(),
        };
        Self { sql, booking_id: booking_id.get(0), settings, orders: 0 }
    }

    /// Try every step from here, and whether the mails arrive before the next one; then undo it.
    fn go_on<'a>(
        &'a mut self,
        past: &'a mut Vec<&'static str>,
        calendars: Calendars,
        left: usize,
    ) -> BoxFuture<'a, ()> {
        async move {
            self.look(past, calendars.clone(), left).await;
            if left == 0 {
                return;
            }
            let before = self.booking().await;
            for (name, deeds) in STEPS {
                self.sql.batch_execute(&format!("savepoint s{left}")).await.unwrap();
                past.push(name);
                let done = self.act(deeds, &before).await;
                if done && self.booking().await != before {
                    self.go_on(past, calendars.clone(), left - 1).await;
                }
                past.pop();
                let undo = format!("rollback to s{left}");
                self.sql.batch_execute(&undo).await.unwrap();
            }
        }
        .boxed()
    }

    /// Let the mails arrive and see whether both calendars are right; if they were changed, go on
    /// from there too.
    async fn look(&mut self, past: &mut Vec<&'static str>, mut calendars: Calendars, left: usize) {
        self.orders += 1;
        self.sql.batch_execute(&format!("savepoint look{left}")).await.unwrap();
        let arrived = self.arrive(past, &mut calendars).await;
        let booking = self.booking().await;
        for person in ["alice@example.org", "tara@example.org"] {
            let shown = calendars.get(person).map(|entry| entry.starts_at);
            let right = (booking.status == "confirmed").then_some(booking.starts_at);
            assert_eq!(shown, right, "{person} after {past:?}: {booking:?}");
        }
        if arrived && left > 0 {
            past.push("the mails arrive");
            self.go_on(past, calendars, left - 1).await;
            past.pop();
        }
        self.sql.batch_execute(&format!("rollback to look{left}")).await.unwrap();
    }

    /// Whether nobody was refused.
    async fn act(&self, deeds: &[&str], booking: &Booking) -> bool {
        let mut done = true;
        for deed in deeds.chunks(2) {
            let statement = deed[1]
                .replace("{booking}", &self.booking_id.to_string())
                .replace("{slot}", &booking.slot.to_string())
                .replace("{next}", &booking.next.to_string());
            let who = Some(deed[0]).filter(|who| !who.is_empty());
            done &= !self.attempt(who, &statement).await.starts_with("refused");
        }
        done
    }

    /// Do something as somebody, or as the house.
    async fn attempt(&self, who: Option<&str>, statement: &str) -> String {
        let attempt = "select coalesce(tests.attempt($1, $2), '')";
        self.sql.query_one(attempt, &[&who, &statement]).await.unwrap().get(0)
    }

    async fn booking(&self) -> Booking {
        let sql = "select b.status, b.slot_id, b.starts_at,
                     (select s.slot_id from core.slot as s
                      where s.starts_at > b.starts_at and s.state = 'open' and s.taken = 0
                      order by s.starts_at limit 1),
                     concat_ws(' ', b.ics_sequence, (select count(*) from core.outbox),
                               (select string_agg(m.state || m.expires_at, ',')
                                from core.move_proposal as m))
                   from core.booking as b";
        let row = self.sql.query_one(sql, &[]).await.unwrap();
        Booking {
            status: row.get(0),
            slot: row.get(1),
            starts_at: row.get(2),
            next: row.get(3),
            more: row.get(4),
        }
    }

    /// Deliver what is not delivered yet, the newest first, because a queue keeps no order. Whether
    /// a calendar entry was among it.
    async fn arrive(&self, past: &[&str], calendars: &mut Calendars) -> bool {
        let waiting = "select o.outbox_id from core.outbox as o
                       where not exists (select from core.delivery as d
                                         where d.outbox_id = o.outbox_id and d.state <> 'waiting')
                       order by o.outbox_id desc";
        let mut arrived = false;
        for row in self.sql.query(waiting, &[]).await.unwrap() {
            let outbox_id: Uuid = row.get(0);
            let claim = format!("select api.claim_delivery('{outbox_id}')");
            let claim = self.attempt(None, &claim).await;
            let Claim::Send { attempt, message } = serde_json::from_str(&claim).unwrap() else {
                continue;
            };
            let sent = format!("select api.record_delivery('{outbox_id}', {attempt}, 'sent', '')");
            self.attempt(None, &sent).await;
            if let Some(text) = self.entry_of(&message) {
                let person = message.recipient.address.clone();
                read(&text, person, calendars, past);
                arrived = true;
            }
        }
        arrived
    }

    fn entry_of(&self, message: &Message) -> Option<String> {
        let raw = compose(message, &self.settings).unwrap().formatted();
        let mail = MessageParser::default().parse(&raw).unwrap();
        mail.parts.iter().find_map(|part| match &part.body {
            PartType::Text(text) if part.content_type()?.subtype() == Some("calendar") => {
                Some(text.to_string())
            }
            _ => None,
        })
    }
}

/// Do with an entry what calendar programs do (RFC 5546): keep it, or remove what it cancels. An
/// older version than the one they have is ignored, and another time needs a newer one.
fn read(text: &str, person: String, calendars: &mut Calendars, past: &[&str]) {
    let calendar: Calendar = text.parse().unwrap();
    let event = calendar.components.iter().find_map(|one| one.as_event()).unwrap();
    let property = |name| event.property_value(name).unwrap_or_default().to_owned();
    let starts_at = match event.get_start() {
        Some(DatePerhapsTime::DateTime(CalendarDateTime::Utc(at))) => at,
        Some(DatePerhapsTime::DateTime(at)) => at.try_into_utc().unwrap(),
        other => panic!("a booking has a time: {other:?}"),
    };
    let entry = Entry { sequence: property("SEQUENCE").parse().unwrap(), starts_at };
    let known = calendars.get(&person);
    if let Some(known) = known.filter(|known| known.sequence >= entry.sequence) {
        assert_eq!(*known, entry, "the same version says the same: {person} after {past:?}");
    }
    if property("STATUS") == "CANCELLED" {
        assert!(text.contains("METHOD:CANCEL"), "{text}");
        calendars.remove(&person);
    } else {
        assert!(text.contains("METHOD:REQUEST"), "{text}");
        assert_eq!(property("STATUS"), "CONFIRMED", "{text}");
        calendars.insert(person, entry);
    }
}
