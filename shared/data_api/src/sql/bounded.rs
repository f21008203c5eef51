//! Rows whose size is bounded: what embeddings multiply is stopped while it is being made.

use super::Sql;
use crate::{plan::Node, refusal::TOO_LARGE};

/// What a row costs beside its text.
const ROW: &str = "64";

/// What an object within a row costs beside its text: an embedded row costs its policies and joins,
/// however short it is. A brace in somebody's text counts as one too; few texts have many.
const OBJECT: &str = "256";

/// What becomes of each row.
#[derive(Clone, Copy)]
pub(super) enum Form {
    /// It is JSON from here on.
    Json,
    /// It stays a record, for what makes something else of it than JSON.
    Record,
}

impl Sql {
    /// Whether the rows of a node are to be bounded: a row of a table is as large as the table
    /// allows, one with embeddings as large as the request wants.
    pub(super) fn bounds(&self, node: &Node<'_>) -> Option<i64> {
        self.most_bytes.filter(|_| node.children.iter().any(|child| !child.is_empty()))
    }

    /// `from` the rows that `rows` writes, each in `pgrst_row`, called `name`. The sum runs
    /// along with the rows, so the first one too many is the last one made; a cast that fails is
    /// how plain SQL stops.
    pub(super) fn bounded(
        &mut self,
        most: i64,
        name: &str,
        form: Form,
        rows: impl FnOnce(&mut Self),
    ) {
        self.push("(select pgrst_j.pgrst_row, sum(octet_length(pgrst_t.t) + ").push(OBJECT);
        self.push(" * (octet_length(pgrst_t.t) - octet_length(replace(pgrst_t.t, '{', ''))) + ");
        self.push(ROW).push(") over (rows between unbounded preceding and current row) as ");
        self.push("pgrst_size from (select ");
        self.push(match form {
            Form::Json => "row_to_json(pgrst_r.*)",
            Form::Record => "pgrst_r",
        });
        self.push(" as pgrst_row from (");
        rows(self);
        self.push(") as pgrst_r offset 0) as pgrst_j cross join lateral (select ");
        self.push("pgrst_j.pgrst_row::text as t offset 0) as pgrst_t) as ").push(name);
        self.push(" where case when ").push(name).push(".pgrst_size > ").push(&most.to_string());
        self.push(" then ('").push(TOO_LARGE).push("' || ").push(name);
        self.push(".pgrst_size)::int = 0 else true end");
    }
}
