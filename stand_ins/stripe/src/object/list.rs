//! Lists: filters, pages, and the lists nobody else owns.

use serde_json::{Value, json};

use crate::failure::Failure;
use crate::request::Request;
use crate::request::Route;
use crate::state::State;

/// How a parameter narrows a list.
pub(crate) enum Filter {
    /// To objects whose member of the same name equals it.
    Equal(&'static str),
    /// To objects of a time: `created`, `created[gte]`, …
    Created,
    /// To objects whose `type` is among `types[]`.
    Types,
    /// To events that every endpoint took, or that some did not.
    Delivered,
    /// To events of the account that asks: the platform's list has none of connected accounts.
    OfCaller,
}

pub(crate) const ROUTES: &[Route] = &[
    Route {
        method: "GET",
        path: "/v1/events",
        params: &["created", "created[]", "delivery_success", "type", "types[]"],
        run: |state, request| {
            let filters = [
                Filter::Equal("type"),
                Filter::Types,
                Filter::Created,
                Filter::Delivered,
                Filter::OfCaller,
            ];
            list(state, request, "", "event", &filters)
        },
    },
    Route {
        method: "GET",
        path: "/v1/events/:id",
        params: &[],
        run: |state, request| state.take("event", request.id(), "id"),
    },
    Route {
        method: "GET",
        path: "/v1/balance",
        params: &[],
        run: |state, request| Ok(state.balance(&request.call.account)),
    },
    Route {
        method: "GET",
        path: "/v1/balance_transactions",
        params: &["created", "created[]", "currency", "payout", "source", "type"],
        run: balance_transactions,
    },
    Route {
        method: "GET",
        path: "/v1/balance_transactions/:id",
        params: &[],
        run: |state, request| {
            state
                .get_for(&request.call.account, "balance_transaction", request.id())
                .cloned()
                .ok_or_else(|| Failure::missing("balance_transaction", request.id(), "id"))
        },
    },
];

fn balance_transactions(state: &mut State, request: &Request<'_>) -> Result<Value, Failure> {
    let filters = [
        Filter::Equal("currency"),
        Filter::Equal("payout"),
        Filter::Equal("source"),
        Filter::Equal("type"),
        Filter::Created,
    ];
    list(state, request, &request.call.account, "balance_transaction", &filters)
}

/// One page of the objects of a kind, the newest first.
pub(crate) fn list(
    state: &mut State,
    request: &Request<'_>,
    owner: &str,
    kind: &str,
    filters: &[Filter],
) -> Result<Value, Failure> {
    let params = &request.call.params;
    let limit = match params.int("limit")?.unwrap_or(10) {
        limit @ 1..=100 => usize::try_from(limit).unwrap_or(100),
        _ => {
            let message = "A limit is a whole number between 1 and 100.";
            return Err(Failure::invalid("parameter_invalid_integer", "limit", message));
        }
    };
    for bound in ["created", "created[gt]", "created[gte]", "created[lt]", "created[lte]"] {
        params.int(bound)?;
    }
    let by_index = filters.iter().find_map(|filter| match filter {
        Filter::Equal(name) => state.objects.with(owner, kind, name, params.text(name)?),
        _ => None,
    });
    let found: Box<dyn Iterator<Item = &Value>> = match by_index {
        Some(found) => Box::new(found),
        None => Box::new(state.all(owner, kind)),
    };
    let found = found.filter(|object| filters.iter().all(|filter| filter.keeps(request, object)));
    let missing = |name: &str, id: &str| Failure::missing(kind, id, name);
    let (data, has_more) = match (params.text("starting_after"), params.text("ending_before")) {
        (None, None) => first(found, limit),
        (Some(id), _) => {
            let mut rest = found.skip_while(|object| object["id"] != id);
            rest.next().ok_or_else(|| missing("starting_after", id))?;
            first(rest, limit)
        }
        (None, Some(id)) => {
            let found: Vec<&Value> = found.collect();
            let end = found.iter().position(|object| object["id"] == id);
            let end = end.ok_or_else(|| missing("ending_before", id))?;
            let start = end.saturating_sub(limit);
            (found[start..end].to_vec(), start > 0)
        }
    };
    let data: Value = data.into_iter().cloned().collect();
    let mut page = json!({"object": "list", "has_more": has_more, "url": request.call.path});
    page["data"] = data;
    // The real thing adds the payout only to a list that asks for it.
    if let (Some(payout), Some(data)) = (params.text("payout"), page["data"].as_array_mut()) {
        data.iter_mut().for_each(|object| object["payout"] = payout.into());
    }
    Ok(page)
}

/// The first of them, and whether there are more.
fn first<'a>(mut found: impl Iterator<Item = &'a Value>, limit: usize) -> (Vec<&'a Value>, bool) {
    let data = found.by_ref().take(limit).collect();
    (data, found.next().is_some())
}

impl Filter {
    fn keeps(&self, request: &Request<'_>, object: &Value) -> bool {
        let params = &request.call.params;
        match self {
            Self::Equal(name) => params.text(name).is_none_or(|wanted| object[*name] == wanted),
            Self::Created => {
                let created = object["created"].as_i64().unwrap_or_default();
                let bound = |name: &str| params.int(name).ok().flatten();
                bound("created").is_none_or(|at| created == at)
                    && bound("created[gt]").is_none_or(|at| created > at)
                    && bound("created[gte]").is_none_or(|at| created >= at)
                    && bound("created[lt]").is_none_or(|at| created < at)
                    && bound("created[lte]").is_none_or(|at| created <= at)
            }
            Self::Types => {
                let types = params.items("types");
                types.is_empty() || types.iter().any(|kind| object["type"] == kind.as_str())
            }
            Self::OfCaller => object["account"].as_str().unwrap_or("") == request.call.account,
            Self::Delivered => match params.text("delivery_success") {
                Some("true") => object["pending_webhooks"] == 0,
                Some("false") => object["pending_webhooks"] != 0,
                _ => true,
            },
        }
    }
}
