//! From the catalog to the model.

use std::collections::HashMap;

use super::{
    custom::{Computed, Handler},
    model::{BySchema, Function, Model, Qualified, Relation, Returns},
    named, raw,
    related::{self, Graph},
};

/// Types that the only, unnamed parameter of a function may have: the whole body is passed to it.
const WHOLE_BODY: [&str; 5] = ["json", "jsonb", "text", "xml", "bytea"];

/// Build the model from the rows of the catalog.
pub(super) fn model(catalog: raw::Catalog) -> Model {
    let names: HashMap<i64, Qualified> = catalog
        .relations
        .iter()
        .map(|relation| (relation.oid, Qualified::new(&relation.schema, &relation.name)))
        .collect();
    let graph = Graph::new(&catalog);
    let mut relationships = graph.relationships();
    let mut keys: HashMap<i64, [Vec<String>; 2]> =
        names.keys().map(|oid| (*oid, [graph.primary_key(*oid), graph.page_key(*oid)])).collect();
    named::add_computed(&mut relationships, &catalog.functions, &names);

    let mut computed = computed_columns(&catalog.functions, &names);
    let mut sources = related::sources(&catalog);
    let mut relations = BySchema::<Relation>::new();
    for raw in catalog.relations {
        let [primary_key, page_key] = keys.remove(&raw.oid).unwrap_or_default();
        let id = Qualified::new(raw.schema, raw.name);
        if !raw.exposed {
            continue;
        }
        let columns = raw.columns.into_iter().map(|raw::NumberedColumn { number, mut column }| {
            column.source = sources.remove(&(raw.oid, number)).flatten();
            column
        });
        let relation = Relation {
            kind: raw.kind,
            comment: raw.comment,
            columns: columns.collect(),
            primary_key,
            page_key,
            insertable: raw.writable & 8 != 0,
            updatable: raw.writable & 4 != 0,
            deletable: raw.writable & 16 != 0,
            instead_of_insert: raw.instead,
            computed: computed.remove(&id).unwrap_or_default(),
            id: id.clone(),
        };
        relations.entry(id.schema).or_default().insert(id.name, relation);
    }
    Model {
        relations,
        relationships: named::by_schema(relationships, &exposed(&catalog.schemas)),
        functions: functions(catalog.functions, &names),
        handlers: handlers(catalog.handlers, &names),
        schemas: catalog.schemas.into_iter().map(|s| (s.name, s.comment)).collect(),
        roles: role_settings(catalog.roles),
        enums: catalog.enums,
        zones: catalog.zones,
        version: catalog.version,
    }
}

fn exposed(schemas: &[raw::Schema]) -> Vec<String> {
    schemas.iter().map(|schema| schema.name.clone()).collect()
}

/// Functions of a row type that can be selected like columns: those that return one value.
fn computed_columns(
    functions: &[raw::Function],
    names: &HashMap<i64, Qualified>,
) -> HashMap<Qualified, Vec<Computed>> {
    let mut computed: HashMap<Qualified, Vec<Computed>> = HashMap::new();
    for function in functions {
        let relation = function.row_of.and_then(|oid| names.get(&oid));
        if let Some(relation) = relation
            && !function.set
        {
            computed.entry(relation.clone()).or_default().push(Computed {
                function: Qualified::new(&function.schema, &function.name),
                kind: function.returns_type.clone(),
                named: function.parameters.iter().any(|parameter| !parameter.name.is_empty()),
            });
        }
    }
    computed
}

fn functions(raw: Vec<raw::Function>, names: &HashMap<i64, Qualified>) -> BySchema<Vec<Function>> {
    let mut functions = BySchema::<Vec<Function>>::new();
    for function in raw {
        let callable = match function.parameters.as_slice() {
            [only] if only.name.is_empty() => WHOLE_BODY.contains(&only.kind.as_str()),
            parameters => parameters.iter().all(|parameter| !parameter.name.is_empty()),
        };
        if !callable || !function.exposed {
            continue;
        }
        let relation = function.returns_relation.filter(|oid| *oid != 0);
        let returns = Returns {
            set: function.set,
            // A `record` without declared columns counts as one value: only the function knows what
            // is in it.
            composite: relation.is_some() || !function.outputs.is_empty(),
            void: function.returns_schema == "pg_catalog" && function.returns_name == "void",
            single: function.single,
            media: Some(&function.returns_name)
                .filter(|name| name.contains('/') && !function.set)
                .map(|name| name.to_lowercase()),
            relation: relation.and_then(|oid| names.get(&oid)).cloned(),
            columns: function.outputs,
            kind: function.returns_type,
        };
        let function = Function {
            id: Qualified::new(function.schema, function.name),
            comment: function.comment,
            parameters: function.parameters,
            returns,
            volatile: function.volatile,
            settings: pairs(function.settings.unwrap_or_default()),
        };
        let overloads = functions.entry(function.id.schema.clone()).or_default();
        overloads.entry(function.id.name.clone()).or_default().push(function);
    }
    functions
}

fn handlers(raw: Vec<raw::Handler>, names: &HashMap<i64, Qualified>) -> Vec<Handler> {
    let handler = |raw::Handler { schema, name, media, relation }| {
        let relation = match relation {
            None => None,
            Some(oid) => Some(names.get(&oid)?.clone()),
        };
        Some(Handler { function: Qualified::new(schema, name), relation, media })
    };
    raw.into_iter().filter_map(handler).collect()
}

/// `name=value`, as Postgres stores settings.
fn pairs(settings: Vec<String>) -> Vec<(String, String)> {
    settings
        .iter()
        .filter_map(|setting| setting.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn role_settings(roles: Vec<raw::Role>) -> HashMap<String, Vec<(String, String)>> {
    let mut settings: HashMap<String, Vec<(String, String)>> = HashMap::new();
    for role in roles {
        settings.entry(role.role).or_default().extend(pairs(role.settings));
    }
    settings
}
