//! What a browser does: publishable keys, the proof page, the checkout page.

use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};

use crate::kit::Kit;

/// What a browser sees.
pub struct Seen {
    pub status: u16,
    pub location: String,
    pub text: String,
}

impl Seen {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }
}

pub async fn visit(url: &str) -> Seen {
    browse("GET", url, "", "").await
}

/// A request with the secret key: the status and the body of the answer.
pub async fn ask(method: &str, url: &str, form: &str) -> (u16, Value) {
    let seen = browse(method, url, form, "sk_test_double_0001").await;
    (seen.status, seen.json())
}

pub async fn submit(url: &str, form: &str) -> Seen {
    browse("POST", url, form, "").await
}

async fn browse(method: &str, url: &str, form: &str, key: &str) -> Seen {
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<bytes::Bytes>>();
    let request = http::Request::builder()
        .method(method)
        .uri(url)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("authorization", format!("Bearer {key}"))
        .body(Full::from(form.to_owned()))
        .unwrap();
    let response = client.request(request).await.unwrap();
    let status = response.status().as_u16();
    let header = response.headers().get("location");
    let location = header.map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    Seen { status, location, text: String::from_utf8(body.to_vec()).unwrap() }
}

#[tokio::test]
async fn a_browser_confirms_with_the_secret_and_can_do_nothing_else() {
    let kit = Kit::start().await;
    let intent = kit.open_intent(30_000, "automatic").await;
    let (id, secret) = (intent["id"].as_str().unwrap(), intent["client_secret"].as_str().unwrap());
    let base = kit.double.base_url();
    let (url, key) = (format!("{base}/v1/payment_intents/{id}"), "pk_test_double_0001");
    let confirm = format!("{url}/confirm");
    for form in [
        "payment_method=pm_card_visa".to_owned(),
        "payment_method=pm_card_visa&client_secret=x".to_owned(),
        format!("payment_method=pm_card_visa&client_secret={secret}x"),
    ] {
        assert_eq!(browse("POST", &confirm, &form, key).await.status, 400, "{form}");
    }
    assert_eq!(browse("GET", &url, "", key).await.status, 400, "no secret");
    for (method, path) in [
        ("GET", "/v1/payment_intents"),
        ("POST", "/v1/payment_intents"),
        ("POST", "/v1/refunds"),
        ("GET", "/v1/balance"),
        ("GET", "/v1/customers"),
    ] {
        let seen = browse(method, &format!("{base}{path}"), "", key).await;
        assert_eq!(seen.status, 401, "{method} {path}");
    }
    for key in ["", "sk_live_double_0001", "pk_live_double_0001"] {
        assert_eq!(browse("GET", &url, "", key).await.status, 401, "{key}");
    }
    let form =
        format!("payment_method=pm_card_visa&client_secret={secret}&key={key}&use_stripe_sdk=true");
    let seen = browse("POST", &confirm, &form, key).await;
    assert_eq!((seen.status, &seen.json()["status"]), (200, &json!("succeeded")));
    let seen = browse("GET", &format!("{url}?client_secret={secret}"), "", key).await;
    assert_eq!(seen.json()["status"], "succeeded");
}

#[tokio::test]
async fn a_payer_proves_on_a_page_and_is_sent_back() {
    for (outcome, status) in [("succeed", "succeeded"), ("fail", "requires_payment_method")] {
        let kit = Kit::start().await;
        let intent = kit.open_intent(30_000, "automatic").await;
        let id = intent["id"].as_str().unwrap();
        let params = json!({
            "payment_method": "pm_card_authenticationRequired",
            "return_url": "http://127.0.0.1:1/back",
        });
        let asked = kit.done(&format!("/v1/payment_intents/{id}/confirm"), params).await;
        let url = asked["next_action"]["redirect_to_url"]["url"].as_str().unwrap();
        assert!(visit(url).await.text.contains("30000 DKK"));
        let seen = submit(url, &format!("outcome={outcome}")).await;
        assert_eq!((seen.status, seen.location.as_str()), (303, "http://127.0.0.1:1/back"));
        assert_eq!(kit.client.payment_intent(id).await.unwrap().status, status);
    }
}

#[tokio::test]
async fn a_payer_pays_on_the_checkout_page() {
    let kit = Kit::start().await;
    let intent = kit.open_intent(30_000, "automatic").await;
    let (id, secret) = (intent["id"].as_str().unwrap(), intent["client_secret"].as_str().unwrap());
    let url = format!("{}/_double/pay/{id}", kit.double.base_url());
    let seen = visit(&format!("{url}?client_secret={secret}")).await;
    assert!(seen.text.contains(secret), "{}", seen.text);
    let marked = visit(&format!("{url}?client_secret=%22%3E%3Cscript%3E")).await;
    assert!(!marked.text.contains("<script>") && marked.status == 404);
    let pay = |secret: &str, number: &str| {
        let form = format!("client_secret={secret}&number={number}");
        let url = url.clone();
        async move { submit(&url, &form).await }
    };
    assert_eq!(pay("x", "4242+4242+4242+4242").await.status, 404);
    assert_eq!(pay(secret, "4000+0000+0000+0002").await.status, 402);
    let challenge = pay(secret, "4000+0027+6000+3184").await.location;
    assert_eq!(submit(&challenge, "outcome=fail").await.status, 200);
    assert!(pay(secret, "4242+4242+4242+4242").await.text.contains("succeeded"));
    assert_eq!(pay(secret, "4242+4242+4242+4242").await.status, 400, "paid once");
}

#[tokio::test]
async fn a_payer_is_led_back_to_the_page_that_sent_them() {
    let kit = Kit::start().await;
    let intent = kit.open_intent(30_000, "automatic").await;
    let (id, secret) = (intent["id"].as_str().unwrap(), intent["client_secret"].as_str().unwrap());
    let address = format!("{}/_double/pay/{id}", kit.double.base_url());
    let pay = |way: &str, number: &str| {
        let (url, form) =
            (format!("{address}{way}"), format!("client_secret={secret}&number={number}"));
        async move { submit(&url, &form).await }
    };
    let shop = "?return_url=http%3A%2F%2Fshop.example%2Fpay%3Fa%3D1";
    let failed = "http://shop.example/pay?a=1&redirect_status=failed";
    assert_eq!(pay(shop, "4000+0000+0000+0002").await.location, failed);
    let challenge = pay(shop, "4000+0027+6000+3184").await.location;
    assert_eq!(submit(&challenge, "outcome=fail").await.location, failed);
    assert_eq!(pay("?return_url=javascript:1", "4000+0000+0000+0002").await.status, 402);
    let challenge = pay(shop, "4000+0027+6000+3184").await.location;
    let paid = "http://shop.example/pay?a=1&redirect_status=succeeded";
    assert_eq!(submit(&challenge, "outcome=succeed").await.location, paid);
}
