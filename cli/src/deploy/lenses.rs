//! Which lenses a database has, and the names of their schemas.

use anyhow::{Result, bail};

/// `LENSES`: `tutoring, dogs=kennels`, or `none`; all lenses if it is not set.
const SETTING: &str = "LENSES";

/// The lenses that are wanted.
#[derive(Clone, Debug, Default)]
pub struct Lenses {
    setting: String,
    /// Lens and schema of each renamed lens.
    renamed: Vec<(String, String)>,
}

impl Lenses {
    /// The lenses of the environment.
    pub fn from_env() -> Result<Self> {
        Self::parse(&std::env::var(SETTING).unwrap_or_default())
    }

    /// The lenses of a setting. The database checks whether they exist.
    pub fn parse(setting: &str) -> Result<Self> {
        let mut renamed = Vec::new();
        for (lens, schema) in setting.split(',').filter_map(|word| word.trim().split_once('=')) {
            let is_name = |name: &str| {
                name.starts_with(|first: char| first.is_ascii_lowercase())
                    && name.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_'))
            };
            if !is_name(lens) || !is_name(schema) {
                bail!("{SETTING}: `{lens}={schema}` are not two names in lower case");
            }
            renamed.push((lens.to_owned(), schema.to_owned()));
        }
        Ok(Self { setting: setting.trim().to_owned(), renamed })
    }

    /// The setting as it was given.
    pub fn setting(&self) -> &str {
        &self.setting
    }

    /// The text of a file of `sql/`; in a file of a renamed lens, the name is replaced.
    pub fn rename(&self, path: &str, text: &str) -> String {
        let renamed = self.renamed.iter().find(|(lens, _)| {
            path.strip_prefix("lenses/")
                .and_then(|path| path.split_once('/'))
                .is_some_and(|(folder, _)| folder == lens)
        });
        let Some((lens, schema)) = renamed else { return text.to_owned() };
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find(lens.as_str()) {
            let (before, found) = rest.split_at(at);
            let after = &found[lens.len()..];
            let stands_alone = !before.bytes().next_back().is_some_and(is_word)
                && !after.bytes().next().is_some_and(is_word);
            // A full stop at the end of a sentence is not followed by a name.
            let is_qualifier = after.strip_prefix('.').is_some_and(|name| {
                name.starts_with(|first: char| first.is_ascii_lowercase() || first == '_')
            });
            let names_schema = is_qualifier || before.ends_with("schema ");
            out.push_str(before);
            out.push_str(if stands_alone && names_schema { schema } else { lens });
            rest = after;
        }
        out + rest
    }
}

#[cfg(test)]
mod tests {
    use super::Lenses;

    #[test]
    fn only_the_schema_of_a_renamed_lens_gets_another_name() {
        let lenses = Lenses::parse("tutoring, dogs=kennels").unwrap();
        let text = "create schema dogs; -- The dogs.\nselect dogs.dogs, my_dogs.x from dogs.dog";
        assert_eq!(
            lenses.rename("lenses/dogs/read.sql", text),
            "create schema kennels; -- The dogs.\nselect kennels.dogs, my_dogs.x from kennels.dog"
        );
        assert_eq!(lenses.rename("lenses/tutoring/read.sql", text), text);
        assert_eq!(lenses.rename("functions/dogs.sql", text), text);
    }

    #[test]
    fn a_name_that_needs_quoting_is_refused() {
        for setting in ["dogs=", "dogs=Kennels", "dogs=a b", "dogs=a;drop", "=x"] {
            assert!(Lenses::parse(setting).is_err(), "{setting}");
        }
    }
}
