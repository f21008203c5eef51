//! From a request to a plan: all names are resolved against the model. A plan contains input of the
//! request only as values to bind and as output names; every identifier in it comes from the
//! catalog.

mod bounds;
mod call;
mod cast;
mod embedded;
mod fields;
mod names;
mod read;
mod relate;
pub(crate) mod spread;
mod write;

pub use call::{Arguments, Call, CallInput, choose};
pub use cast::Cast;
pub use embedded::misnamed;
pub use read::{Root, read};
pub(crate) use relate::no_such_table;
pub use write::{Mutation, Write, columns_of_write};

use crate::{
    cache::{
        custom::Computed,
        model::{Column, Function, Parameter, Qualified, Relation, Relationship},
    },
    query::{Aggregate, Connective, Join, JsonStep, Operation, Range},
};

/// Where the names of a node's fields are looked up.
#[derive(Clone, Copy, Debug)]
pub enum Shape<'m> {
    /// A relation.
    Relation(&'m Relation),
    /// The columns a function declares.
    Record(&'m [Parameter]),
    /// One value.
    Scalar,
}

/// Where a node's rows come from.
#[derive(Clone, Copy, Debug)]
pub enum Source<'m> {
    /// A relation.
    Table(&'m Qualified),
    /// The rows that a write or a function returned.
    Result,
}

/// One level of what is read: the resource, or an embedding.
#[derive(Clone, Debug)]
pub struct Node<'m> {
    /// The number of the node, which its names in SQL contain.
    pub number: usize,
    /// Its depth below the root.
    pub depth: usize,
    /// Where its rows come from.
    pub source: Source<'m>,
    /// Where its fields are looked up.
    pub shape: Shape<'m>,
    /// Its name in the request: the name of a table, foreign key or column.
    pub name: String,
    /// Its name in the answer.
    pub key: String,
    /// How it is joined to its parent.
    pub link: Option<&'m Relationship>,
    /// Whether a parent without such rows is left out.
    pub join: Option<Join>,
    /// Whether its fields are placed among the parent's fields.
    pub spread: bool,
    /// Whether the request uses its name although it has an alias.
    pub misnamed: bool,
    /// What to return of it.
    pub select: Vec<Select<'m>>,
    /// The conditions on its rows.
    pub conditions: Vec<Condition<'m>>,
    /// The order of its rows.
    pub order: Vec<Order<'m>>,
    /// How many of its rows.
    pub range: Range,
    /// Embeddings in it.
    pub children: Vec<Node<'m>>,
}

impl Node<'_> {
    /// Whether at most one row is related.
    pub fn is_to_one(&self) -> bool {
        self.link.is_some_and(Relationship::is_to_one)
    }

    /// Whether its rows are grouped by the fields that are selected beside the aggregates.
    pub fn is_grouped(&self) -> bool {
        self.select.iter().any(|select| select.aggregate.is_some())
    }

    /// Whether nothing of it is returned: it only affects which parents are returned.
    pub fn is_empty(&self) -> bool {
        self.select.is_empty() && self.children.iter().all(Node::is_empty)
    }
}

/// One field to return.
#[derive(Clone, Debug)]
pub struct Select<'m> {
    /// Its name in the answer, if that is not the column's name.
    pub key: Option<String>,
    /// The field.
    pub field: FieldRef<'m>,
    /// The type to cast it to.
    pub cast: Option<Cast>,
    /// The aggregate to compute over it.
    pub aggregate: Option<Aggregate>,
    /// The type to cast the aggregate to.
    pub aggregate_cast: Option<Cast>,
    /// The function that makes JSON of the column's domain, if the field is the whole column.
    pub formatter: Option<&'m str>,
}

/// A resolved field.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldRef<'m> {
    /// The column, or what takes its place.
    pub base: Base<'m>,
    /// The path into its JSON.
    pub path: Vec<JsonStep>,
}

/// What a field starts from.
#[derive(Clone, Debug, PartialEq)]
pub enum Base<'m> {
    /// A column of a relation.
    Column(&'m Column),
    /// A column that a function declares.
    Output(&'m Parameter),
    /// A function that takes the row.
    Computed(&'m Computed),
    /// All columns.
    Star,
    /// The value of a function that returns values rather than rows.
    Scalar,
    /// A field of a spread child: the child's number, and the name of the field there.
    Child(usize, String),
}

impl<'m> Base<'m> {
    /// The name of a column, and its base type.
    pub fn column(&self) -> Option<(&'m str, &'m str)> {
        match self {
            Self::Column(column) => Some((&column.name, &column.base)),
            Self::Output(column) => Some((&column.name, &column.kind)),
            _ => None,
        }
    }

    /// Whether it is of one of these types.
    pub fn is_of(&self, types: &[&str]) -> bool {
        match self {
            Self::Computed(computed) => types.contains(&computed.kind.as_str()),
            _ => self.column().is_some_and(|(_, kind)| types.contains(&kind)),
        }
    }
}

impl<'m> FieldRef<'m> {
    /// The column, if the field is the whole column.
    pub fn whole_column(&self) -> Option<&'m Column> {
        match self.base {
            Base::Column(column) if self.path.is_empty() => Some(column),
            _ => None,
        }
    }

    /// The function that makes JSON of the field, if its domain has one.
    pub fn formatter(&self) -> Option<&'m str> {
        self.whole_column().and_then(Column::output)
    }
}

/// A condition on a row.
#[derive(Clone, Debug)]
pub enum Condition<'m> {
    /// Several, joined.
    Tree {
        /// Whether the whole must not hold.
        negated: bool,
        /// What joins them.
        connective: Connective,
        /// What is joined.
        nodes: Vec<Condition<'m>>,
    },
    /// A condition on one field.
    Filter(FieldRef<'m>, Operation),
    /// The condition that an embedding has rows, or has none.
    Embedded {
        /// The embedding's number.
        child: usize,
        /// Whether it must have rows.
        present: bool,
    },
}

/// One term of an order.
#[derive(Clone, Debug)]
pub struct Order<'m> {
    /// The field.
    pub field: FieldRef<'m>,
    /// The embedding that the field is in, if it is not in the node itself.
    pub child: Option<usize>,
    /// Descending.
    pub descending: Option<bool>,
    /// Nulls first.
    pub nulls_first: Option<bool>,
}

/// Where the fields of a function's result are looked up.
pub fn shape_of<'m>(function: &'m Function, relation: Option<&'m Relation>) -> Shape<'m> {
    match relation {
        Some(relation) => Shape::Relation(relation),
        None if function.returns.composite => Shape::Record(&function.returns.columns),
        None => Shape::Scalar,
    }
}
