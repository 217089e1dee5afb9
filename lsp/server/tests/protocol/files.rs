//! Files that are open, on disk, outside of the project, or gone.

use crate::client::{Client, PROJECT};
use serde_json::json;

const BROKEN: &str = "model a {\n    kind view\n    sql { select id from ref(custmers) }\n}\n";

async fn changed(client: &mut Client, path: &str, kind: u32) {
    let changes = json!({ "changes": [{ "uri": client.uri(path), "type": kind }] });
    client.notify("workspace/didChangeWatchedFiles", changes).await;
}

#[tokio::test]
async fn files_that_are_not_open_are_checked_too() {
    let mut files = PROJECT.to_vec();
    files.push(("models/deep/a.esk", BROKEN));
    let mut client = Client::new(&files).await;
    assert_eq!(client.codes("models/deep/a.esk", None).await, ["E0301"]);
    client.write("models/deep/a.esk", &BROKEN.replace("custmers", "customers, v => 1"));
    changed(&mut client, "models/deep/a.esk", 2).await;
    assert_eq!(client.codes("models/deep/a.esk", None).await, Vec::<String>::new());
    client.write("models/b.esk", BROKEN);
    changed(&mut client, "models/b.esk", 1).await;
    assert_eq!(client.codes("models/b.esk", None).await, ["E0301"]);
    client.leave().await;
}

#[tokio::test]
async fn a_closed_file_has_its_text_from_the_disk_again() {
    let mut client = Client::new(&PROJECT).await;
    client.write("models/a.esk", &BROKEN.replace("custmers", "customers, v => 1"));
    client.open("models/a.esk", BROKEN).await;
    assert_eq!(client.codes("models/a.esk", Some(1)).await, ["E0301"]);
    // What happens on disk is nothing to a file that is open.
    changed(&mut client, "models/a.esk", 2).await;
    client.replace("models/a.esk", 2, BROKEN).await;
    assert_eq!(client.codes("models/a.esk", Some(2)).await, ["E0301"]);
    let document = json!({ "textDocument": { "uri": client.uri("models/a.esk") } });
    client.notify("textDocument/didClose", document).await;
    assert_eq!(client.codes("models/a.esk", None).await, Vec::<String>::new());
    client.leave().await;
}

#[tokio::test]
async fn files_and_folders_that_go_take_their_diagnostics_along() {
    let mut files = PROJECT.to_vec();
    files.extend([("models/a.esk", BROKEN), ("models/deep/b.esk", "model"), ("models/deep/er/c.esk", "model")]);
    let mut client = Client::new(&files).await;
    for path in ["models/a.esk", "models/deep/b.esk", "models/deep/er/c.esk"] {
        assert!(!client.codes(path, None).await.is_empty(), "{path}");
    }
    std::fs::remove_file(client.path("models/a.esk")).expect("can be removed");
    changed(&mut client, "models/a.esk", 3).await;
    assert_eq!(client.codes("models/a.esk", None).await, Vec::<String>::new());
    std::fs::remove_dir_all(client.path("models/deep")).expect("can be removed");
    changed(&mut client, "models/deep", 3).await;
    assert_eq!(client.codes("models/deep/b.esk", None).await, Vec::<String>::new());
    assert_eq!(client.codes("models/deep/er/c.esk", None).await, Vec::<String>::new());
    client.leave().await;
}

#[tokio::test]
async fn the_project_file_is_checked_and_its_folders_count_when_it_is_saved() {
    let mut files = PROJECT.to_vec();
    files[0].1 = "[project]\nmodls = [\"models\"]\n";
    files.push(("drafts/a.esk", BROKEN));
    let mut client = Client::new(&files).await;
    assert_eq!(client.codes("esker.toml", None).await, ["E0219"]);
    assert_eq!(client.codes("drafts/a.esk", None).await, ["E0301"]);
    client.open("esker.toml", files[0].1).await;
    assert_eq!(client.codes("esker.toml", Some(1)).await, ["E0219"]);
    let mended = "[project]\nmodels = [\"models\"]\n";
    client.replace("esker.toml", 2, mended).await;
    assert_eq!(client.codes("esker.toml", Some(2)).await, Vec::<String>::new());
    client.write("esker.toml", mended);
    let document = json!({ "textDocument": { "uri": client.uri("esker.toml") } });
    client.notify("textDocument/didSave", document).await;
    assert_eq!(client.codes("drafts/a.esk", None).await, Vec::<String>::new());
    client.leave().await;
}

#[tokio::test]
async fn a_file_outside_of_the_project_is_left_alone() {
    let mut files = PROJECT.to_vec();
    files[0].1 = "[project]\nmodels = [\"./models/\"]\n";
    files.push(("models/inner/esker.toml", ""));
    let mut client = Client::new(&files).await;
    for path in
        ["drafts/a.esk", "models/.hidden/a.esk", "models/target/a.esk", "models/inner/a.esk", "models/notes.txt"]
    {
        client.write(path, BROKEN);
        client.open(path, BROKEN).await;
        changed(&mut client, path, 1).await;
        assert_eq!(client.hover(path, 2, 30).await, "", "{path}");
    }
    client.open("models/a.esk", BROKEN).await;
    assert_eq!(client.codes("models/a.esk", Some(1)).await, ["E0301"]);
    let sent = client.kept("textDocument/publishDiagnostics");
    assert!(sent.is_empty(), "{sent:#?}");
    client.leave().await;
}

