//! Functions: those that can be called, and those of a row, which are selected like columns or
//! embedded like relations.

use std::collections::BTreeMap;

use super::{Writer, quoted};
use crate::cache::{
    custom::Computed,
    model::{Function, Link, Relation, Relationship},
};

impl Writer<'_> {
    /// Everything that is called, selected or embedded as a function.
    pub(super) fn functions(&mut self, relations: &[&Relation]) {
        let mut forms: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for (name, overloads) in self.model.functions.get(self.schema).into_iter().flatten() {
            forms.entry(name).or_default().extend(overloads.iter().map(|f| self.call(f)));
        }
        for relation in relations {
            for computed in self.selectable(relation) {
                let form = self.of_row(relation, &self.kinds.named(&computed.kind), "");
                forms.entry(&computed.function.name).or_default().push(form);
            }
            let id = &relation.id;
            for relationship in self.model.relationships(&id.schema, &id.name) {
                if let Some((name, form)) = self.embeddable(relation, relationship) {
                    forms.entry(name).or_default().push(form);
                }
            }
        }
        let forms: Vec<_> = forms.into_iter().collect();
        self.block(2, "Functions", &forms, |w, (name, forms)| match forms.as_slice() {
            [only] => w.line(3, &format!("{}: {only}", quoted(name))),
            several => {
                w.line(3, &format!("{}:", quoted(name)));
                several.iter().for_each(|form| w.line(4, &format!("| {form}")));
            }
        });
    }

    /// The functions of a row that supabase-js knows as columns. A function whose parameter has a
    /// name is left out, because supabase-js would expect its value in `*` too.
    pub(super) fn selectable<'r>(&self, relation: &'r Relation) -> Vec<&'r Computed> {
        let here = |computed: &&Computed| {
            !computed.named
                && computed.function.schema == self.schema
                && relation.column(&computed.function.name).is_none()
        };
        relation.computed.iter().filter(here).collect()
    }

    /// A function that leads from a row to other rows, unless it can also be called.
    fn embeddable<'r>(
        &self,
        relation: &Relation,
        relationship: &'r Relationship,
    ) -> Option<(&'r str, String)> {
        let Link::Computed { function, single } = &relationship.link else { return None };
        let called = self.model.functions(&function.schema, &function.name);
        if function.schema != self.schema || !called.is_empty() {
            return None;
        }
        let foreign =
            self.model.resource(&relationship.foreign.schema, &relationship.foreign.name)?;
        let returns = self.kinds.members(foreign) + if *single { "" } else { "[]" };
        let options = set_of(&relation.id.name, &foreign.id.name, *single, true);
        Some((function.name.as_str(), self.of_row(relation, &returns, &options)))
    }

    fn of_row(&self, relation: &Relation, returns: &str, options: &str) -> String {
        let row = self.kinds.row(&relation.id);
        format!("{{ Args: {{ \"\": {row} }}; Returns: {returns}{options} }}")
    }

    fn call(&self, function: &Function) -> String {
        let arguments: Vec<String> = function
            .parameters
            .iter()
            .map(|parameter| {
                let mark = if parameter.required { "" } else { "?" };
                let name =
                    if parameter.name.is_empty() { "\"\"".into() } else { quoted(&parameter.name) };
                format!("{name}{mark}: {}", self.kinds.named(&parameter.kind))
            })
            .collect();
        let arguments = match arguments.is_empty() {
            true => "Record<PropertyKey, never>".to_owned(),
            false => format!("{{ {} }}", arguments.join("; ")),
        };
        let returns = &function.returns;
        let options = self.kinds.leads_to(function).map(|to| {
            let from = self.origin(function).unwrap_or("*");
            set_of(from, to, returns.single, returns.set)
        });
        let data = self.kinds.returned(function);
        format!("{{ Args: {arguments}; Returns: {data}{} }}", options.unwrap_or_default())
    }

    /// The relation whose row is the function's only argument.
    fn origin(&self, function: &Function) -> Option<&str> {
        let of_row = |relationship: &&Relationship| match &relationship.link {
            Link::Computed { function: other, .. } => *other == function.id,
            _ => false,
        };
        let all = self.model.relationships.get(self.schema)?;
        let found = all.values().flatten().find(of_row)?;
        (function.parameters.len() == 1).then_some(found.table.name.as_str())
    }
}

/// What supabase-js must know in order to read the rows that a function returns.
fn set_of(from: &str, to: &str, single: bool, set: bool) -> String {
    format!(
        "; SetofOptions: {{ from: {from:?}; to: {to:?}; isOneToOne: {single}; isSetofReturn: {set} }}"
    )
}
