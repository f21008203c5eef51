//! Which column of which table a view's column shows. It is read from the stored rule of the view.
//!
//! `pg_rewrite.ev_action` is a printed parse tree: `({QUERY … :targetList ({TARGETENTRY :expr …
//! :resno 1 :resname id … :resorigtbl 16391 :resorigcol 1 :resjunk false} …) …})`. Postgres has
//! already resolved, through subqueries and joins, where each output comes from. Only the entries
//! of the outermost query count; they are two braces deep.

use std::collections::HashMap;

/// How deep views of views are followed. Deeper views lose their keys.
pub(super) const MAX_DEPTH: usize = 12;

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

/// The columns in a stored rule that are made of one other column, shown as it is or computed
/// (`price / 100.0`): what is said of that one concerns them.
pub(super) fn sources(rule: &str) -> Vec<Origin> {
    let mut sources = origins(rule);
    let tables: Vec<Option<i64>> =
        outermost_entries(rule, &["{RANGETBLENTRY ", "{RTE "]).into_iter().map(table_of).collect();
    for entry in outermost_entries(rule, TARGET) {
        let Some(column) = label_value(entry, ":resno ").and_then(|text| text.parse().ok()) else {
            continue;
        };
        if sources.iter().any(|source| source.column == column) || entry.contains("{QUERY ") {
            continue;
        }
        let mut read: Vec<(usize, i16)> = entry.split("{VAR ").skip(1).filter_map(var).collect();
        read.dedup();
        if let [(at, origin)] = read[..]
            && let Some(relation) = at.checked_sub(1).and_then(|at| *tables.get(at)?)
        {
            sources.push(Origin { column, relation, origin });
        }
    }
    sources
}

/// The relation of an entry of the range table, if it is one.
fn table_of(entry: &str) -> Option<i64> {
    let (_, kind) = entry.split_once(":rtekind ")?;
    let (_, oid) = kind.strip_prefix("0 ")?.split_once(":relid ")?;
    oid.split(' ').next()?.parse().ok()
}

/// The number of a range table entry, and of its column.
fn var(text: &str) -> Option<(usize, i16)> {
    let number = |label| Some(text.split_once(label)?.1.split([' ', '}']).next()?.to_owned());
    Some((number(":varno ")?.parse().ok()?, number(":varattno ")?.parse().ok()?))
}

/// The entries that say what a view's columns are.
const TARGET: &[&str] = &["{TARGETENTRY "];

/// The origins in a stored rule.
pub(super) fn origins(rule: &str) -> Vec<Origin> {
    let mut origins = Vec::new();
    for entry in outermost_entries(rule, TARGET) {
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

/// The columns of a view that asks something for each of its rows (it has a lateral join) which are
/// of the relation that its rows begin with: no join makes them null.
pub(super) fn leading(rule: &str) -> Vec<i16> {
    let from = outermost_entries(rule, &["{FROMEXPR "]);
    let Some(first) = from.first().and_then(|from| first_relation(from)) else {
        return Vec::new();
    };
    if !rule.contains(":lateral true") {
        return Vec::new();
    }
    let is_first =
        |entry: &&str| entry.starts_with(&format!("{{TARGETENTRY :expr {{VAR :varno {first} "));
    let number = |entry| label_value(entry, ":resno ").and_then(|text| text.parse().ok());
    outermost_entries(rule, TARGET).into_iter().filter(is_first).filter_map(number).collect()
}

/// Whether no join makes a column null, in this view or in one below it.
pub(super) fn leads(
    rules: &HashMap<i64, Vec<Origin>>,
    leading: &HashMap<i64, Vec<i16>>,
    relation: i64,
    column: i16,
    depth: usize,
) -> bool {
    let Some(origins) = rules.get(&relation) else { return true };
    let origin = origins.iter().find(|origin| origin.column == column);
    depth < MAX_DEPTH
        && leading.get(&relation).is_some_and(|columns| columns.contains(&column))
        && origin.is_some_and(|o| leads(rules, leading, o.relation, o.origin, depth + 1))
}

/// The number of the relation that a `from` begins with, if every join keeps its rows.
fn first_relation(from: &str) -> Option<&str> {
    let keeps = |kind: &str| kind.starts_with("0 ") || kind.starts_with("1 ");
    if !from.split(":jointype ").skip(1).all(keeps) {
        return None;
    }
    from.split(":rtindex ").nth(1)?.split(['}', ' ']).next()
}

fn label_value<'a>(entry: &'a str, label: &str) -> Option<&'a str> {
    let start = entry.rfind(label)? + label.len();
    entry[start..].split([' ', '}', ')']).next()
}

/// The texts of the entries of these kinds that are two braces deep.
fn outermost_entries<'a>(rule: &'a str, kinds: &[&str]) -> Vec<&'a str> {
    let bytes = rule.as_bytes();
    let (mut depth, mut at, mut start) = (0_usize, 0, None);
    let mut entries = Vec::new();
    while at < bytes.len() {
        match bytes[at] {
            // A backslash makes the next character part of a name.
            b'\\' => at += 1,
            b'{' => {
                depth += 1;
                if depth == 2 && kinds.iter().any(|kind| rule[at..].starts_with(kind)) {
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
    fn a_column_computed_of_one_other_has_it_as_its_source() {
        let rule = "({QUERY :commandType 1 :rtable ({RANGETBLENTRY :alias <> :rtekind 2 :jointype 0} \
            {RANGETBLENTRY :alias <> :rtekind 0 :relid 16391 :relkind r}) :targetList \
            ({TARGETENTRY :expr {FUNCEXPR :args ({VAR :varno 2 :varattno 4} {CONST})} :resno 1 \
            :resname cents :ressortgroupref 0 :resorigtbl 0 :resorigcol 0 :resjunk false} \
            {TARGETENTRY :expr {OPEXPR :args ({VAR :varno 2 :varattno 4} {VAR :varno 2 :varattno \
            5})} :resno 2 :resname both :ressortgroupref 0 :resorigtbl 0 :resorigcol 0 :resjunk \
            false} {TARGETENTRY :expr {FUNCEXPR :args ({VAR :varno 1 :varattno 1})} :resno 3 \
            :resname joined :ressortgroupref 0 :resorigtbl 0 :resorigcol 0 :resjunk false})})";
        assert_eq!(sources(rule), [Origin { column: 1, relation: 16391, origin: 4 }]);
        assert_eq!(sources(RULE), origins(RULE), "what is shown as it is, is the first of them");
    }

    #[test]
    fn a_column_that_no_join_makes_null_leads() {
        let rule = |join: u8, first: u8| {
            format!(
                "({{QUERY :rtable ({{RTE :lateral true}}) :jointree {{FROMEXPR :fromlist \
                ({{JOINEXPR :jointype {join} :larg {{RANGETBLREF :rtindex {first}}} :rarg \
                {{RANGETBLREF :rtindex 4}}}}) :quals <>}} :targetList ({{TARGETENTRY :expr {{VAR \
                :varno 3 :varattno 1}} :resno 7 :resname id :resjunk false}})}})"
            )
        };
        assert_eq!(leading(&rule(1, 3)), [7_i16]);
        assert_eq!(leading(&rule(1, 2)), [0_i16; 0], "the rows begin with another relation");
        assert_eq!(leading(&rule(2, 3)), [0_i16; 0], "a full join may leave it empty");
        let plain = rule(1, 3).replace("true", "false");
        assert_eq!(leading(&plain), [0_i16; 0], "nothing is asked for");
    }

    #[test]
    fn a_rule_that_is_cut_short_has_no_origins() {
        assert_eq!(origins(&RULE[..60]), []);
    }
}
