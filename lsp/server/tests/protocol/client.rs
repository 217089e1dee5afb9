//! A client that sends what it is told and keeps what it has not been asked for.

use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream};
use tokio::task::JoinHandle;

/// A project that has nothing wrong: a source, a versioned model and a reader of it.
pub(crate) const PROJECT: [(&str, &str); 3] = [
    ("esker.toml", "[project]\nname = \"shop\"\n"),
    (
        "models/customers.esk",
        "/// Customers, one row each.\nmodel customers {\n    kind view\n    contract enforced {\n        id bigint  not null\n        \
         country varchar\n    }\n    sql { select id, country from ref(raw.customers) }\n    latest 1\n    version 1 {}\n    \
         version 2 {}\n}\n",
    ),
    (
        "models/raw.esk",
        "source raw.customers {\n    columns {\n        id bigint  not null\n        country varchar\n    }\n    \
         read csv \"data/customers.csv\"\n}\n",
    ),
];

/// A folder with files, and a server that has been introduced to it.
pub(crate) struct Client {
    pub(crate) folder: tempfile::TempDir,
    to: DuplexStream,
    from: BufReader<DuplexStream>,
    server: JoinHandle<std::io::Result<()>>,
    next_id: i64,
    /// What came while something else was waited for.
    kept: Vec<Value>,
}

impl Client {
    /// A server for a folder with these files, ready to work.
    pub(crate) async fn new(files: &[(&str, &str)]) -> Self {
        Self::with_capabilities(files, json!({})).await
    }

    /// The same, with what the client says of itself.
    pub(crate) async fn with_capabilities(files: &[(&str, &str)], capabilities: Value) -> Self {
        let mut client = Self::unintroduced(files);
        let uri = client.uri("");
        let params = json!({ "capabilities": capabilities, "workspaceFolders": [{ "uri": uri, "name": "folder" }] });
        client.request("initialize", params).await.expect("initialize works");
        client.notify("initialized", json!({})).await;
        client
    }

    /// A server that nobody has talked to yet.
    pub(crate) fn unintroduced(files: &[(&str, &str)]) -> Self {
        let (to, server_in) = tokio::io::duplex(1 << 16);
        let (server_out, from) = tokio::io::duplex(1 << 16);
        let server = tokio::spawn(esker_lsp::serve(server_in, server_out));
        let folder = tempfile::tempdir().expect("a folder");
        let client = Self { folder, to, from: BufReader::new(from), server, next_id: 0, kept: Vec::new() };
        for (path, text) in files {
            client.write(path, text);
        }
        client
    }

