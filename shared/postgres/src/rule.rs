//! What a violated constraint demands: which columns, and what of them is allowed.
//!
//! The catalog says it, and tells nothing about anybody's rows. Postgres's own DETAIL may carry
//! somebody else's row, so it is not passed on.

use super::{
    Failure,
    wire::{Refused, Wire},
};

/// The columns of a constraint, and what a check says.
const RULE: &str = "\
    select string_agg(a.attname, ', ' order by k.at), pg_get_expr(c.conbin, c.conrelid) \
    from pg_catalog.pg_constraint as c \
    join pg_catalog.pg_class as t on t.oid = c.conrelid \
    join pg_catalog.pg_namespace as n on n.oid = t.relnamespace \
    cross join unnest(c.conkey) with ordinality as k(number, at) \
    join pg_catalog.pg_attribute as a on a.attrelid = t.oid and a.attnum = k.number \
    where c.conname = $1 and t.relname = $2 and n.nspname = $3 \
    group by c.oid, c.conbin, c.conrelid";

/// The columns of a violated constraint, and its check.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rule {
    /// The names of the columns, separated by commas.
    pub columns: String,
    /// What a check demands, as SQL without casts; empty for other constraints.
    pub check: String,
}

impl Wire {
    /// Add what the violated constraint demands, where there is one. The transaction has ended.
    pub(super) async fn explain(&mut self, refused: &mut Refused) -> Result<(), Failure> {
        let of_constraint = matches!(refused.code.as_str(), "23503" | "23505" | "23514");
        let (Some(name), Some(table), Some(schema)) =
            (&refused.constraint, &refused.table, &refused.schema)
        else {
            return Ok(());
        };
        if !of_constraint || refused.fatal {
            return Ok(());
        }
        self.push(Some(""), RULE, &[Some(name), Some(table), Some(schema)])?;
        let rows = self.exchange().await?.pop().unwrap_or_default();
        let text = |at| {
            let bytes = rows.first().and_then(|row| row.bytes(at)).unwrap_or_default();
            String::from_utf8_lossy(&bytes).into_owned()
        };
        let rule = Rule { columns: text(0), check: without_casts(&text(1)) };
        refused.rule = Some(rule).filter(|rule| !rule.columns.is_empty());
        Ok(())
    }
}

impl Refused {
    /// Whether a function of the database raised it on purpose, with `raise`: then message and hint
    /// are its own words.
    pub fn is_raised(&self) -> bool {
        self.routine.as_deref() == Some("exec_stmt_raise")
    }

    /// Which field a constraint refuses and what is allowed, as a sentence. `name_of` is what the
    /// caller calls a column of a table (schema, table, column); what it has no name for is not
    /// spoken of.
    pub fn rule_sentence(
        &self,
        name_of: impl Fn(&str, &str, &str) -> Option<String>,
    ) -> Option<String> {
        let name_of = |column: &str| match (&self.schema, &self.table) {
            (Some(schema), Some(table)) => name_of(schema, table, column),
            // A function has named it.
            _ => Some(column.to_owned()),
        };
        if self.code == "23502" {
            return name_of(self.column.as_deref()?).map(|name| format!("{name} is missing."));
        }
        if self.code == "23503" && !self.message.starts_with("insert or update") {
            return Some("Something else still refers to it.".into());
        }
        let rule = self.rule.as_ref()?;
        let columns: Vec<&str> = rule.columns.split(", ").collect();
        let names: Vec<String> = columns.iter().map(|c| name_of(c)).collect::<Option<_>>()?;
        let fields = names.join(", ");
        Some(match self.code.as_str() {
            "23514" => {
                let check =
                    columns.iter().zip(&names).fold(rule.check.clone(), |check, (column, name)| {
                        renamed(&check, column, name)
                    });
                format!("{fields}: what is allowed is {check}.")
            }
            "23505" => format!("{fields}: this value is taken."),
            "23503" => format!("{fields}: there is nothing with this key."),
            _ => return None,
        })
    }
}

