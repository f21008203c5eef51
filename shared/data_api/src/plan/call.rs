//! Which function a call means, and how its arguments are passed.

use std::collections::HashMap;

use crate::{
    cache::model::{Function, Model, Parameter},
    refusal::{NAME, PART, Refusal, nearest},
};

/// A planned call.
#[derive(Debug)]
pub struct Call<'m> {
    /// The function.
    pub function: &'m Function,
    /// What is passed.
    pub arguments: Arguments<'m>,
}

/// What is passed to a function.
#[derive(Debug)]
pub enum Arguments<'m> {
    /// Nothing.
    None,
    /// The whole body, as the only parameter.
    Whole(&'m Parameter, String),
    /// Members of a JSON object, for these parameters.
    Json(Vec<&'m Parameter>, String),
    /// Values as text; several for a variadic parameter.
    Texts(Vec<(&'m Parameter, Vec<String>)>),
}

/// What a request gives to a call.
#[derive(Clone, Copy, Debug)]
pub struct CallInput<'a> {
    /// The names of its arguments.
    pub names: &'a [String],
    /// Whether it is a POST: then a function may take the whole body.
    pub post: bool,
    /// The body's media type.
    pub content_type: &'a str,
}

/// The only function of that name that takes these arguments.
pub fn choose<'m>(
    model: &'m Model,
    schema: &str,
    name: &str,
    input: CallInput<'_>,
) -> Result<&'m Function, Refusal> {
    let overloads = model.functions(schema, name);
    let by_names: Vec<_> = overloads.iter().filter(|f| takes(f, input)).collect();
    match by_names.as_slice() {
        [one] => return Ok(one),
        [] => {}
        several => return Err(ambiguous(several)),
    }
    let whole: Vec<_> = overloads.iter().filter(|f| takes_body(f, input)).collect();
    match whole.as_slice() {
        [one] => Ok(one),
        [] => Err(missing(model, schema, name, input, overloads)),
        several => Err(ambiguous(several)),
    }
}

fn takes(function: &Function, input: CallInput<'_>) -> bool {
    if function.parameters.is_empty() {
        let raw = ["application/octet-stream", "text/plain", "text/xml"];
        return input.names.is_empty() && !(input.post && raw.contains(&input.content_type));
    }
    let given = |parameter: &Parameter| input.names.contains(&parameter.name);
    let known = |name: &String| function.parameters.iter().any(|p| p.name == *name);
    function.parameters.iter().all(|parameter| !parameter.required || given(parameter))
        && input.names.iter().all(known)
}

/// Whether the function's only parameter, which has no name, takes the body as it is.
fn takes_body(function: &Function, input: CallInput<'_>) -> bool {
    let [Parameter { name, kind, .. }] = function.parameters.as_slice() else { return false };
    let fits = match input.content_type {
        "application/json" => matches!(kind.as_str(), "json" | "jsonb"),
        "text/plain" => kind == "text",
        "text/xml" => kind == "xml",
        "application/octet-stream" => kind == "bytea",
        _ => false,
    };
    name.is_empty() && input.post && fits
}

impl<'m> Arguments<'m> {
    /// The members of a JSON body that `function` takes.
    pub fn json(function: &'m Function, keys: &[String], body: String) -> Self {
        match function.parameters.as_slice() {
            [] => Self::None,
            [only] if only.name.is_empty() => Self::Whole(only, body),
            parameters => {
                let given: Vec<_> =
                    parameters.iter().filter(|parameter| keys.contains(&parameter.name)).collect();
                if given.is_empty() { Self::None } else { Self::Json(given, body) }
            }
        }
    }

