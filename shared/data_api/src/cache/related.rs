//! How relations are related: foreign keys, carried over to the views that show their columns,
//! joined through junction tables, and functions of a row type.

use std::collections::{HashMap, HashSet};

use super::{
    model::{ColumnPairs, Junction, Link, Qualified, Relationship},
    raw, view,
};

/// A view may show a key many times. More combinations than these are of no use.
const MAX_COMBINATIONS: usize = 64;

/// The columns of a relation that matter for relationships.
struct Node<'a> {
    id: Qualified,
    columns: HashMap<i16, &'a str>,
    primary_key: &'a [i16],
    is_view: bool,
    /// For a view: which of its columns show a column of a base table.
    shows: HashMap<(i64, i16), Vec<i16>>,
    /// For a view that asks something for each row: those of them that no join makes null.
    leads: HashMap<(i64, i16), i16>,
}

/// Relations and the keys between them.
pub(super) struct Graph<'a> {
    nodes: HashMap<i64, Node<'a>>,
    /// The views that show something of a table.
    viewers: HashMap<i64, Vec<i64>>,
    keys: &'a [raw::ForeignKey],
}

impl<'a> Graph<'a> {
    pub(super) fn new(catalog: &'a raw::Catalog) -> Self {
        let rules: HashMap<i64, Vec<view::Origin>> =
            catalog.views.iter().map(|view| (view.oid, view::origins(&view.rule))).collect();
        let leading: HashMap<i64, Vec<i16>> =
            catalog.views.iter().map(|view| (view.oid, view::leading(&view.rule))).collect();
        let mut nodes = HashMap::new();
        let mut viewers: HashMap<i64, Vec<i64>> = HashMap::new();
        for relation in &catalog.relations {
            let mut shows: HashMap<(i64, i16), Vec<i16>> = HashMap::new();
            let mut lead = HashMap::new();
            for origin in rules.get(&relation.oid).into_iter().flatten() {
                if let Some(base) = base(&rules, origin.relation, origin.origin, 0) {
                    shows.entry(base).or_default().push(origin.column);
                    if relation.kind == 'v'
                        && view::leads(&rules, &leading, relation.oid, origin.column, 0)
                    {
                        lead.entry(base).or_insert(origin.column);
                    }
                }
            }
            for table in shows.keys().map(|(table, _)| *table).collect::<HashSet<_>>() {
                viewers.entry(table).or_default().push(relation.oid);
            }
            let columns = relation.columns.iter().map(|c| (c.number, c.column.name.as_str()));
            nodes.insert(
                relation.oid,
                Node {
                    id: Qualified::new(&relation.schema, &relation.name),
                    columns: columns.collect(),
                    primary_key: &relation.primary_key,
                    is_view: matches!(relation.kind, 'v' | 'm'),
                    shows,
                    leads: lead,
                },
            );
        }
        // Sort, so that equal catalogs give equal models.
        for oids in viewers.values_mut() {
            oids.sort_unstable();
        }
        Self { nodes, viewers, keys: &catalog.foreign_keys }
    }

    /// The columns of a relation's primary key. A view has the keys of all tables whose key it
    /// shows completely.
    pub(super) fn primary_key(&self, oid: i64) -> Vec<String> {
        let Some(node) = self.nodes.get(&oid) else { return Vec::new() };
        if !node.is_view {
            return names(node, node.primary_key);
        }
        let tables: HashSet<i64> = node.shows.keys().map(|(table, _)| *table).collect();
        let shown = |table: i64| -> Option<Vec<i16>> {
            let key = self.nodes.get(&table)?.primary_key.iter();
            key.map(|column| node.shows.get(&(table, *column))?.first().copied()).collect()
        };
        let mut columns: Vec<i16> = tables.into_iter().filter_map(shown).flatten().collect();
        columns.sort_unstable();
        names(node, &columns)
    }

