//! The one statement of a request: what is written or called, what is read of it, and the
//! answer's body and headers in one row.

use super::{Sql, read::RESULT, write::Returning};
use crate::{
    cache::{
        custom::{Computed, Handler},
        model::{Link, Qualified},
    },
    plan::{Base, Call, Condition, Node, Shape, Write},
    request::Body,
};

/// How the answer's body is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// Not at all.
    Nothing,
    /// A list of objects.
    List,
    /// One object.
    Object,
    /// One value of a function.
    Scalar,
    /// A list of values of a function.
    Scalars,
    /// Lines of comma-separated values.
    Csv,
    /// A GeoJSON collection of features.
    GeoJson,
    /// A value as it is: text or bytes.
    Raw,
    /// What an aggregate of the database makes of the rows.
    Handled,
}

/// What a statement does before it reads.
#[derive(Debug)]
pub enum Before<'p, 'm> {
    /// Nothing.
    Nothing,
    /// It writes the body.
    Write(&'p Write<'m>, &'p Body),
    /// It calls a function.
    Call(&'p Call<'m>),
}

/// Everything a statement is made of.
#[derive(Debug)]
pub struct Statement<'p, 'm> {
    /// What comes first.
    pub before: Before<'p, 'm>,
    /// What is read.
    pub node: &'p Node<'m>,
    /// The form of the body.
    pub output: Output,
    /// The aggregate that makes it, for [`Output::Handled`].
    pub handler: Option<&'p Handler>,
    /// Whether members that are null are left out.
    pub strip_nulls: bool,
    /// Whether all rows are counted, not only those of the page.
    pub counted: bool,
    /// Where counting stops.
    pub count_limit: Option<i64>,
    /// How many bytes the rows of a level may have that hold embeddings.
    pub most_bytes: Option<i64>,
    /// Whether the rows written are handed on; otherwise they are only counted.
    pub returned: bool,
    /// The columns that name the row that was created, where its place is asked for.
    pub location: &'p [String],
}

/// Room for a statement: few are longer.
const ROOM: usize = 1024;

/// The rows of a page that are needed twice, for its first line and for the others.
const WHOLE_PAGE: &str = "select * from pgrst_page";

/// Write the statement. Its columns are those of [`ResultRow`](super::ResultRow).
pub fn statement_for(parts: &Statement<'_, '_>) -> Sql {
    let root_is_result = !matches!(parts.before, Before::Nothing);
    let root_columns = match parts.node.shape {
        Shape::Relation(relation) if root_is_result => {
            relation.columns.iter().map(|column| column.name.clone()).collect()
        }
        _ => Vec::new(),
    };
    let text = String::with_capacity(ROOM);
    let most_bytes = parts.most_bytes;
    let mut sql = Sql { text, root_is_result, root_columns, most_bytes, ..Sql::default() };
    let mut with = "with ";
    let computed = computed_of(parts.node);
    match parts.before {
        Before::Nothing => {}
        Before::Write(write, body) => {
            sql.push(with).push(RESULT).push(" as (");
            let returning = returning(parts, computed);
            sql.write(write, body, &returning);
            sql.push(")");
            with = ", ";
        }
        Before::Call(call) => {
            sql.push(with).push(RESULT).push(" as (");
            sql.call(call, &computed);
            sql.push(")");
            with = ", ";
        }
    }
    if parts.output == Output::Csv {
        sql.push(with).push("pgrst_page as (");
        sql.read(parts.node, None);
        sql.push(")");
    }
    sql.push(" select ");
    sql.result(parts);
    if let Some((most, form)) = sql.bounded_page(parts) {
        sql.push(" from ");
        sql.bounded(most, "_t", form, |sql| match parts.output {
            Output::Csv => drop(sql.push(WHOLE_PAGE)),
            _ => sql.read(parts.node, None),
        });
        return sql;
    }
    sql.push(" from (");
    match (&parts.before, parts.returned) {
        _ if parts.output == Output::Csv => drop(sql.push(WHOLE_PAGE)),
        (Before::Write(..), false) => drop(sql.push("select 1 from ").push(RESULT)),
        _ => sql.read(parts.node, None),
    }
    sql.push(") as _t");
    sql
}

/// The statement whose plan estimates how many rows there are.
pub fn count_plan(node: &Node<'_>) -> Sql {
    let mut sql = Sql::default();
    sql.push("explain (format json) ");
    sql.counted(node, None);
    sql
}

impl Sql {
    /// The same statement, to be planned rather than run. `options` are words of our own.
    pub fn explained(mut self, options: &str) -> Self {
        self.text = format!("explain ({options}) {}", self.text);
        self
    }
}

/// The columns a write must return for the rest of the statement to work: what is selected,
/// what embeddings hang on, and the key of the row that was created.
fn returning(parts: &Statement<'_, '_>, computed: Vec<Qualified>) -> Returning {
    let node = parts.node;
    let mut columns: Vec<String> = Vec::new();
    let mut add = |name: &str| {
        if !columns.iter().any(|known| known == name) {
            columns.push(name.to_owned());
        }
    };
    parts.location.iter().for_each(|column| add(column));
    if !parts.returned {
        return Returning { columns, computed: Vec::new() };
    }
    for child in &node.children {
        match child.link.map(|link| &link.link) {
            Some(
                Link::ManyToOne { columns, .. }
                | Link::OneToMany { columns, .. }
                | Link::OneToOne { columns, .. },
            ) => columns.iter().for_each(|(own, _)| add(own)),
            Some(Link::ManyToMany(junction)) => {
                junction.source.iter().for_each(|(own, _)| add(own));
            }
            // The function takes the whole row.
            Some(Link::Computed { .. }) => add("*"),
            None => {}
        }
    }
    for select in &node.select {
        match select.field.base.column() {
            Some((name, _)) => add(name),
            None if matches!(select.field.base, Base::Star) && select.aggregate.is_none() => {
                add("*");
            }
            None => {}
        }
    }
    for order in node.order.iter().filter(|order| order.child.is_none()) {
        if let Some((name, _)) = order.field.base.column() {
            add(name);
        }
    }
    if columns.iter().any(|name| name == "*") {
        columns = vec!["*".to_owned()];
    }
    Returning { columns, computed }
}

/// Functions of the row that the root uses. Behind a write or a call the row is a mere record,
/// so they are called where it is not, and then read like columns.
fn computed_of(root: &Node<'_>) -> Vec<Qualified> {
    let mut found: Vec<Qualified> = Vec::new();
    let mut add = |base: &Base<'_>| {
        if let Base::Computed(Computed { function, .. }) = base
            && !found.contains(function)
        {
            found.push(function.clone());
        }
    };
    root.select.iter().for_each(|select| add(&select.field.base));
    root.order.iter().filter(|o| o.child.is_none()).for_each(|order| add(&order.field.base));
    fn conditions(condition: &Condition<'_>, add: &mut dyn FnMut(&Base<'_>)) {
        match condition {
            Condition::Filter(field, _) => add(&field.base),
            Condition::Tree { nodes, .. } => nodes.iter().for_each(|node| conditions(node, add)),
            Condition::Embedded { .. } => {}
        }
    }
    root.conditions.iter().for_each(|condition| conditions(condition, &mut add));
    found
}