    /// Arguments of the query string. A variadic parameter takes every value of its name,
    /// another one the last.
    pub fn texts(function: &'m Function, pairs: &[(String, String)]) -> Self {
        let mut values: HashMap<&str, Vec<&str>> = HashMap::new();
        for (name, value) in pairs {
            values.entry(name).or_default().push(value);
        }
        let given: Vec<_> = function
            .parameters
            .iter()
            .filter_map(|parameter| {
                let mut of_name = values.remove(parameter.name.as_str())?;
                if !parameter.variadic {
                    of_name.drain(..of_name.len() - 1);
                }
                Some((parameter, of_name.into_iter().map(ToOwned::to_owned).collect()))
            })
            .collect();
        if given.is_empty() { Self::None } else { Self::Texts(given) }
    }
}

fn ambiguous(candidates: &[&Function]) -> Refusal {
    let mut list = candidates.to_vec();
    list.sort_by_cached_key(|function| (function.parameters.len(), signature(function)));
    let list: Vec<_> = list.into_iter().map(signature).collect();
    Refusal::new(
        300,
        "PGRST203",
        format!("Could not choose the best candidate function between: {}", list.join(", ")),
    )
    .hint(
        "Try renaming the parameters or the function itself in the database so function \
         overloading can be resolved",
    )
}

fn signature(function: &Function) -> String {
    let parameters: Vec<_> = function
        .parameters
        .iter()
        .map(|parameter| format!("{} => {}", parameter.name, parameter.kind))
        .collect();
    format!("{}.{}({})", function.id.schema, function.id.name, parameters.join(", "))
}

fn missing(
    model: &Model,
    schema: &str,
    name: &str,
    input: CallInput<'_>,
    overloads: &[Function],
) -> Refusal {
    let mut names = input.names.to_vec();
    names.sort();
    let call = format!("{schema}.{name}");
    let listed = names.join(", ");
    let raw_parameter = match input.content_type {
        "text/plain" => Some("text"),
        "text/xml" => Some("xml"),
        "application/octet-stream" => Some("bytea"),
        _ => None,
    };
    let raw_parameter = raw_parameter.filter(|_| input.post);
    let (with, details) = match (raw_parameter, names.is_empty()) {
        (Some(kind), _) => {
            (call.clone(), format!("the function {call} with a single unnamed {kind} parameter"))
        }
        (_, true) => (
            format!("{call} without parameters"),
            match input.post && input.content_type == "application/json" {
                true => format!(
                    "the function {call} without parameters or with a single unnamed json/jsonb \
                     parameter"
                ),
                false => format!("the function {call} without parameters"),
            },
        ),
        (_, false) => {
            let s = if names.len() == 1 { "" } else { "s" };
            let by_names = format!("the function {call} with parameter{s} {listed}");
            (
                format!("{call}({listed})"),
                match input.post && input.content_type == "application/json" {
                    true => format!("{by_names} or with a single unnamed json/jsonb parameter"),
                    false => by_names,
                },
            )
        }
    };
    let refusal = Refusal::new(
        404,
        "PGRST202",
        format!("Could not find the function {with} in the schema cache"),
    )
    .details(format!("Searched for {details}, but no matches were found in the schema cache."));
    match suggestion(model, schema, name, &names, overloads) {
        Some(near) if raw_parameter.is_none() => {
            refusal.hint(format!("Perhaps you meant to call the function {near}"))
        }
        _ => refusal,
    }
}

fn suggestion(
    model: &Model,
    schema: &str,
    name: &str,
    names: &[String],
    overloads: &[Function],
) -> Option<String> {
    if overloads.is_empty() {
        let known = model.functions.get(schema)?.keys().map(String::as_str);
        return nearest(name, NAME, known).map(|near| format!("{schema}.{near}"));
    }
    let lists: Vec<String> = overloads
        .iter()
        .map(|function| {
            let mut list: Vec<_> = function.parameters.iter().map(|p| p.name.as_str()).collect();
            list.sort_unstable();
            format!("({})", list.join(", "))
        })
        .collect();
    let near = nearest(&format!("({})", names.join(", ")), PART, lists.iter().map(String::as_str))?;
    Some(match near {
        "()" => format!("{schema}.{name}"),
        list => format!("{schema}.{name}{list}"),
    })
}
