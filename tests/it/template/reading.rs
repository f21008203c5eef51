//! Reads template.yaml and its nested stacks as one set of resources.

use std::{collections::BTreeMap, fs, path::Path};

use saphyr::{LoadableYamlNode, Yaml};
use serde_json::{Map, Value, json};

/// A stack: template.yaml, with the parameters of nested stacks filled in.
pub struct Stack {
    /// The resources of all files by their logical names; two files must not share a name.
    pub resources: BTreeMap<String, Value>,
    /// The settings that apply to every function.
    pub globals: Vec<Value>,
    /// `Mappings` and `Parameters` of template.yaml.
    pub root: Value,
    /// The text of all files.
    pub text: String,
}

/// The root of the workspace.
pub fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

impl Stack {
    /// The stack as it is.
    pub fn read() -> Self {
        Self::edited("", "")
    }

    /// The stack as it would be if every `from` were replaced by `to`.
    pub fn edited(from: &str, to: &str) -> Self {
        let mut found = from.is_empty();
        let mut text = String::new();
        let mut read = |name: &str| {
            let file = fs::read_to_string(root().join(name)).expect(name);
            found |= file.contains(from);
            let file = if from.is_empty() { file } else { file.replace(from, to) };
            text.push_str(&file);
            let documents = Yaml::load_from_str(&file).expect(name);
            plain(&documents[0])
        };
        let root = read("template.yaml");
        let mut stack = Self {
            resources: BTreeMap::new(),
            globals: vec![root["Globals"]["Function"].clone()],
            root: root.clone(),
            text: String::new(),
        };
        for (name, resource) in members(&root["Resources"]) {
            let properties = &resource["Properties"];
            let Some(location) = properties["Location"].as_str() else {
                stack.add(name, resource.clone());
                continue;
            };
            let nested = read(location);
            for (name, resource) in members(&nested["Resources"]) {
                // Roles have the same names as their functions, so the file is added to tell them
                // apart.
                let name = match location {
                    "infrastructure/roles.yaml" => format!("{name}Role"),
                    "infrastructure/logs.yaml" => format!("{name}Log"),
                    "infrastructure/alarms.yaml" => format!("{name}Alarm"),
                    _ => name.to_owned(),
                };
                stack.add(&name, given(resource, &properties["Parameters"]));
            }
            if !nested["Globals"].is_null() {
                stack
                    .globals
                    .push(given(&nested["Globals"]["Function"], &properties["Parameters"]));
            }
        }
        assert!(found, "no file has {from:?}");
        stack.text = text;
        stack
    }

    fn add(&mut self, name: &str, resource: Value) {
        let former = self.resources.insert(name.to_owned(), resource);
        assert!(former.is_none(), "two resources are named {name}");
    }

    /// Names and properties of the resources of one type.
    pub fn of_type(&self, kind: &str) -> impl Iterator<Item = (&str, &Value)> {
        self.resources
            .iter()
            .filter(move |(_, resource)| resource["Type"] == kind)
            .map(|(name, resource)| (name.as_str(), &resource["Properties"]))
    }

    /// Names and properties of the functions.
    pub fn functions(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.of_type("AWS::Serverless::Function")
    }

    /// The events of one type that start a function.
    pub fn events<'a>(&self, function: &'a Value, kind: &str) -> Vec<&'a Value> {
        members(&function["Events"])
            .filter(|(_, event)| event["Type"] == kind)
            .map(|(_, event)| &event["Properties"])
            .collect()
    }

    /// The properties of the resource that a `!GetAtt Name.Arn` means.
    pub fn behind(&self, arn: &Value) -> &Value {
        let name = arn["Fn::GetAtt"].as_str().and_then(|path| path.split_once('.'));
        let (name, _) = name.unwrap_or_else(|| panic!("{arn} is no !GetAtt"));
        &self.resources.get(name).unwrap_or_else(|| panic!("{name} is missing"))["Properties"]
    }
}

/// The members of an object; none of any other value.
pub fn members(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}

/// JSON as CloudFormation itself writes it: `!Sub x` is `{"Fn::Sub": x}`.
fn plain(node: &Yaml) -> Value {
    match node {
        Yaml::Tagged(tag, node) => {
            let name = match tag.suffix.as_str() {
                "Ref" | "Condition" => tag.suffix.clone(),
                function => format!("Fn::{function}"),
            };
            json!({ name: plain(node) })
        }
        Yaml::Sequence(nodes) => nodes.iter().map(plain).collect(),
        Yaml::Mapping(nodes) => {
            let named = nodes.iter().map(|(name, node)| {
                let name = name.as_str().map(str::to_owned);
                (name.expect("a name that is text"), plain(node))
            });
            Value::Object(named.collect::<Map<_, _>>())
        }
        scalar => scalar
            .as_bool()
            .map(Value::from)
            .or_else(|| scalar.as_integer().map(Value::from))
            .or_else(|| scalar.as_str().map(Value::from))
            .unwrap_or(Value::Null),
    }
}

/// `value` of a nested stack, with the parameters that the parent gives.
fn given(value: &Value, parameters: &Value) -> Value {
    if let Some(parameter) = value["Ref"].as_str().and_then(|name| parameters.get(name)) {
        return parameter.clone();
    }
    match value {
        Value::Array(values) => values.iter().map(|value| given(value, parameters)).collect(),
        Value::Object(_) => Value::Object(
            members(value).map(|(name, value)| (name.into(), given(value, parameters))).collect(),
        ),
        scalar => scalar.clone(),
    }
}
