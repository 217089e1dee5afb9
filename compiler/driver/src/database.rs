//! The concrete salsa database. One thread owns it and changes it; others get clones to read from.

use std::sync::{Arc, Mutex, PoisonError};

/// The database, with a log of the queries that ran, for tests and for finding out what an edit cost.
#[salsa::db]
#[derive(Clone)]
pub struct Database {
    storage: salsa::Storage<Self>,
    log: Arc<Mutex<Option<Vec<String>>>>,
}

#[salsa::db]
impl salsa::Database for Database {}

#[salsa::db]
impl esker_source::Db for Database {}

impl Default for Database {
    fn default() -> Self {
        let log = Arc::<Mutex<Option<Vec<String>>>>::default();
        let sink = log.clone();
        let on_event = move |event: salsa::Event| {
            if let salsa::EventKind::WillExecute { database_key } = event.kind
                && let Some(log) = &mut *sink.lock().unwrap_or_else(PoisonError::into_inner)
            {
                log.push(format!("{database_key:?}"));
            }
        };
        Self { storage: salsa::Storage::new(Some(Box::new(on_event))), log }
    }
}

impl Database {
    /// Starts to log the queries that run, or throws away what was logged.
    pub fn start_log(&self) {
        *self.log.lock().unwrap_or_else(PoisonError::into_inner) = Some(Vec::new());
    }

    /// The names of the queries that ran since [`Self::start_log`], in order, without their ids; ends the log.
    pub fn take_log(&self) -> Vec<String> {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or_default();
        log.into_iter().map(|key| key.split('(').next().unwrap_or_default().to_string()).collect()
    }
}
