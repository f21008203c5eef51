//! Types that a request may name in a cast.

/// A type in SQL: type names of the SQL grammar stay as they are; every other name becomes a quoted
/// identifier, which Postgres looks up in the catalog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cast {
    /// A type name that is part of the SQL grammar.
    Standard(&'static str),
    /// Any other type.
    Named(String),
}

/// Types whose usual names are words of the grammar, which must not be quoted.
const STANDARD: [(&str, &str); 23] = [
    ("int", "int4"),
    ("integer", "int4"),
    ("smallint", "int2"),
    ("bigint", "int8"),
    ("decimal", "numeric"),
    ("dec", "numeric"),
    ("real", "float4"),
    ("float", "float8"),
    ("double precision", "float8"),
    ("boolean", "bool"),
    ("char", "character"),
    ("character", "character"),
    ("character varying", "varchar"),
    ("nchar", "character"),
    ("bit", "bit"),
    ("bit varying", "varbit"),
    ("time", "time"),
    ("timestamp", "timestamp"),
    ("time without time zone", "time"),
    ("time with time zone", "timetz"),
    ("timestamp without time zone", "timestamp"),
    ("timestamp with time zone", "timestamptz"),
    ("interval", "interval"),
];

impl Cast {
    /// The type of that name.
    pub fn named(name: &str) -> Self {
        let lower = name.to_lowercase();
        match STANDARD.iter().find(|(word, _)| *word == lower) {
            Some((_, sql)) => Self::Standard(sql),
            // SQL folds unquoted names to lower case, and so do we.
            None => Self::Named(lower),
        }
    }
}
