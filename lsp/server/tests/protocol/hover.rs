//! Hover over the protocol: on pinned and unpinned references, while broken, while typing, in the client's columns.

use crate::client::{Client, PROJECT};
use serde_json::json;

#[tokio::test]
async fn a_reference_shows_what_it_means() {
    let mut client = Client::new(&PROJECT).await;
    client.open("models/a.esk", "model a {\n    kind view\n    sql {\n        from ref(customers)\n        join ref(customers, v => 2) as b using (id)\n    }\n}\n").await;
    let unpinned = client.hover("models/a.esk", 3, 20).await;
    assert!(
        unpinned.starts_with("`ref(customers)` pins no version and means version 1, the latest of 1 and 2"),
        "{unpinned}"
    );
    assert!(
        unpinned.contains("Version 2 is a prerelease: `ref(customers, v => 2)` reads it; its columns are the same."),
        "{unpinned}"
    );
    assert!(unpinned.contains("| `country` | `varchar` | yes |"), "{unpinned}");
    let pinned = client.hover("models/a.esk", 4, 20).await;
    assert!(pinned.starts_with("Pinned to version 2, a prerelease: the latest is version 1"), "{pinned}");
    assert_eq!(client.hover("models/a.esk", 0, 0).await, "");
    assert_eq!(client.hover("models/not_open.esk", 0, 0).await, "");
    client.leave().await;
}

#[tokio::test]
async fn a_reference_in_broken_text_shows_what_it_means() {
    let mut client = Client::new(&PROJECT).await;
    client
        .open("models/a.esk", "modl b {\n}\nmodel a {\n  kind\n  sql {\n      select from (where ref(customers)\n")
        .await;
    let shown = client.hover("models/a.esk", 5, 30).await;
    assert!(shown.starts_with("`ref(customers)` pins no version"), "{shown}");
    client.leave().await;
}

#[tokio::test]
async fn columns_are_counted_as_the_client_counts() {
    // The sign is four bytes and two UTF-16 units.
    let text = "model a {\n    kind view\n    sql { select '𝄞' as x from ref(custmers) }\n}\n";
    let byte = text.lines().nth(2).and_then(|line| line.find("custmers")).expect("is there") as u32;
    let utf8 = json!({ "general": { "positionEncodings": ["utf-16", "utf-8"] } });
    for (capabilities, column) in [(json!({}), byte - 2), (utf8, byte)] {
        let mut client = Client::with_capabilities(&PROJECT, capabilities).await;
        client.open("models/a.esk", text).await;
        let list = client.diagnostics("models/a.esk", Some(1)).await;
        assert_eq!(list[0]["range"]["start"], json!({ "line": 2, "character": column }));
        assert_eq!(list[0]["range"]["end"], json!({ "line": 2, "character": column + 8 }));
        assert!(client.hover("models/a.esk", 2, column - 4).await.starts_with("Nothing is named"));
        assert_eq!(client.hover("models/a.esk", 2, column - 5).await, "");
        client.leave().await;
    }
}

#[tokio::test]
async fn questions_between_edits_are_all_answered_of_a_text_as_new_as_theirs() {
    let mut client = Client::new(&PROJECT).await;
    client.open("models/a.esk", "").await;
    let mut asked = Vec::new();
    for version in 2..102 {
        // One more line above with each edit, so that an answer tells the text that it is about.
        let text = format!(
            "{}model a {{\n    kind view\n    sql {{ from ref(customers) }}\n}}\n",
            "\n".repeat(version as usize)
        );
        client.replace("models/a.esk", version, &text).await;
        asked.push((version + 2, client.ask_hover("models/a.esk", version as u32 + 2, 20).await));
    }
    for (line, id) in asked {
        let answer = client.answer(id).await.expect("an answer");
        // One that was cut off is answered of a later text, where there is nothing at its place; the last cannot be.
        if !answer.is_null() || line == 103 {
            assert_eq!(answer["range"]["start"]["line"], json!(line));
        }
    }
    client.leave().await;
}
