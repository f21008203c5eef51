//! The schema that a request names.

use tests::dialect::Api;

#[tokio::test]
async fn a_profile_is_named_in_the_answer_to_who_names_one() {
    let api = Api::new().await;
    for (method, header, profile) in [
        ("GET", "accept-profile", "public"),
        ("OPTIONS", "accept-profile", "public"),
        ("DELETE", "content-profile", "public"),
        ("GET", "content-profile", ""),
    ] {
        let reply = api.ask(method, "/client?client_id=eq.0", &[(header, "public")], None).await;
        assert_eq!(reply.header("content-profile"), profile, "{method} {header}");
    }
    let reply = api.ask("OPTIONS", "/client", &[("accept-profile", "nowhere")], None).await;
    assert_eq!((reply.status, reply.code()), (406, "PGRST106"));
}