#[tokio::test]
async fn without_a_project_the_open_files_are_one() {
    let mut client = Client::new(&[]).await;
    client.open("a.esk", BROKEN).await;
    assert_eq!(client.codes("a.esk", Some(1)).await, ["E0301"]);
    client.open("b.esk", "source custmers {\n    columns { id bigint }\n}\n").await;
    assert_eq!(client.codes("a.esk", Some(1)).await, Vec::<String>::new());
    assert!(client.hover("a.esk", 2, 30).await.contains("**`custmers`** · source"));
    let document = json!({ "textDocument": { "uri": client.uri("b.esk") } });
    client.notify("textDocument/didClose", document).await;
    assert_eq!(client.codes("a.esk", Some(1)).await, ["E0301"]);
    client.leave().await;
}

#[tokio::test]
async fn the_project_of_the_first_file_is_found_below_the_folder() {
    let files = PROJECT.map(|(path, text)| (format!("examples/shop/{path}"), text));
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    let mut client = Client::new(&files).await;
    client.open("examples/shop/models/a.esk", &BROKEN.replace("custmers", "customers, v => 1")).await;
    assert_eq!(client.codes("examples/shop/models/a.esk", Some(1)).await, Vec::<String>::new());
    client.leave().await;
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_told_in_the_project_file() {
    let mut client = Client::new(&[("esker.toml", "[project]\nmodels = [\"nowhere\"]\n")]).await;
    assert_eq!(client.codes("esker.toml", None).await, ["E0218"]);
    std::fs::create_dir(client.path("nowhere")).expect("can be made");
    client.write("nowhere/a.esk", BROKEN);
    changed(&mut client, "esker.toml", 2).await;
    assert_eq!(client.codes("nowhere/a.esk", None).await, ["E0301"]);
    client.leave().await;
}

const SQL_BROKEN: &str = "select id from ref(custmers)\n";

#[tokio::test]
async fn sql_files_are_files_of_the_project() {
    let mut files = PROJECT.to_vec();
    files.extend([("models/a.esk", "model a {\n    kind view\n}\n"), ("models/a.sql", SQL_BROKEN)]);
    let mut client = Client::new(&files).await;
    assert_eq!(client.codes("models/a.sql", None).await, ["E0301"]);
    client.open("models/a.sql", SQL_BROKEN).await;
    assert_eq!(client.codes("models/a.sql", Some(1)).await, ["E0301"]);
    assert!(client.hover("models/a.sql", 0, 20).await.starts_with("Nothing is named `custmers`"));
    client.replace("models/a.sql", 2, "select id from ref(customers)\n").await;
    let codes = client.codes("models/a.sql", Some(2)).await;
    assert!(!codes.contains(&"E0301".to_string()), "{codes:?}");
    let document = json!({ "textDocument": { "uri": client.uri("models/a.sql") } });
    client.notify("textDocument/didClose", document).await;
    assert_eq!(client.codes("models/a.sql", None).await, ["E0301"]);
    // Without the file there is no SQL.
    std::fs::remove_file(client.path("models/a.sql")).expect("can be removed");
    changed(&mut client, "models/a.sql", 3).await;
    assert_eq!(client.codes("models/a.sql", None).await, Vec::<String>::new());
    assert_eq!(client.codes("models/a.esk", None).await, ["E0217"]);
    // One that comes is found by its name.
    client.write("models/a.sql", "select id from ref(customers, v => 1)\n");
    changed(&mut client, "models/a.sql", 1).await;
    assert_eq!(client.codes("models/a.esk", None).await, Vec::<String>::new());
    client.leave().await;
}

#[tokio::test]
async fn what_another_project_publishes_is_seen_when_it_changes() {
    let mut files = PROJECT.to_vec();
    files[0].1 = "[project]\nname = \"shop\"\n\n[dependencies]\nfarm = { path = \"farm\" }\n";
    files.extend([
        ("farm/esker.toml", "[project]\nname = \"farm\"\n"),
        ("models/a.esk", "model a {\n    kind view\n    sql { select id from ref(farm.eggs) }\n}\n"),
    ]);
    let mut client = Client::new(&files).await;
    assert_eq!(client.codes("esker.toml", None).await, ["E0255"]);
    let interface = "model farm.eggs {\n    access public\n    alias main.eggs\n    contract enforced {\n        id bigint\n    }\n}\n";
    client.write("farm/farm.interface.esk", interface);
    changed(&mut client, "farm/farm.interface.esk", 1).await;
    assert_eq!(client.codes("esker.toml", None).await, Vec::<String>::new());
    client.write("farm/farm.interface.esk", &interface.replace("farm.eggs", "farm.hens"));
    changed(&mut client, "farm/farm.interface.esk", 2).await;
    assert_eq!(client.codes("models/a.esk", None).await.len(), 1);
    client.leave().await;
}
