//! Form parameters, read as strictly as the real thing reads them.

use serde_json::{Map, Value};

use crate::failure::Failure;

/// The parameters of one request, in order, names as they were sent: `metadata[op_id]`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Params(Vec<(String, String)>);

impl Params {
    pub(crate) fn read(form: &str) -> Self {
        Self(form_urlencoded::parse(form.as_bytes()).into_owned().collect())
    }

    /// Those of somebody who pays by card: a name (`pm_card_…`), or a number.
    pub(crate) fn of_card(card: &str) -> Self {
        let pairs = match card.starts_with("pm_") {
            true => vec![("payment_method", card)],
            false => vec![
                ("payment_method_data[type]", "card"),
                ("payment_method_data[card][number]", card),
            ],
        };
        Self(pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    /// The same without some parameters.
    pub(crate) fn without(mut self, names: &[&str]) -> Self {
        self.0.retain(|(name, _)| !names.contains(&name.as_str()));
        self
    }

    /// Refuse what the endpoint does not know. `metadata[]` allows every member of `metadata`.
    pub(crate) fn check(&self, allowed: &[&str]) -> Result<(), Failure> {
        let known = |name: &str| {
            allowed.iter().any(|allowed| match allowed.strip_suffix("[]") {
                Some(parent) => name.strip_prefix(parent).is_some_and(|rest| rest.starts_with('[')),
                None => *allowed == name,
            })
        };
        match self.0.iter().find(|(name, _)| !known(name)) {
            None => self.check_metadata(),
            Some((name, _)) => Err(Failure::invalid(
                "parameter_unknown",
                name,
                format!("Received unknown parameter: {name}"),
            )),
        }
    }

    fn check_metadata(&self) -> Result<(), Failure> {
        let metadata = self.members("metadata");
        let fits = |(name, value): (&String, &Value)| {
            name.len() <= 40 && value.as_str().is_some_and(|value| value.len() <= 500)
        };
        match metadata.len() <= 50 && metadata.iter().all(fits) {
            true => Ok(()),
            false => Err(Failure::invalid(
                "parameter_invalid_string",
                "metadata",
                "Metadata has at most 50 keys of 40 characters with values of 500.",
            )),
        }
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// A text as JSON: null when absent.
    pub(crate) fn value(&self, name: &str) -> Value {
        self.text(name).filter(|text| !text.is_empty()).into()
    }

    pub(crate) fn required(&self, name: &str) -> Result<&str, Failure> {
        match self.text(name) {
            None => Err(Failure::invalid(
                "parameter_missing",
                name,
                format!("Missing required param: {name}."),
            )),
            Some("") => Err(Failure::invalid(
                "parameter_invalid_empty",
                name,
                format!("You passed an empty string for '{name}'."),
            )),
            Some(text) => Ok(text),
        }
    }

    pub(crate) fn int(&self, name: &str) -> Result<Option<i64>, Failure> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let plain = text.strip_prefix('-').unwrap_or(text).bytes().all(|b| b.is_ascii_digit());
        match text.parse() {
            Ok(number) if plain => Ok(Some(number)),
            _ => Err(Failure::invalid(
                "parameter_invalid_integer",
                name,
                format!("Invalid integer: {text}"),
            )),
        }
    }

    pub(crate) fn flag(&self, name: &str) -> Result<bool, Failure> {
        match self.text(name) {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(other) => Err(Failure::invalid(
                "parameter_invalid_boolean",
                name,
                format!("Invalid boolean: {other}"),
            )),
        }
    }

    /// One of `words`, or the first of them when it is absent.
    pub(crate) fn word<'a>(&'a self, name: &str, words: &[&'a str]) -> Result<&'a str, Failure> {
        match self.text(name) {
            None => Ok(words[0]),
            Some(word) if words.contains(&word) => Ok(word),
            Some(word) => Err(Failure::invalid(
                "parameter_invalid_string",
                name,
                format!("Invalid {name}: must be one of {}, not {word}", words.join(", ")),
            )),
        }
    }

    /// `metadata[a]=1&metadata[b]=2` as an object.
    pub(crate) fn members(&self, parent: &str) -> Map<String, Value> {
        let member = |name: &str| {
            let inner = name.strip_prefix(parent)?.strip_prefix('[')?.strip_suffix(']')?;
            Some(inner.to_owned())
        };
        self.0
            .iter()
            .filter_map(|(name, value)| Some((member(name)?, Value::from(value.as_str()))))
            .collect()
    }

    /// `data[a]=1&data[metadata][b]=2` as an object, two levels deep.
    pub(crate) fn nested(&self, parent: &str) -> Value {
        let mut object = Map::new();
        for (name, value) in &self.0 {
            let Some(rest) = name.strip_prefix(parent).and_then(|rest| rest.strip_prefix('['))
            else {
                continue;
            };
            let steps: Vec<&str> = rest.trim_end_matches(']').split("][").collect();
            match steps[..] {
                [member] => drop(object.insert(member.into(), value.as_str().into())),
                [member, inner] => {
                    let members = object.entry(member).or_insert_with(|| Map::new().into());
                    members[inner] = value.as_str().into();
                }
                _ => {}
            }
        }
        object.into()
    }

    /// `expand[]=a&expand[1]=b` as a list.
    pub(crate) fn items(&self, parent: &str) -> Vec<String> {
        let members = |name: &str| {
            name.strip_prefix(parent)
                .is_some_and(|rest| rest.starts_with('[') && rest.ends_with(']'))
        };
        self.0.iter().filter(|(name, _)| members(name)).map(|(_, value)| value.clone()).collect()
    }

    /// The same parameters in one order: what an idempotency key is compared with.
    pub(crate) fn fingerprint(&self) -> String {
        let mut pairs = self.0.clone();
        pairs.sort();
        form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
    }

    /// As one flat object, for the record of requests.
    pub(crate) fn record(&self) -> Value {
        self.0.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect()
    }
}
