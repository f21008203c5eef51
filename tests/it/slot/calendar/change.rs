//! Changes that an expert makes while bookings exist.

use chrono::Duration;
use rand::{Rng, rngs::StdRng};
use tests::{World, id};

use super::{Calendar, Exception, Rule, Slot};

impl Calendar {
    /// The expert blocks or opens a time, preferably one that contains `slot`.
    pub async fn except(
        &mut self,
        world: &World,
        expert: &str,
        random: &mut StdRng,
        slot: Option<&Slot>,
    ) {
        let exception = match slot {
            Some(slot) => Exception {
                is_block: true,
                starts_at: slot.starts_at + Duration::minutes(15 * random.random_range(-2..2)),
                ends_at: slot.ends_at + Duration::minutes(15 * random.random_range(0..4)),
            },
            None => Exception::random(random, self.midnight()),
        };
        exception.write(world, expert).await;
        self.exceptions.push(exception);
    }

    /// The expert removes all exceptions.
    pub async fn take_back(&mut self, world: &World, expert: &str) {
        let sql = "select api.remove_exception((x ->> 'availability_exception_id')::uuid)
                   from jsonb_array_elements(api.get_availability($1) -> 'exceptions') as x";
        world.act(expert, sql, &[&id(expert)]).await.expect("an expert may");
        self.exceptions.clear();
    }

    /// The expert changes hours: one rule is removed, and perhaps another one is added there.
    pub async fn change_hours(&mut self, world: &World, expert: &str, random: &mut StdRng) {
        self.rules.truncate(random.random_range(0..=self.rules.len()));
        if random.random_bool(0.5) {
            self.rules.push(Rule::random(random));
        }
        let sql = "delete from core.availability_rule where provider_id = $1";
        world.execute(sql, &[&id(expert)]).await;
        self.write_rules(world, expert).await;
    }
}
