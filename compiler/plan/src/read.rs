//! The plan file as text: written with its id, read back only when it is whole.

use serde_json::Value;

use crate::file::{FORMAT, PlanFile, VERSION};

/// Why a text is not a plan that can be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanReadError {
    /// Not JSON, or cut off; with the parser's words.
    NotJson(String),
    /// JSON, but not a plan of ours.
    NotAPlan,
    /// A plan of another version of the format.
    OtherVersion(String),
    /// The right format and version, but fields are missing or of the wrong type; with the parser's words.
    Malformed(String),
    /// The id does not match the content: edited after it was written.
    Tampered {
        /// The id in the file.
        written: String,
        /// The id that its content has.
        actual: String,
    },
}

impl std::fmt::Display for PlanReadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotJson(why) => {
                write!(f, "the plan file is not valid JSON: {why}; make it again with `esker compile`")
            }
            Self::NotAPlan => write!(f, "the file is JSON but not a plan: its `format` is not \"{FORMAT}\""),
            Self::OtherVersion(found) => write!(
                f,
                "the plan file has format version {found}, this program reads version {VERSION}; make it again with `esker compile`"
            ),
            Self::Malformed(why) => write!(f, "the plan file is damaged: {why}; make it again with `esker compile`"),
            Self::Tampered { written, actual } => write!(
                f,
                "the plan file was changed after it was made: it says id {written}, its content has id {actual}; make it again with `esker compile`"
            ),
        }
    }
}

impl std::error::Error for PlanReadError {}

impl PlanFile {
    /// The file's text, ending in a newline.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("plain data with string keys always serialises");
        text.push('\n');
        text
    }

    /// The plan that `text` holds, if it is whole and of this version.
    pub fn read(text: &str) -> Result<Self, PlanReadError> {
        let value: Value = serde_json::from_str(text).map_err(|error| PlanReadError::NotJson(error.to_string()))?;
        if value.get("format").and_then(Value::as_str) != Some(FORMAT) {
            return Err(PlanReadError::NotAPlan);
        }
        match value.get("version") {
            Some(version) if version.as_u64() == Some(u64::from(VERSION)) => {}
            Some(version) => return Err(PlanReadError::OtherVersion(version.to_string())),
            None => return Err(PlanReadError::Malformed("`version` is missing".to_owned())),
        }
        let plan: Self = serde_json::from_value(value).map_err(|error| PlanReadError::Malformed(error.to_string()))?;
        let actual = plan.content_id();
        if plan.id != actual {
            return Err(PlanReadError::Tampered { written: plan.id, actual });
        }
        Ok(plan)
    }

    /// The plan with its id put in.
    pub(crate) fn sealed(mut self) -> Self {
        self.id = self.content_id();
        self
    }

    fn content_id(&self) -> String {
        let bare = Self { id: String::new(), ..self.clone() };
        digest(&[&bare.to_json()])
    }
}

/// 128 bits of a hash over texts, as 32 hexadecimal digits. Lengths count, so `["ab", "c"]` and `["a", "bc"]` differ.
pub(crate) fn digest(texts: &[&str]) -> String {
    let mut hasher = blake3::Hasher::new();
    for text in texts {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    }
    hasher.finalize().to_hex()[..32].to_owned()
}
