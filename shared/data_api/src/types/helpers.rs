//! The types by which a front end names a row: `Tables<"bookings">`, `Tables<{ schema: "api" }, "x">`.

/// The helpers, for a front end whose schema is `default` unless it names another.
pub(super) fn of_schema(default: &str) -> String {
    let mut out = START.replace("DEFAULT", &format!("{default:?}"));
    let rows = "[\"Tables\"] & SCHEMA[\"Views\"]";
    for (name, members, found) in [
        ("Tables", rows, Some("Row")),
        ("TablesInsert", "[\"Tables\"]", Some("Insert")),
        ("TablesUpdate", "[\"Tables\"]", Some("Update")),
        ("Enums", "[\"Enums\"]", None),
        ("CompositeTypes", "[\"CompositeTypes\"]", None),
    ] {
        let of = |schema: &str| {
            let all = format!("{schema}{}", members.replace("SCHEMA", schema));
            if members.contains('&') { format!("({all})") } else { all }
        };
        let result = |schema: &str, name: &str| match found {
            Some(member) => {
                format!("{}[{name}] extends {{ {member}: infer R }} ? R : never", of(schema))
            }
            None => format!("{}[{name}]", of(schema)),
        };
        let (own, named) = ("DefaultSchema", "Schemas[Name[\"schema\"]]");
        out.push_str(
            &HELPER
                .replace("HELPER", name)
                .replace("OWN", &of(own))
                .replace("OTHER", &of(named))
                .replace("RESULT_THERE", &result(named, "Member"))
                .replace("RESULT_HERE", &result(own, "Name")),
        );
    }
    out
}

const START: &str = r#"
type Schemas = Omit<Database, "__InternalSupabase">

type DefaultSchema = Schemas[Extract<keyof Database, DEFAULT>]
"#;

const HELPER: &str = r#"
export type HELPER<
  Name extends keyof OWN | { schema: keyof Schemas },
  Member extends Name extends { schema: keyof Schemas } ? keyof OTHER : never = never,
> = Name extends { schema: keyof Schemas }
  ? RESULT_THERE
  : Name extends keyof OWN
    ? RESULT_HERE
    : never
"#;