/// `check` with every word `column` as `name`, but for those in quotes.
fn renamed(check: &str, column: &str, name: &str) -> String {
    let mut text = String::with_capacity(check.len());
    for (at, part) in check.split('\'').enumerate() {
        if at > 0 {
            text.push('\'');
        }
        if at % 2 == 1 {
            text.push_str(part);
            continue;
        }
        let of_word = |letter: char| letter.is_alphanumeric() || letter == '_';
        let mut rest = part;
        while let Some(start) = rest.find(of_word) {
            let word = &rest[start..];
            let word = &word[..word.find(|letter| !of_word(letter)).unwrap_or(word.len())];
            text.push_str(&rest[..start]);
            text.push_str(if word == column { name } else { word });
            rest = &rest[start + word.len()..];
        }
        text.push_str(rest);
    }
    text
}

/// A check as people read it: `((price >= 0) AND (a = ANY (ARRAY['x'::text])))` becomes
/// `price >= 0 and a = any ('x')`.
fn without_casts(check: &str) -> String {
    let mut text = String::with_capacity(check.len());
    let mut rest = check;
    while let Some((before, cast)) = rest.split_once("::") {
        text.push_str(before);
        rest = cast.trim_start_matches(|letter: char| letter.is_alphanumeric() || letter == '_');
        for words in [" without time zone", " with time zone", " varying", " precision", "[]"] {
            rest = rest.strip_prefix(words).unwrap_or(rest);
        }
    }
    text.push_str(rest);
    let text = text.replace("ARRAY[", "").replace("])", ")").replace(" ANY ((", " ANY (");
    let text = text.replace(" AND ", " and ").replace(" OR ", " or ").replace(" ANY ", " any ");
    bare(&text).to_owned()
}

/// Without the parentheses around all of it.
fn bare(text: &str) -> &str {
    let Some(inner) = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')) else {
        return text;
    };
    let mut depth = 0_i32;
    let closes_early = inner.bytes().any(|byte| {
        depth += i32::from(byte == b'(') - i32::from(byte == b')');
        depth < 0
    });
    if closes_early { text } else { bare(inner) }
}

#[cfg(test)]
mod tests {
    use super::{Refused, Rule, renamed, without_casts};

    #[test]
    fn a_check_is_told_without_casts_and_outer_parentheses() {
        for (check, told) in [
            (
                "((capacity >= 1) AND (capacity <= 10000))",
                "(capacity >= 1) and (capacity <= 10000)",
            ),
            ("(length(bio) <= 10000)", "length(bio) <= 10000"),
            (
                "(mode = ANY (ARRAY['instant'::text, 'request'::text]))",
                "mode = any ('instant', 'request')",
            ),
            ("((start_local)::time without time zone < end_local)", "(start_local) < end_local"),
        ] {
            assert_eq!(without_casts(check), told);
        }
    }

    fn refused(code: &str, message: &str, check: &str) -> Refused {
        let rule = Some(Rule { columns: "slug".into(), check: check.into() });
        let (code, message) = (code.into(), message.into());
        let (schema, table) = (Some("core".into()), Some("offering".into()));
        let detail = Some("Key (slug)=(somebody's) exists.".into());
        let column = Some("slug".into());
        Refused { code, message, schema, table, column, detail, rule, ..Refused::default() }
    }

    const CASES: [(&str, &str, &str); 5] = [
        ("23502", "null value", "handle is missing."),
        ("23514", "new row", "handle: what is allowed is length(handle) < 9 or slug_2 = 'slug'."),
        ("23505", "duplicate key", "handle: this value is taken."),
        ("23503", "insert or update on table", "handle: there is nothing with this key."),
        ("23503", "update or delete on table", "Something else still refers to it."),
    ];
    const CHECK: &str = "length(slug) < 9 or slug_2 = 'slug'";

    #[test]
    fn a_sentence_names_the_field_in_its_callers_words_and_never_a_value() {
        for (code, message, told) in CASES {
            let refused = refused(code, message, CHECK);
            let sentence = refused.rule_sentence(|schema, table, column| {
                assert_eq!((schema, table, column), ("core", "offering", "slug"));
                Some("handle".into())
            });
            assert_eq!(sentence.as_deref(), Some(told));
        }
    }

    #[test]
    fn a_column_that_the_caller_has_no_word_for_is_not_spoken_of() {
        for (code, message, _) in CASES {
            let sentence = refused(code, message, CHECK).rule_sentence(|_, _, _| None);
            assert!(sentence.is_none_or(|told| !told.contains("slug")), "{code}");
        }
    }

    #[test]
    fn words_alone_are_renamed() {
        assert_eq!(renamed("a > b_a and a = 'a' or a", "a", "é"), "é > b_a and é = 'a' or é");
    }
}