    /// A file's path on the disk.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Writes a file to the disk, without telling the server.
    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).expect("folders can be made");
        std::fs::write(path, text).expect("files can be written");
    }

    pub(crate) fn uri(&self, path: &str) -> String {
        format!("file://{}", self.path(path).display()).trim_end_matches('/').to_string()
    }

    async fn send(&mut self, message: Value) {
        let body = message.to_string();
        let text = format!("Content-Length: {}\r\n\r\n{body}", body.len());
        self.to.write_all(text.as_bytes()).await.expect("the server reads");
    }

    pub(crate) async fn notify(&mut self, method: &str, params: Value) {
        self.send(json!({ "jsonrpc": "2.0", "method": method, "params": params })).await;
    }

    /// Sends a request without waiting for its answer.
    pub(crate) async fn ask(&mut self, method: &str, params: Value) -> i64 {
        self.next_id += 1;
        let mut message = json!({ "jsonrpc": "2.0", "id": self.next_id, "method": method });
        if !params.is_null() {
            message["params"] = params;
        }
        self.send(message).await;
        self.next_id
    }

    /// The result of a request, or its error.
    pub(crate) async fn answer(&mut self, id: i64) -> Result<Value, Value> {
        let message = self.wait(|message| message["id"] == id && message["method"].is_null()).await;
        match message.get("error") {
            Some(error) => Err(error.clone()),
            None => Ok(message["result"].clone()),
        }
    }

    pub(crate) async fn request(&mut self, method: &str, params: Value) -> Result<Value, Value> {
        let id = self.ask(method, params).await;
        self.answer(id).await
    }

    /// The first message that fits, kept or new.
    pub(crate) async fn wait(&mut self, fits: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.kept.iter().position(&fits) {
            return self.kept.remove(at);
        }
        loop {
            let next = tokio::time::timeout(Duration::from_secs(20), read(&mut self.from)).await;
            let Ok(Some(message)) = next else {
                panic!("the server sent nothing that fits; it sent {:#?}", self.kept);
            };
            if fits(&message) {
                return message;
            }
            self.kept.push(message);
        }
    }

    pub(crate) async fn open(&mut self, path: &str, text: &str) {
        let document = json!({ "uri": self.uri(path), "languageId": "esker", "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document })).await;
    }

    /// Replaces the whole text.
    pub(crate) async fn replace(&mut self, path: &str, version: i32, text: &str) {
        self.change(path, version, json!([{ "text": text }])).await;
    }

    pub(crate) async fn change(&mut self, path: &str, version: i32, changes: Value) {
        let document = json!({ "uri": self.uri(path), "version": version });
        self.notify("textDocument/didChange", json!({ "textDocument": document, "contentChanges": changes })).await;
    }

    /// The diagnostics of this version of a file, or of a file that is not open.
    pub(crate) async fn diagnostics(&mut self, path: &str, version: Option<i32>) -> Vec<Value> {
        let uri = self.uri(path);
        let fits = |message: &Value| {
            let params = &message["params"];
            message["method"] == "textDocument/publishDiagnostics"
                && params["uri"] == uri
                && params["version"] == json!(version)
        };
        let message = self.wait(fits).await;
        message["params"]["diagnostics"].as_array().cloned().expect("a list")
    }

    /// The codes of those.
    pub(crate) async fn codes(&mut self, path: &str, version: Option<i32>) -> Vec<String> {
        let list = self.diagnostics(path, version).await;
        list.iter().map(|diagnostic| diagnostic["code"].as_str().unwrap_or_default().to_string()).collect()
    }

    /// The Markdown that is shown at a position; empty when there is nothing.
    pub(crate) async fn hover(&mut self, path: &str, line: u32, character: u32) -> String {
        let id = self.ask_hover(path, line, character).await;
        let answer = self.answer(id).await.expect("a hover");
        answer["contents"]["value"].as_str().unwrap_or_default().to_string()
    }

    pub(crate) async fn ask_hover(&mut self, path: &str, line: u32, character: u32) -> i64 {
        let params =
            json!({ "textDocument": { "uri": self.uri(path) }, "position": { "line": line, "character": character } });
        self.ask("textDocument/hover", params).await
    }

    /// The messages of a method that came until now and were not asked for.
    pub(crate) fn kept(&self, method: &str) -> Vec<&Value> {
        self.kept.iter().filter(|message| message["method"] == method).collect()
    }

    /// Takes leave as the protocol wants it, and looks whether the server ends well.
    pub(crate) async fn leave(mut self) {
        assert_eq!(self.request("shutdown", Value::Null).await, Ok(Value::Null));
        self.notify("exit", Value::Null).await;
        self.ended().await.expect("an orderly end");
    }

    /// How the server ended, once it has.
    pub(crate) async fn ended(self) -> std::io::Result<()> {
        let Self { server, from, folder, .. } = self;
        let result =
            tokio::time::timeout(Duration::from_secs(20), server).await.expect("it ends").expect("without a panic");
        drop((from, folder));
        result
    }

    /// Goes away without a word.
    pub(crate) async fn hang_up(mut self) -> std::io::Result<()> {
        self.to.shutdown().await.expect("can be closed");
        self.ended().await
    }
}

/// The next message; nothing at the end.
async fn read(from: &mut BufReader<DuplexStream>) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if from.read_line(&mut line).await.expect("the server writes text") == 0 {
            return None;
        }
        match line.trim_end().split_once(": ") {
            Some(("Content-Length", number)) => length = number.parse().expect("a number"),
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length];
    from.read_exact(&mut body).await.expect("a whole message");
    Some(serde_json::from_slice(&body).expect("JSON"))
}
