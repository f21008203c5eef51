//! A marketplace to look at: experts of several zones and currencies, learners and their dogs,
//! sessions, slots for weeks ahead, a shop and events of a healer, courses, posts, and some
//! bookings of the past with their reviews.
//!
//! Everybody acts for themselves, through the functions a front end would call. Nobody can book the
//! past: those bookings are made for later slots, paid at the stand-in for Stripe, and then moved
//! back by weeks.

mod account;
mod cast;
mod school;
mod till;

use anyhow::{Context, Result};
use postgres::{Caller, Db, Params};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use stripe_double::StripeDouble;
use tokio_postgres::Client;
use uuid::Uuid;

pub use account::{PASSWORD, is_loaded};
pub use cast::{Cast, Expert, Learner, Staff};

use crate::routers::{self, House};
use till::Till;

/// Load the marketplace of the cast into an empty database, and give everybody a login and an id.
/// Without a stand-in for Stripe, the bookings of the past cost nothing.
pub async fn load(
    house: &House,
    owner: &Client,
    cast: &mut Cast,
    stripe: Option<&StripeDouble>,
) -> Result<()> {
    let routes = routers::all(house.clone())?;
    let till = stripe.map(|double| Till::new(&house.service, double)).transpose()?;
    for expert in &mut cast.experts {
        expert.id = account::create(&routes, &house.keys, &expert.name, &expert.email).await?;
        let settled = settle_in(&house.api, expert).await;
        settled.with_context(|| format!("The demo's {}", expert.name))?;
        if expert.healer_type.is_some() {
            verify(&house.service, expert.id).await?;
        }
    }
    for learner in &mut cast.learners {
        learner.id = account::create(&routes, &house.keys, &learner.name, &learner.email).await?;
        let sql = "select to_jsonb(api.save_customer($1))";
        let (first_name, last_name) = names(&learner.name);
        let fields = json!({
            "display_name": learner.name, "first_name": first_name, "last_name": last_name,
            "goals": learner.goals, "timezone": learner.timezone,
        });
        let _: Uuid = act(&house.api, learner.id, sql, &[&fields])
            .await
            .with_context(|| format!("The demo's {}", learner.name))?;
        save_all(&house.api, learner.id, LOCATION, &learner.places).await?;
        learner.dog_ids = save_all(&house.api, learner.id, DOG, &learner.dogs).await?;
        let dogs = learner.dog_ids.iter().zip(&learner.pictures);
        let photos: Vec<_> =
            dogs.map(|(dog, url)| json!({"subject_id": dog, "url": url})).collect();
        save_all(&house.api, learner.id, DOG_PHOTO, &photos).await?;
    }
    for staff in &cast.staff {
        let id = account::create(&routes, &house.keys, &staff.name, &staff.email).await?;
        let sql = "select to_jsonb(api.grant_role($1, 'admin'))";
        let _: bool = house.service.json(Caller::SERVICE, sql, &[&id]).await?;
    }
    for (at, past) in cast.past.iter().enumerate() {
        let (expert, learner) = (&cast.experts[past.expert], &cast.learners[past.learner]);
        let till = till.as_ref().filter(|_| past.paid);
        let remembered = remember(&house.api, owner, (expert, learner, past), till).await;
        remembered.with_context(|| format!("The demo's past booking {at}"))?;
    }
    school::load(&house.api, cast).await?;
    // Without statistics, the planner does not know how many slots there are and compares each with
    // each.
    owner.batch_execute("analyze core.slot, core.occupancy, core.offering, core.provider").await?;
    Ok(())
}

const LOCATION: &str = "select to_jsonb(api.save_location($1))";
const CREDENTIAL: &str = "select to_jsonb(api.save_credential($1))";
const DOG_PHOTO: &str = "select to_jsonb(api.save_subject_photo($1))";
const DOG: &str = "select to_jsonb(api.save_subject($1))";

/// Save several things of a person, one by one, and return their ids.
async fn save_all(api: &Db, person: Uuid, sql: &str, things: &[Value]) -> Result<Vec<Uuid>> {
    let mut ids = Vec::new();
    for thing in things {
        ids.push(act(api, person, sql, &[thing]).await.with_context(|| thing.to_string())?);
    }
    Ok(ids)
}

/// An expert signs up, offers sessions and saves weekly hours; the slots follow from those.
async fn settle_in(api: &Db, expert: &Expert) -> Result<()> {
    let sql = "select to_jsonb(api.save_provider($1))";
    let (first_name, last_name) = names(&expert.name);
    let fields = json!({
        "display_name": expert.name, "first_name": first_name, "last_name": last_name,
        "bio": expert.bio, "specialties": expert.specialties,
        "currency": expert.currency, "timezone": expert.timezone,
        "provider_type": expert.healer_type,
        "hourly_rate_minor": expert.hourly_rate, "trains_dogs": expert.trains_dogs,
    });
    let _: Uuid = act(api, expert.id, sql, &[&fields]).await?;
    save_all(api, expert.id, LOCATION, &expert.places).await?;
    save_all(api, expert.id, CREDENTIAL, &expert.credentials).await?;
    for session in &expert.sessions {
        let sql = "select to_jsonb(api.save_offering($1))";
        let fields = json!({
            "kind": session.kind, "title": session.title, "description": session.description,
            "duration_min": session.minutes, "price_minor": session.price,
        });
        let _: Uuid = act(api, expert.id, sql, &[&fields]).await?;
    }
    open_shop(api, expert).await?;
    let windows: Vec<Value> = expert
        .hours
        .iter()
        .flat_map(|hours| {
            hours.days.iter().map(
                |day| json!({"weekday": day, "start_local": hours.start, "end_local": hours.end}),
            )
        })
        .collect();
    let sql = "select to_jsonb(api.set_availability($1))";
    let _: i64 = act(api, expert.id, sql, &[&Value::from(windows)]).await?;
    Ok(())
}

