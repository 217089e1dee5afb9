//! Formatting over the protocol: an edit of what differs, in the client's columns, for files written in Esker only.

use crate::client::{Client, PROJECT};
use serde_json::{Value, json};

async fn format(client: &mut Client, path: &str) -> Value {
    let options = json!({ "tabSize": 4, "insertSpaces": true });
    let params = json!({ "textDocument": { "uri": client.uri(path) }, "options": options });
    client.request("textDocument/formatting", params).await.expect("an answer")
}

#[tokio::test]
async fn a_file_is_brought_into_its_form_by_one_edit() {
    let mut client = Client::new(&PROJECT).await;
    let text = "// 𝄞\nmodel a { kind   view\n  sql { select id from ref('customers') }\n}\n";
    client.open("models/a.esk", text).await;
    let whole = json!({ "start": { "line": 1, "character": 0 }, "end": { "line": 3, "character": 0 } });
    let edits = format(&mut client, "models/a.esk").await;
    assert_eq!(
        edits,
        json!([{ "range": whole, "newText": "model a {\n    kind view\n    sql { select id from ref(customers) }\n" }])
    );
    client.change("models/a.esk", 2, json!([{ "range": whole, "text": edits[0]["newText"] }])).await;
    assert_eq!(format(&mut client, "models/a.esk").await, json!([]));
    client.leave().await;
}

#[tokio::test]
async fn the_text_that_the_editor_has_is_formatted_also_outside_of_the_project() {
    let mut client = Client::new(&PROJECT).await;
    client.write("drafts/a.esk", "group on_disk {}\n");
    client.open("drafts/a.esk", "group   a { }\n").await;
    assert_eq!(format(&mut client, "drafts/a.esk").await[0]["newText"], "group a { }\n");
    client.open("models/a.sql", "select   1\n").await;
    for path in ["models/a.sql", "models/not_open.esk"] {
        assert_eq!(format(&mut client, path).await, Value::Null, "{path}");
    }
    client.leave().await;
}
