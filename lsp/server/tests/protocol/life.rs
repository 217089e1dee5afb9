//! The life of a session: introduction, what is not understood, leave.

use crate::client::{Client, PROJECT};
use serde_json::{Value, json};

#[tokio::test]
async fn the_server_says_what_it_can_do_and_nothing_else() {
    let mut client = Client::unintroduced(&PROJECT);
    let params = json!({ "capabilities": {}, "rootUri": client.uri("") });
    let answer = client.request("initialize", params).await.expect("a result");
    assert_eq!(
        answer,
        json!({
            "capabilities": {
                "positionEncoding": "utf-16",
                "textDocumentSync": { "openClose": true, "change": 2, "save": true },
                "hoverProvider": true,
                "documentFormattingProvider": true,
            },
            "serverInfo": { "name": "esker", "version": env!("CARGO_PKG_VERSION") },
        })
    );
    client.notify("initialized", json!({})).await;
    client.open("models/a.esk", "model").await;
    assert!(!client.codes("models/a.esk", Some(1)).await.is_empty(), "the root of older clients is a folder as well");
    client.leave().await;
}

#[tokio::test]
async fn the_server_asks_to_be_told_of_files_if_the_client_can() {
    let watching = json!({ "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } } });
    let mut client = Client::with_capabilities(&PROJECT, watching).await;
    let wish = client.wait(|message| message["method"] == "client/registerCapability").await;
    let registration = &wish["params"]["registrations"][0];
    assert_eq!(registration["method"], "workspace/didChangeWatchedFiles");
    assert_eq!(registration["registerOptions"]["watchers"][0]["globPattern"], "**/*.esk");
    // A client that never answers that keeps nothing from working, nor from ending.
    client.open("models/a.esk", "model").await;
    assert!(!client.codes("models/a.esk", Some(1)).await.is_empty());
    client.leave().await;
}

#[tokio::test]
async fn what_is_not_understood_is_refused_and_the_server_goes_on() {
    let mut client = Client::unintroduced(&PROJECT);
    let refused = client.request("textDocument/hover", json!({})).await.expect_err("before the introduction");
    assert_eq!(refused["code"], -32002);
    client.request("initialize", json!({ "capabilities": {} })).await.expect("a result");
    client.notify("initialized", json!({})).await;
    let code = |answer: Result<Value, Value>| answer.expect_err("an error")["code"].clone();
    assert_eq!(code(client.request("textDocument/definition", json!({})).await), -32602);
    assert_eq!(code(client.request("esker/nothing", json!({})).await), -32601);
    assert_eq!(code(client.request("initialize", json!({ "capabilities": {} })).await), -32600);
    client.notify("$/nothing", json!({})).await;
    client.notify("textDocument/didChange", json!({ "nonsense": true })).await;
    client.change("models/never_opened.esk", 3, json!([{ "text": "" }])).await;
    client.notify("$/cancelRequest", json!({ "id": 77 })).await;
    client.open("models/a.esk", "model").await;
    assert!(!client.codes("models/a.esk", Some(1)).await.is_empty());
    client.leave().await;
}

#[tokio::test]
async fn after_shutdown_requests_are_refused() {
    let mut client = Client::new(&PROJECT).await;
    assert_eq!(client.request("shutdown", Value::Null).await, Ok(Value::Null));
    let params = json!({ "textDocument": { "uri": client.uri("a.esk") }, "position": { "line": 0, "character": 0 } });
    assert_eq!(client.request("textDocument/hover", params).await.expect_err("an error")["code"], -32600);
    client.notify("exit", Value::Null).await;
    client.ended().await.expect("an orderly end");
}

#[tokio::test]
async fn a_client_that_leaves_without_a_word_ends_the_server_with_an_error() {
    let client = Client::new(&PROJECT).await;
    assert!(client.hang_up().await.is_err());
    let mut client = Client::new(&PROJECT).await;
    client.notify("exit", Value::Null).await;
    assert!(client.ended().await.is_err());
}
