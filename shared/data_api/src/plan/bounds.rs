//! Limits on what a request may ask for, so that a short request cannot cause long work.

use super::{Base, Node};
use crate::{refusal::Refusal, settings::Bounds};

/// Whether one more embedding may be planned, `depth` below the root, after `planned` nodes.
pub(super) fn embedding(bounds: &Bounds, depth: usize, planned: usize) -> Result<(), Refusal> {
    if let Some(most) = bounds.depth.filter(|most| depth > *most) {
        return Err(too_much("embeds too deep", most));
    }
    match bounds.embeddings.filter(|most| planned > *most) {
        Some(most) => Err(too_much("embeds too often", most)),
        None => Ok(()),
    }
}

/// Whether a level returns one column too often: each copy costs as much as the column.
pub(super) fn columns(bounds: &Bounds, node: &Node<'_>) -> Result<(), Refusal> {
    let Some(most) = bounds.repeats else { return Ok(()) };
    let mut seen: Vec<(&Base<'_>, usize)> = Vec::new();
    for select in node.select.iter().filter(|select| select.field.path.is_empty()) {
        let base = &select.field.base;
        match seen.iter_mut().find(|(other, _)| *other == base) {
            Some((_, times)) if *times == most => {
                return Err(too_much("returns one column too often", most));
            }
            Some((_, times)) => *times += 1,
            None => seen.push((base, 1)),
        }
    }
    Ok(())
}

fn too_much(what: &str, most: usize) -> Refusal {
    Refusal::new(400, "PGRST100", format!("The request {what}")).hint(format!("At most {most}."))
}
