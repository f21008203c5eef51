//! From a request to what shall be done: names resolved against the model, nothing left to
//! guess. What a plan holds of the input are values to bind and output names; every identifier
//! in it was found in the catalog.

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

/// What the names of a node's fields are looked up in.
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
    /// What a write returned, or a function.
    Result,
}

/// One level of what is read: the resource, or an embedding.
#[derive(Clone, Debug)]
pub struct Node<'m> {
    /// Number of the node, from which its names in SQL are made.
    pub number: usize,
    /// How far below the root it is.
    pub depth: usize,
    /// Where its rows come from.
    pub source: Source<'m>,
    /// What its fields are looked up in.
    pub shape: Shape<'m>,
    /// Its name in the request: of a table, foreign key or column.
    pub name: String,
    /// Its name in the answer.
    pub key: String,
    /// How it hangs on its parent.
    pub link: Option<&'m Relationship>,
    /// Whether it decides if its parent is there.
    pub join: Option<Join>,
    /// Whether its fields stand among the parent's.
    pub spread: bool,
    /// Whether the request calls it by its name although it has an alias.
    pub misnamed: bool,
    /// What to return of it.
    pub select: Vec<Select<'m>>,
    /// What must hold of its rows.
    pub conditions: Vec<Condition<'m>>,
    /// How they are sorted.
    pub order: Vec<Order<'m>>,
    /// How many of them.
    pub range: Range,
    /// Embeddings in it.
    pub children: Vec<Node<'m>>,
}

impl Node<'_> {
    /// Whether it is related to one row at most.
    pub fn is_to_one(&self) -> bool {
        self.link.is_some_and(Relationship::is_to_one)
    }

    /// Whether its rows are grouped by what is selected beside the aggregates.
    pub fn is_grouped(&self) -> bool {
        self.select.iter().any(|select| select.aggregate.is_some())
    }

    /// Whether nothing of it is returned: it is there for its effect on the parent.
    pub fn is_empty(&self) -> bool {
        self.select.is_empty() && self.children.iter().all(Node::is_empty)
    }
}

/// One field to return.
#[derive(Clone, Debug)]
pub struct Select<'m> {
    /// Its name in the answer, where that is not the column's.
    pub key: Option<String>,
    /// What.
    pub field: FieldRef<'m>,
    /// The type it shall have.
    pub cast: Option<Cast>,
    /// What to compute over it.
    pub aggregate: Option<Aggregate>,
    /// The type of that.
    pub aggregate_cast: Option<Cast>,
    /// The function that makes JSON of the column's domain, where the field is the column.
    pub formatter: Option<&'m str>,
}

/// A field, found.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldRef<'m> {
    /// The column, or what stands for one.
    pub base: Base<'m>,
    /// The way into its JSON.
    pub path: Vec<JsonStep>,
}

/// The start of a field.
#[derive(Clone, Debug, PartialEq)]
pub enum Base<'m> {
    /// A column of a relation.
    Column(&'m Column),
    /// A column that a function declares.
    Output(&'m Parameter),
    /// A function of the row.
    Computed(&'m Computed),
    /// All columns.
    Star,
    /// The value of a function that returns values rather than rows.
    Scalar,
    /// A field of a spread child: the child's number, and the field's name there.
    Child(usize, String),
}

impl<'m> Base<'m> {
    /// The name of a column, and the type under its domains.
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
    /// The column, where the field is all of it.
    pub fn whole_column(&self) -> Option<&'m Column> {
        match self.base {
            Base::Column(column) if self.path.is_empty() => Some(column),
            _ => None,
        }
    }

    /// The function that makes JSON of the field, where a domain has one.
    pub fn formatter(&self) -> Option<&'m str> {
        self.whole_column().and_then(Column::output)
    }
}

/// What must hold of a row.
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
    /// Of one field.
    Filter(FieldRef<'m>, Operation),
    /// That an embedding has rows, or none.
    Embedded {
        /// The embedding's number.
        child: usize,
        /// Whether it must have rows.
        present: bool,
    },
}

/// One thing to sort by.
#[derive(Clone, Debug)]
pub struct Order<'m> {
    /// What.
    pub field: FieldRef<'m>,
    /// The embedding it is in, if not in the node itself.
    pub child: Option<usize>,
    /// Whether the greatest come first.
    pub descending: Option<bool>,
    /// Whether nulls come first.
    pub nulls_first: Option<bool>,
}

/// What a function's result is looked up in.
pub fn shape_of<'m>(function: &'m Function, relation: Option<&'m Relation>) -> Shape<'m> {
    match relation {
        Some(relation) => Shape::Relation(relation),
        None if function.returns.composite => Shape::Record(&function.returns.columns),
        None => Shape::Scalar,
    }
}
