//! Conditions on what is true or false.

use crate::{
    plan::FieldRef,
    query::{Operation, Operator},
};

/// Whether something is true, written out: a plan for both could not use the conditions that a
/// column of a view stands for, such as that a time is to come.
pub(super) fn truth(field: &FieldRef<'_>, operation: &Operation) -> Option<&'static str> {
    let Operator::Binary("=", None, value) = &operation.operator else { return None };
    if !field.path.is_empty() || !field.base.is_of(&["boolean"]) {
        return None;
    }
    ["true", "false"].into_iter().find(|word| word == value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{cache::model::Parameter, plan::Base};

    fn written(kind: &str, operator: Operator) -> Option<&'static str> {
        let column =
            Parameter { name: "c".into(), kind: kind.into(), required: true, variadic: false };
        let field = FieldRef { base: Base::Output(&column), path: Vec::new() };
        truth(&field, &Operation { negated: false, operator })
    }

    #[test]
    fn only_true_and_false_of_a_boolean_are_written_out() {
        let equals = |value: &str| Operator::Binary("=", None, value.into());
        assert_eq!(written("boolean", equals("true")), Some("true"));
        assert_eq!(written("boolean", equals("false")), Some("false"));
        assert_eq!(written("text", equals("true")), None);
        for other in ["t", "TRUE", "true or true", ""] {
            assert_eq!(written("boolean", equals(other)), None, "{other}");
        }
        assert_eq!(written("boolean", Operator::Binary("<>", None, "true".into())), None);
    }
}
