//! The answer of the root.

use serde_json::json;
use tests::dialect::Api;

#[tokio::test]
async fn the_document_is_all_there_is_at_the_root() {
    let api = Api::undoing().await;
    let csv = [("accept", "text/csv")];
    let reply = api.ask("GET", "/", &csv, None).await;
    assert_eq!((reply.status, reply.code()), (406, "PGRST107"));
    let openapi = [("accept", "application/openapi+json")];
    assert_eq!(api.ask("GET", "/client", &openapi, None).await.status, 406);
    let document = api.ask("GET", "/", &openapi, None).await.json;
    let parameters = document["paths"]["/client"]["get"]["parameters"].as_array().unwrap().clone();
    for parameter in parameters {
        let name = parameter["$ref"].as_str().unwrap().trim_start_matches("#/parameters/");
        assert!(document["parameters"][name].is_object(), "{name} is described");
    }
    assert!(document["parameters"]["range"].is_object());
}

#[tokio::test]
async fn the_root_says_how_to_sign_in_or_what_a_function_says() {
    let plain = Api::new().await.get("/").await;
    assert_eq!(plain.get("securityDefinitions"), None);
    let secured = Api::with(|settings| settings.openapi_security = true).await.get("/").await;
    assert_eq!(secured["securityDefinitions"]["JWT"]["name"], "Authorization");
    assert_eq!(secured["security"], json!([{"JWT": []}]));

    let api = Api::with(|settings| settings.root_function = Some("welcome".into())).await;
    api.admin
        .batch_execute(
            "create function public.welcome(name text default 'you') returns json language sql \
             stable as $$ select json_build_object('hello', name) $$",
        )
        .await
        .unwrap();
    assert_eq!(api.get("/").await, json!({"hello": "you"}));
    assert_eq!(api.get("/?name=Ann").await, json!({"hello": "Ann"}));

    // The function answers requests for a description, in either of its formats.
    let described = Api::with(|settings| settings.root_function = Some("described".into())).await;
    let typed = "create domain \"application/openapi+json\" as json;
        create function public.described() returns \"application/openapi+json\" language sql stable
          as $$ select '{\"swagger\": \"2.0\"}'::json $$";
    described.admin.batch_execute(typed).await.unwrap();
    let (openapi, hello) = ("application/openapi+json", json!({"hello": "you"}));
    for (asked, accept, answered) in [
        (&api, openapi, &hello),
        (&described, openapi, &json!({"swagger": "2.0"})),
        (&described, "application/json", &json!({"swagger": "2.0"})),
    ] {
        let reply = asked.ask("GET", "/", &[("accept", accept)], None).await;
        assert_eq!((reply.status, &reply.json), (200, answered), "{accept}: {}", reply.text);
        assert_eq!(reply.header("content-type"), format!("{accept}; charset=utf-8"));
    }
    for path in ["/client", "/rpc/welcome"] {
        let reply = api.ask("GET", path, &[("accept", openapi)], None).await;
        assert_eq!(reply.status, 406, "{path} is no description: {}", reply.text);
    }
}
