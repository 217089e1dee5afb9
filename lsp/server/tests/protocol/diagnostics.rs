//! Diagnostics while one types: cleared when mended, of the last text, in order.

use crate::client::{Client, PROJECT};
use serde_json::{Value, json};

const BROKEN: &str = "model a {\n    kind view\n    sql { select id from ref(custmers) }\n}\n";
const FINE: &str = "model a {\n    kind view\n    sql { select id from ref(customers) }\n}\n";

#[tokio::test]
async fn broken_text_is_told_and_mended_text_cleared() {
    let mut client = Client::new(&PROJECT).await;
    client.open("models/a.esk", BROKEN).await;
    let uri = client.uri("models/customers.esk");
    assert_eq!(
        client.diagnostics("models/a.esk", Some(1)).await,
        [json!({
            "range": { "start": { "line": 2, "character": 29 }, "end": { "line": 2, "character": 37 } },
            "severity": 1,
            "code": "E0301",
            "source": "esker",
            "message": "nothing is named `custmers`\nDid you mean `ref(customers)`?",
            "relatedInformation": [{
                "location": { "uri": uri, "range": { "start": { "line": 1, "character": 6 }, "end": { "line": 1, "character": 15 } } },
                "message": "`customers` is declared here",
            }],
        })]
    );
    let missing = json!({ "line": 2, "character": 33 });
    client.change("models/a.esk", 2, json!([{ "range": { "start": missing, "end": missing }, "text": "o" }])).await;
    // What is left is worth knowing: the reference is not pinned.
    assert_eq!(client.codes("models/a.esk", Some(2)).await, ["I0301"]);
    client.leave().await;
}

#[tokio::test]
async fn an_edit_is_told_of_in_the_files_that_it_breaks() {
    let mut client = Client::new(&PROJECT).await;
    client.write("models/a.esk", FINE);
    client.open("models/raw.esk", PROJECT[2].1).await;
    assert_eq!(client.codes("models/raw.esk", Some(1)).await, Vec::<String>::new());
    client.replace("models/raw.esk", 2, &PROJECT[2].1.replace("raw.customers", "raw.clients")).await;
    assert_eq!(client.codes("models/customers.esk", None).await, ["E0301"]);
    client.replace("models/raw.esk", 3, PROJECT[2].1).await;
    assert_eq!(client.codes("models/customers.esk", None).await, Vec::<String>::new());
    client.leave().await;
}

/// Types a text letter by letter, in the middle of a line, with some letters taken back.
#[tokio::test]
async fn after_three_hundred_quick_edits_the_diagnostics_are_those_of_the_last_text() {
    let mut client = Client::new(&PROJECT).await;
    client.open("models/a.esk", "model a {\n    kind view\n    sql { select id from  }\n}\n").await;
    let typed: Vec<char> =
        "ref(customers) as c join ref(custmers) as d using (id) -- ref(x)".chars().cycle().take(300).collect();
    let start = 25;
    for (index, letter) in typed.iter().enumerate() {
        let at = json!({ "line": 2, "character": start + index });
        client
            .change("models/a.esk", index as i32 + 2, json!([{ "range": { "start": at, "end": at }, "text": letter }]))
            .await;
    }
    let last = client.diagnostics("models/a.esk", Some(301)).await;

    let text: String =
        format!("model a {{\n    kind view\n    sql {{ select id from {} }}\n}}\n", typed.iter().collect::<String>());
    let mut fresh = Client::new(&PROJECT).await;
    fresh.open("models/a.esk", &text).await;
    let expected = fresh.diagnostics("models/a.esk", Some(1)).await;
    let anywhere = |list: &[Value], client: &Client| Value::from(list).to_string().replace(&client.uri(""), "");
    assert_eq!(anywhere(&last, &client), anywhere(&expected, &fresh));
    assert!(!last.is_empty(), "the text ends in the middle of something");

    let versions: Vec<i64> = client
        .kept("textDocument/publishDiagnostics")
        .iter()
        .filter_map(|message| message["params"]["version"].as_i64())
        .collect();
    assert!(versions.is_sorted(), "diagnostics of an older text after those of a newer one: {versions:?}");
    assert!(versions.len() < 100, "quick edits were checked one by one: {versions:?}");
    fresh.leave().await;
    client.leave().await;
}

#[tokio::test]
async fn several_changes_at_once_are_applied_one_after_the_other() {
    let mut client = Client::new(&PROJECT).await;
    client.open("models/a.esk", "").await;
    let position = |line, character| json!({ "line": line, "character": character });
    let changes = json!([
        { "text": "one\r\ntwo\r\n" },
        { "range": { "start": position(0, 0), "end": position(1, 0) }, "text": "model 𝄞𝄞 {\r\n" },
        { "range": { "start": position(0, 6), "end": position(0, 10) }, "text": "b" },
        { "range": { "start": position(1, 0), "end": position(9, 9) }, "text": "kind view\r\nsql { select id from ref(𝄞, v => 1) x, ref(nothing) }\r\n}" },
    ]);
    client.change("models/a.esk", 2, changes).await;
    let list = client.diagnostics("models/a.esk", Some(2)).await;
    let names: Vec<(&Value, &Value)> = list.iter().map(|found| (&found["code"], &found["range"]["start"])).collect();
    assert!(names.contains(&(&json!("E0301"), &position(2, 44))), "{list:#?}");
    client.leave().await;
}

#[tokio::test]
async fn what_is_worth_knowing_is_no_error_and_what_is_deprecated_is_struck_out() {
    let mut files = PROJECT.to_vec();
    let model = PROJECT[1].1.replace("version 1 {}", "version 1 { deprecated 2020-01-01 \"it was wrong\" }");
    files[1].1 = &model;
    files.push(("models/b.esk", "model b {\n    kind view\n    sql { select id from ref(customers, v => 1) }\n}\n"));
    let mut client = Client::new(&files).await;
    let list = client.diagnostics("models/b.esk", None).await;
    assert_eq!((&list[0]["code"], &list[0]["severity"], &list[0]["tags"]), (&json!("E0607"), &json!(1), &json!([2])));
    client.leave().await;

    let mut client = Client::new(&PROJECT).await;
    client.open("models/a.esk", FINE).await;
    let list = client.diagnostics("models/a.esk", Some(1)).await;
    assert_eq!((&list[0]["code"], &list[0]["severity"]), (&json!("I0301"), &json!(3)));
    let message = list[0]["message"].as_str().unwrap_or_default();
    assert!(message.contains("Version 2 is a prerelease") && message.contains("ref(customers, v => 1)"), "{message}");
    client.leave().await;
}
