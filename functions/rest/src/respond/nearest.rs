//! The known name that somebody who wrote another one may have meant.

use std::collections::HashSet;

/// Of `known`, the name most like `wanted`, if one is like it at all.
pub fn nearest<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let of_wanted = pairs(wanted);
    let mut best: Option<(f64, &str)> = None;
    for name in known {
        let of_name = pairs(name);
        let shared = of_wanted.intersection(&of_name).count() as f64;
        let total = (of_wanted.len() + of_name.len()) as f64;
        let likeness = if total == 0.0 { 0.0 } else { 2.0 * shared / total };
        let better = best.is_none_or(|(so_far, other)| {
            likeness > so_far || (likeness == so_far && name < other)
        });
        if likeness > 0.33 && better {
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