    /// The key that tells the rows of a view apart before anything is asked for each of them.
    pub(super) fn page_key(&self, oid: i64) -> Vec<String> {
        let Some(node) = self.nodes.get(&oid) else { return Vec::new() };
        let shown = |table: i64| -> Option<Vec<i16>> {
            let key = self.nodes.get(&table)?.primary_key;
            let columns = key.iter().map(|column| node.leads.get(&(table, *column)).copied());
            columns.collect::<Option<Vec<i16>>>().filter(|columns| !columns.is_empty())
        };
        // One table leads, so there is one such key at most.
        let key = node.leads.keys().find_map(|(table, _)| shown(*table)).unwrap_or_default();
        names(node, &key)
    }

    /// Every relationship, in both directions.
    pub(super) fn relationships(&self) -> Vec<Relationship> {
        let forward = self.forward();
        let mut all = forward.clone();
        all.extend(self.through_junctions(&forward));
        all.extend(forward.iter().filter_map(inverse));
        all
    }

    /// Foreign keys from the referencing side, for tables and views.
    fn forward(&self) -> Vec<Relationship> {
        let mut forward = Vec::new();
        for key in self.keys {
            let from = self.appearances(key.table, &key.columns);
            let to = self.appearances(key.foreign, &key.foreign_columns);
            for (source, source_columns) in &from {
                for (target, target_columns) in &to {
                    let (Some(table), Some(foreign)) =
                        (self.nodes.get(source), self.nodes.get(target))
                    else {
                        continue;
                    };
                    let columns: ColumnPairs = names(table, source_columns)
                        .into_iter()
                        .zip(names(foreign, target_columns))
                        .collect();
                    let constraint = key.name.clone();
                    let link = match key.unique {
                        true => Link::OneToOne { constraint, columns, parent: false },
                        false => Link::ManyToOne { constraint, columns },
                    };
                    forward.push(Relationship {
                        table: table.id.clone(),
                        foreign: foreign.id.clone(),
                        is_self: source == target,
                        table_is_view: table.is_view,
                        foreign_is_view: foreign.is_view,
                        link,
                    });
                }
            }
        }
        forward
    }

    /// The columns of a table, and for each view that shows all of them, the columns of the view.
    fn appearances(&self, table: i64, columns: &[i16]) -> Vec<(i64, Vec<i16>)> {
        let mut found = vec![(table, columns.to_vec())];
        for view in self.viewers.get(&table).into_iter().flatten() {
            let Some(node) = self.nodes.get(view) else { continue };
            let mut combinations = vec![Vec::new()];
            for column in columns {
                let shown = node.shows.get(&(table, *column)).map_or(&[][..], Vec::as_slice);
                combinations = combinations
                    .iter()
                    .flat_map(|so_far: &Vec<i16>| {
                        shown.iter().map(move |column| [so_far.as_slice(), &[*column]].concat())
                    })
                    .take(MAX_COMBINATIONS)
                    .collect();
            }
            found.extend(combinations.into_iter().map(|columns| (*view, columns)));
        }
        found
    }

    /// Two foreign keys of one table whose columns are all in its primary key.
    fn through_junctions(&self, forward: &[Relationship]) -> Vec<Relationship> {
        let keys: HashMap<&Qualified, Vec<String>> =
            self.nodes.iter().map(|(oid, node)| (&node.id, self.primary_key(*oid))).collect();
        let mut by_table: HashMap<&Qualified, Vec<&Relationship>> = HashMap::new();
        for relationship in forward {
            by_table.entry(&relationship.table).or_default().push(relationship);
        }
        let mut found = Vec::new();
        let mut tables: Vec<_> = by_table.into_iter().collect();
        tables.sort_by_key(|(table, _)| *table);
        for (table, keys_of_table) in tables {
            let primary_key = keys.get(table).map_or(&[][..], Vec::as_slice);
            for first in &keys_of_table {
                for second in &keys_of_table {
                    found.extend(junction(table, primary_key, first, second));
                }
            }
        }
        found
    }
}

