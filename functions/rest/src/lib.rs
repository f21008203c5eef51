//! The data API: lenses and api functions, in PostgREST's dialect.
