//! Plan the tree of nodes to read.

use super::{
    Base, Cast, Condition, FieldRef, Node, Order, Select, Shape, Source, bounds,
    embedded::{aliased, at, presence, related_child},
    fields::Scope,
    names::{expand_stars, implied_key, is_formatted},
    relate, spread,
};
use crate::{
    cache::model::{Model, Qualified},
    query::{Aggregate, Field, FieldItem, Filter, Item, Logic, OrderBy, Query, RelationItem},
    refusal::Refusal,
    settings::Settings,
};

/// The resource at the root of a tree.
#[derive(Clone, Copy, Debug)]
pub struct Root<'m> {
    /// The relation's name; the function's name if it does not return rows of a relation.
    pub name: &'m Qualified,
    /// Where its fields are looked up.
    pub shape: Shape<'m>,
    /// Where its rows come from.
    pub source: Source<'m>,
    /// Whether the conditions and the range of the root belong to the tree. A write applies the
    /// conditions itself and returns all rows that it changed.
    pub own_conditions: bool,
}

struct Planner<'m> {
    model: &'m Model,
    settings: &'m Settings,
    schema: &'m str,
    next: usize,
    /// The depth below the root that the planner has reached.
    depth: usize,
}

/// Plan a read of `root` as `query` asks.
pub fn read<'m>(
    model: &'m Model,
    settings: &'m Settings,
    schema: &'m str,
    root: Root<'m>,
    query: &Query,
) -> Result<Node<'m>, Refusal> {
    let mut planner = Planner { model, settings, schema, next: 0, depth: 0 };
    let mut node = planner.node(root.source, root.shape, &root.name.name, None);
    planner.fill(&mut node, &root.name.name, &query.select).map_err(|refusal| {
        // PostgREST checks embeddings first and leaves columns to the database; so do we.
        let columns = refusal.code == "42703";
        let unrelated = || planner.unrelated(&root.name.name, &query.select);
        if columns { unrelated().unwrap_or(refusal) } else { refusal }
    })?;
    planner.conditions(&mut node, query, root.own_conditions)?;
    planner.sorting(&mut node, query, root.own_conditions)?;
    spread::settle(&mut node, false)?;
    if root.own_conditions {
        planner.restrict(&mut node);
    }
    Ok(node)
}

