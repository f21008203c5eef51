//! The lenses of the marketplace as profiles: a profile is called as the lens, whatever its
//! schema is called here.

/// The one list of lenses.
const LIST: &str = include_str!("../../../sql/lenses/list.sql");

/// The lenses of this release, the first one first.
fn lenses() -> impl Iterator<Item = &'static str> {
    LIST.lines()
        .skip_while(|line| !line.contains("from (values"))
        .skip(1)
        .map(|line| line.trim().trim_end_matches(','))
        .map_while(|line| line.strip_prefix("('")?.strip_suffix("')"))
}

/// Profiles and their schemas: `public` is the default lens, then come the lenses that are
/// wanted (`tutoring, dogs=kennels`, `none`; all where nothing is said), and `api`.
pub fn profiles(default: Option<&str>, wanted: Option<&str>) -> Vec<(String, String)> {
    let mut lenses: Vec<(&str, &str)> = match wanted {
        None => lenses().map(|lens| (lens, lens)).collect(),
        Some(wanted) => wanted
            .split(',')
            .map(str::trim)
            .filter(|word| !word.is_empty() && *word != "none")
            .map(|word| word.split_once('=').unwrap_or((word, word)))
            .collect(),
    };
    lenses.push(("api", "api"));
    let default = default.unwrap_or(lenses[0].0);
    let schema = lenses.iter().find(|(lens, _)| *lens == default).map_or(default, |found| found.1);
    std::iter::once(("public", schema))
        .chain(lenses.iter().copied())
        .map(|(profile, schema)| (profile.to_owned(), schema.to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{lenses, profiles};

    fn words(default: Option<&str>, wanted: Option<&str>) -> String {
        let words = profiles(default, wanted).into_iter().map(|(profile, schema)| {
            if profile == schema { profile } else { format!("{profile}={schema}") }
        });
        words.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_list_of_sql_is_the_list_here() {
        let folders = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../sql/lenses"));
        let mut folders: Vec<String> = folders
            .unwrap()
            .map(|entry| entry.unwrap())
            .filter(|entry| entry.path().is_dir())
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        let mut listed: Vec<String> = lenses().map(str::to_owned).collect();
        folders.sort();
        listed.sort();
        assert_eq!(listed, folders);
        assert_eq!(lenses().next(), Some("tutoring"));
    }

    #[test]
    fn a_lens_keeps_its_name_whatever_its_schema_is_called() {
        assert_eq!(words(None, Some("none")), "public=api api");
        assert_eq!(words(None, Some("tutoring=lessons")), "public=lessons tutoring=lessons api");
        assert_eq!(words(Some("b"), Some("a, b=c")), "public=c a b=c api");
        assert!(words(None, None).starts_with("public=tutoring tutoring "));
    }
}