/// First and last name: some lenses show the two.
fn names(name: &str) -> (&str, &str) {
    name.split_once(' ').unwrap_or((name, ""))
}

/// The house has looked at somebody's papers.
async fn verify(service: &Db, provider: Uuid) -> Result<()> {
    let house = Caller { role: "service_role", claims: "{}", user_id: None };
    let sql = "select to_jsonb(true) from (select api.verify_provider($1, 'verified')) as v";
    let _: bool = service.json(house, sql, &[&provider]).await?;
    Ok(())
}

/// Save what an expert sells besides time, and their events.
async fn open_shop(api: &Db, expert: &Expert) -> Result<()> {
    for product in &expert.products {
        let sql = "select to_jsonb(api.save_product($1))";
        let _: Uuid = act(api, expert.id, sql, &[product]).await?;
    }
    for event in &expert.events {
        let sql = "
            select to_jsonb(api.save_event($1 || jsonb_build_object(
              'starts_at', date_trunc('day', now()) + make_interval(days => $2, hours => 17))))";
        let _: Uuid = act(api, expert.id, sql, &[&event.fields, &event.in_days]).await?;
    }
    Ok(())
}

/// A booking of the past: made for a later slot, paid if there is a till, moved back, completed and
/// reviewed. Without a till its session costs nothing, so that the books contain no money that
/// nobody paid.
async fn remember(
    api: &Db,
    owner: &Client,
    (expert, learner, past): (&Expert, &Learner, &cast::Past),
    till: Option<&Till<'_>>,
) -> Result<()> {
    let sql = "
        select to_jsonb(s.slot_id)
        from api.list_free_slots(p_provider_id => $1) as s
        join tutoring.sessions as o on o.id = s.offering_id
        where (o.price_cents > 0) = $2
        order by s.starts_at
        limit 1";
    let slot: Uuid = act(api, learner.id, sql, &[&expert.id, &till.is_some()]).await?;
    let dog = past.dog.and_then(|dog| learner.dog_ids.get(dog).copied());
    let sql = "select to_jsonb(b.booking_id)
               from api.book_slot($1, $2, p_subject_id => $3) as b";
    let booking: Uuid = act(api, learner.id, sql, &[&learner.id, &slot, &dog]).await?;
    if let Some(till) = till {
        let sql = "select api.booking_checkout($1) -> 'payment_id'";
        till.pay(act(api, learner.id, sql, &[&booking]).await?).await?;
    }
    move_back(owner, booking, expert.id, past.weeks_ago).await?;
    let sql = "select to_jsonb(b.status) from api.complete_booking($1) as b";
    let _: String = act(api, expert.id, sql, &[&booking]).await?;
    let sql = "select to_jsonb(api.review_booking($1, $2, $3))";
    let _: Uuid = act(api, learner.id, sql, &[&booking, &past.rating, &past.comment]).await?;
    Ok(())
}

/// Run as definer, because only definer may do this: policies bind even the deploying user, who
/// owns the tables.
async fn move_back(owner: &Client, booking: Uuid, expert: Uuid, weeks: i32) -> Result<()> {
    let moves = [
        "update core.slot as s
         set starts_at = s.starts_at - make_interval(weeks => $2),
             ends_at = s.ends_at - make_interval(weeks => $2),
             origin = 'manual', availability_rule_id = null
         from core.booking as b
         where b.booking_id = $1 and s.slot_id = b.slot_id",
        "update core.occupancy as o
         set busy = tstzrange(lower(o.busy) - make_interval(weeks => $2),
                              upper(o.busy) - make_interval(weeks => $2))
         from core.booking as b
         where b.booking_id = $1 and o.slot_id = b.slot_id",
        "update core.booking as b
         set starts_at = b.starts_at - make_interval(weeks => $2),
             ends_at = b.ends_at - make_interval(weeks => $2),
             confirmed_at = b.confirmed_at - make_interval(weeks => $2),
             created_at = b.created_at - make_interval(weeks => $2)
         where b.booking_id = $1",
    ];
    let moved = async {
        owner.batch_execute("begin; set local role definer").await?;
        let me = "select set_config('app.user_id', $1, true)";
        owner.execute(me, &[&expert.to_string()]).await?;
        for sql in moves {
            owner.execute(sql, &[&booking, &weeks]).await?;
        }
        owner.batch_execute("commit").await
    };
    if let Err(error) = moved.await {
        owner.batch_execute("rollback").await?;
        return Err(error.into());
    }
    Ok(())
}

/// Run one statement as a person who is signed in.
async fn act<T: DeserializeOwned>(
    api: &Db,
    person: Uuid,
    sql: &str,
    params: Params<'_>,
) -> Result<T> {
    let claims = json!({"sub": person, "role": "authenticated"}).to_string();
    let caller = Caller { role: "authenticated", claims: &claims, user_id: Some(person) };
    Ok(api.json(caller, sql, params).await?)
}