impl<'m> Planner<'m> {
    fn node(
        &mut self,
        source: Source<'m>,
        shape: Shape<'m>,
        name: &str,
        item: Option<&RelationItem>,
    ) -> Node<'m> {
        self.next += 1;
        let key = item.and_then(|item| item.alias.as_deref()).unwrap_or(name);
        Node {
            number: self.next - 1,
            depth: self.depth,
            source,
            shape,
            name: name.to_owned(),
            key: key.to_owned(),
            link: None,
            join: item.and_then(|item| item.join),
            spread: item.is_some_and(|item| item.spread),
            misnamed: false,
            select: Vec::new(),
            conditions: Vec::new(),
            order: Vec::new(),
            range: Default::default(),
            children: Vec::new(),
        }
    }

    fn scope<'s>(&self, node: &Node<'m>, name: &'s str) -> Scope<'m, 's> {
        let (shape, depth) = (node.shape, node.depth);
        Scope { shape, schema: self.schema, settings: self.settings, name, depth }
    }

    fn field(&self, node: &Node<'m>, field: &Field) -> Result<FieldRef<'m>, Refusal> {
        let name = match node.shape {
            Shape::Relation(relation) => relation.id.name.as_str(),
            Shape::Record(_) | Shape::Scalar => &node.name,
        };
        self.scope(node, name).field(field)
    }

    /// Resolve the selected fields and embeddings. `origin` is the relation's name.
    fn fill(&mut self, node: &mut Node<'m>, origin: &str, items: &[Item]) -> Result<(), Refusal> {
        for item in items {
            match item {
                Item::Field(field) => node.select.push(self.select(node, origin, field)?),
                Item::Relation(relation) => {
                    self.depth += 1;
                    bounds::embedding(&self.settings.bounds, self.depth, self.next)?;
                    let child = self.embedding(origin, relation)?;
                    self.depth -= 1;
                    if node.children.iter().any(|other| other.key == child.key) {
                        return Err(Refusal::embedded_twice(origin, &child.key, child.depth));
                    }
                    node.children.push(child);
                }
            }
        }
        bounds::columns(&self.settings.bounds, node)?;
        if node.is_grouped() || is_formatted(node) {
            expand_stars(node);
        }
        Ok(())
    }

    fn embedding(&mut self, origin: &str, item: &RelationItem) -> Result<Node<'m>, Refusal> {
        let hint = item.hint.as_deref();
        let link = relate::find(self.model, self.schema, origin, &item.name, hint)?;
        let foreign = &link.foreign;
        let Some(relation) = self.model.relation(&foreign.schema, &foreign.name) else {
            return Err(relate::no_such_table(&foreign.schema, &foreign.name, None));
        };
        let source = Source::Table(&relation.id);
        let mut node = self.node(source, Shape::Relation(relation), &item.name, Some(item));
        node.link = Some(link);
        self.fill(&mut node, &foreign.name, &item.items)?;
        Ok(node)
    }

    /// The error of the first embedding that names no relationship, if there is one.
    fn unrelated(&self, origin: &str, items: &[Item]) -> Option<Refusal> {
        items.iter().find_map(|item| {
            let Item::Relation(item) = item else { return None };
            match relate::find(self.model, self.schema, origin, &item.name, item.hint.as_deref()) {
                Err(refusal) => Some(refusal),
                Ok(link) => self.unrelated(&link.foreign.name, &item.items),
            }
        })
    }

    fn select(
        &self,
        node: &Node<'m>,
        origin: &str,
        item: &FieldItem,
    ) -> Result<Select<'m>, Refusal> {
        let mut aggregate = item.aggregate;
        if aggregate.is_some() && !self.settings.aggregates_enabled {
            return Err(no_aggregates());
        }
        let name = item.field.name.as_str();
        let scope = self.scope(node, origin);
        let base = match scope.base(name) {
            Some(base) => base,
            // `rel(count)` is the older form: the name of an aggregate was enough.
            None if name == "count" && item.field.path.is_empty() && aggregate.is_none() => {
                aggregate = Some(Aggregate::Count);
                Base::Star
            }
            None => return Err(scope.missing(name)),
        };
        let field = FieldRef { base, path: item.field.path.clone() };
        Ok(Select {
            formatter: field.formatter().filter(|_| aggregate.is_none()),
            key: item.alias.clone().or_else(|| implied_key(&field, aggregate, name)),
            field,
            cast: item.cast.as_deref().map(Cast::named),
            aggregate,
            aggregate_cast: item.aggregate_cast.as_deref().map(Cast::named),
        })
    }

    /// Attach filters and logic to the nodes they are meant for.
    fn conditions(
        &self,
        root: &mut Node<'m>,
        query: &Query,
        own_conditions: bool,
    ) -> Result<(), Refusal> {
        for (path, filter) in &query.filters {
            if path.is_empty() && !own_conditions {
                continue;
            }
            let node = self.at(root, path)?;
            let condition = self.filter(node, filter)?;
            node.conditions.push(condition);
        }
        for (path, logic) in &query.logic {
            if path.is_empty() && !own_conditions {
                continue;
            }
            let node = self.at(root, path)?;
            let condition = self.logic(node, logic)?;
            node.conditions.push(condition);
        }
        Ok(())
    }

    /// The embedding that a path leads to.
    fn at<'a>(&self, root: &'a mut Node<'m>, path: &[String]) -> Result<&'a mut Node<'m>, Refusal> {
        at(root, path, self.settings.legacy_names)
    }

    fn filter(&self, node: &Node<'m>, filter: &Filter) -> Result<Condition<'m>, Refusal> {
        // `author=not.is.null` on an embedding asks whether it has rows.
        if filter.field.path.is_empty()
            && let Some(present) = presence(filter)
            && let Some(child) = node.children.iter().find(|c| c.key == filter.field.name)
        {
            return Ok(Condition::Embedded { child: child.number, present });
        }
        Ok(Condition::Filter(self.field(node, &filter.field)?, filter.operation.clone()))
    }

    fn logic(&self, node: &Node<'m>, logic: &Logic) -> Result<Condition<'m>, Refusal> {
        match logic {
            Logic::Leaf(filter) => self.filter(node, filter),
            Logic::Tree { negated, connective, nodes } => Ok(Condition::Tree {
                negated: *negated,
                connective: *connective,
                nodes: nodes.iter().map(|n| self.logic(node, n)).collect::<Result<_, _>>()?,
            }),
        }
    }

    fn sorting(&self, root: &mut Node<'m>, query: &Query, own: bool) -> Result<(), Refusal> {
        for (path, terms) in &query.order {
            let node = self.at(root, path)?;
            for term in terms {
                let (child, field) = match &term.by {
                    OrderBy::Field(field) => (None, self.field(node, field)?),
                    OrderBy::Related(relation, field) => {
                        let child = related_child(node, relation)?;
                        let found = self.field(child, field);
                        let found = found.or_else(|no| aliased(child, field).ok_or(no))?;
                        (Some(child.number), found)
                    }
                };
                let (descending, nulls_first) = (term.descending, term.nulls_first);
                node.order.push(Order { field, child, descending, nulls_first });
            }
        }
        for (path, range) in &query.ranges {
            if !path.is_empty() || own {
                self.at(root, path)?.range = *range;
            }
        }
        Ok(())
    }

    /// No level may return more rows than a page.
    fn restrict(&self, node: &mut Node<'m>) {
        if let Some(max) = self.settings.max_rows {
            node.range.limit = Some(node.range.limit.map_or(max, |limit| limit.min(max)));
        }
        for child in &mut node.children {
            self.restrict(child);
        }
    }
}

fn no_aggregates() -> Refusal {
    Refusal::new(400, "PGRST123", "Use of aggregate functions is not allowed")
}
