//! Which column of which table a view's column shows. It is read from the stored rule of the view.
//!
//! `pg_rewrite.ev_action` is a printed parse tree: `({QUERY … :targetList ({TARGETENTRY :expr …
//! :resno 1 :resname id … :resorigtbl 16391 :resorigcol 1 :resjunk false} …) …})`. Postgres has
//! already resolved, through subqueries and joins, where each output comes from. Only the entries
//! of the outermost query count; they are two braces deep.

/// An output of a view that is a plain column of another relation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Origin {
    /// The number of the view's column.
    pub(super) column: i16,
    /// The relation it comes from.
    pub(super) relation: i64,
    /// The number of the column there.
    pub(super) origin: i16,
}

/// The origins in a stored rule.
pub(super) fn origins(rule: &str) -> Vec<Origin> {
    let mut origins = Vec::new();
    for entry in outermost_entries(rule) {
        let number = |label: &str| label_value(entry, label).and_then(|text| text.parse().ok());
        // The labels of the entry itself come after its expression, so the last ones count.
        let (Some(column), Some(relation), Some(origin)) =
            (number(":resno "), number(":resorigtbl "), number(":resorigcol "))
        else {
            continue;
        };
        let hidden = label_value(entry, ":resjunk ") == Some("true");
        if relation != 0 && !hidden {
            origins.push(Origin { column: column as i16, relation, origin: origin as i16 });
        }
    }
    origins
}

fn label_value<'a>(entry: &'a str, label: &str) -> Option<&'a str> {
    let start = entry.rfind(label)? + label.len();
    entry[start..].split([' ', '}', ')']).next()
}

/// The texts of the target entries that are two braces deep.
fn outermost_entries(rule: &str) -> Vec<&str> {
    let bytes = rule.as_bytes();
    let (mut depth, mut at, mut start) = (0_usize, 0, None);
    let mut entries = Vec::new();
    while at < bytes.len() {
        match bytes[at] {
            // A backslash makes the next character part of a name.
            b'\\' => at += 1,
            b'{' => {
                depth += 1;
                if depth == 2 && rule[at..].starts_with("{TARGETENTRY ") {
                    start = Some(at);
                }
            }
            b'}' => {
                if depth == 2 {
                    entries.extend(start.take().map(|start| &rule[start..at]));
                }
                depth = depth.saturating_sub(1);
            }
            _ => {}
        }
        at += 1;
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: &str = "({QUERY :commandType 1 :rtable ({RTE :subquery {QUERY :targetList \
        ({TARGETENTRY :expr {VAR :varno 1} :resno 7 :resname x :ressortgroupref 0 :resorigtbl 5 \
        :resorigcol 6 :resjunk false})}}) :targetList ({TARGETENTRY :expr {VAR :varno 1 :varattno \
        1} :resno 1 :resname odd\\}\\ name :ressortgroupref 0 :resorigtbl 16391 :resorigcol 2 \
        :resjunk false} {TARGETENTRY :expr {OPEXPR :opno 1} :resno 2 :resname sum \
        :ressortgroupref 0 :resorigtbl 0 :resorigcol 0 :resjunk false})})";

    #[test]
    fn only_plain_columns_of_the_outermost_query_have_an_origin() {
        assert_eq!(origins(RULE), [Origin { column: 1, relation: 16391, origin: 2 }]);
    }

    #[test]
    fn a_rule_that_is_cut_short_has_no_origins() {
        assert_eq!(origins(&RULE[..60]), []);
    }
}