/// The table and the column that a column of a view is made of, if it is one.
type Source = Option<Box<(Qualified, String)>>;

/// The source of each column of a view, by the view and its column's number.
pub(super) fn sources(catalog: &raw::Catalog) -> HashMap<(i64, i16), Source> {
    let rules: HashMap<i64, Vec<view::Origin>> =
        catalog.views.iter().map(|view| (view.oid, view::sources(&view.rule))).collect();
    let tables: HashMap<i64, &raw::Relation> =
        catalog.relations.iter().map(|relation| (relation.oid, relation)).collect();
    let named = |(oid, number): (i64, i16)| {
        let table = tables.get(&oid)?;
        let column = table.columns.iter().find(|column| column.number == number)?;
        let id = Qualified::new(&table.schema, &table.name);
        Some(Box::new((id, column.column.name.clone())))
    };
    rules
        .iter()
        .flat_map(|(view, sources)| sources.iter().map(|source| (*view, source.column)))
        .map(|(view, column)| ((view, column), base(&rules, view, column, 0).and_then(named)))
        .collect()
}

/// The table under the views that a column comes from.
fn base(
    rules: &HashMap<i64, Vec<view::Origin>>,
    relation: i64,
    column: i16,
    depth: usize,
) -> Option<(i64, i16)> {
    let Some(origins) = rules.get(&relation) else { return Some((relation, column)) };
    if depth == view::MAX_DEPTH {
        return None;
    }
    let origin = origins.iter().find(|origin| origin.column == column)?;
    base(rules, origin.relation, origin.origin, depth + 1)
}

fn names(node: &Node<'_>, columns: &[i16]) -> Vec<String> {
    columns.iter().filter_map(|number| node.columns.get(number)).map(|n| (*n).to_owned()).collect()
}

fn junction(
    table: &Qualified,
    primary_key: &[String],
    first: &Relationship,
    second: &Relationship,
) -> Option<Relationship> {
    let Link::ManyToOne { constraint: source_constraint, columns: source } = &first.link else {
        return None;
    };
    let Link::ManyToOne { constraint: target_constraint, columns: target } = &second.link else {
        return None;
    };
    let in_key = |pairs: &ColumnPairs| pairs.iter().all(|(column, _)| primary_key.contains(column));
    if source_constraint == target_constraint || !in_key(source) || !in_key(target) {
        return None;
    }
    let outwards =
        |pairs: &ColumnPairs| pairs.iter().map(|(j, t)| (t.clone(), j.clone())).collect();
    Some(Relationship {
        table: first.foreign.clone(),
        foreign: second.foreign.clone(),
        is_self: first.foreign == second.foreign,
        table_is_view: first.foreign_is_view,
        foreign_is_view: second.foreign_is_view,
        link: Link::ManyToMany(Junction {
            table: table.clone(),
            source_constraint: source_constraint.clone(),
            target_constraint: target_constraint.clone(),
            source: outwards(source),
            target: outwards(target),
        }),
    })
}

fn inverse(relationship: &Relationship) -> Option<Relationship> {
    let swap = |pairs: &ColumnPairs| pairs.iter().map(|(a, b)| (b.clone(), a.clone())).collect();
    let link = match &relationship.link {
        Link::ManyToOne { constraint, columns } => {
            Link::OneToMany { constraint: constraint.clone(), columns: swap(columns) }
        }
        Link::OneToOne { constraint, columns, .. } => {
            Link::OneToOne { constraint: constraint.clone(), columns: swap(columns), parent: true }
        }
        _ => return None,
    };
    Some(Relationship {
        table: relationship.foreign.clone(),
        foreign: relationship.table.clone(),
        is_self: relationship.is_self,
        table_is_view: relationship.foreign_is_view,
        foreign_is_view: relationship.table_is_view,
        link,
    })
}
