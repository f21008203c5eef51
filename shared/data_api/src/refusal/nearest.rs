//! Find the known name that is most like an unknown one.

use std::collections::HashSet;

/// How similar a name of a relation or function must be.
pub const NAME: f64 = 0.75;
/// How similar the name of a column or parameter must be.
pub const PART: f64 = 0.33;

/// The name among `known` that is most like `wanted`, if it is similar enough.
pub fn nearest<'a>(
    wanted: &str,
    least: f64,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let of_wanted = pairs(wanted);
    let mut best: Option<(f64, &str)> = None;
    // Names without a common pair of neighbouring characters are not compared.
    for name in known.into_iter().filter(|name| !pairs(name).is_disjoint(&of_wanted)) {
        let likeness = strsim::normalized_levenshtein(wanted, name);
        let better = best.is_none_or(|(so_far, other)| {
            likeness > so_far || (likeness == so_far && name < other)
        });
        if likeness >= least && better {
            best = Some((likeness, name));
        }
    }
    best.map(|(_, name)| name)
}

/// Pairs of neighbouring characters, with the ends marked.
fn pairs(text: &str) -> HashSet<(char, char)> {
    let characters: Vec<char> =
        std::iter::once('-').chain(text.to_lowercase().chars()).chain(['-']).collect();
    characters.windows(2).map(|pair| (pair[0], pair[1])).collect()
}
