//! The known name that somebody who wrote another one may have meant.

use std::collections::HashSet;

/// How like a name must be: of relations and functions, and of what they have.
pub const NAME: f64 = 0.75;
/// See [`NAME`].
pub const PART: f64 = 0.33;

/// Of `known`, the name most like `wanted`, if one is at least so like it.
pub fn nearest<'a>(
    wanted: &str,
    least: f64,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let of_wanted = pairs(wanted);
    let mut best: Option<(f64, &str)> = None;
    // Names that share no two neighbouring characters are not worth measuring.
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

/// Neighbouring characters, with the ends marked.
fn pairs(text: &str) -> HashSet<(char, char)> {
    let characters: Vec<char> =
        std::iter::once('-').chain(text.to_lowercase().chars()).chain(['-']).collect();
    characters.windows(2).map(|pair| (pair[0], pair[1])).collect()
}
