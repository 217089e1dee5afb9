//! The tables of the state, in the words in which they are created. Their comments are the documentation.

/// The version of these tables; a database with a greater one is refused.
pub const VERSION: i64 = 2;

/// The schema that holds them.
pub const SCHEMA: &str = "esker_state";

/// The statements that make the tables where there are none.
pub const CREATE: &[&str] = &[
    "CREATE SCHEMA esker_state",
    "CREATE TABLE esker_state.meta (schema_version INTEGER NOT NULL, revision BIGINT NOT NULL)",
    "COMMENT ON TABLE esker_state.meta IS 'One row: the version of these tables, and the number of changes so far.'",
    "CREATE TABLE esker_state.plans (plan VARCHAR NOT NULL, project VARCHAR NOT NULL, environment VARCHAR NOT NULL, \
     status VARCHAR NOT NULL, revision BIGINT NOT NULL, started_at TIMESTAMP NOT NULL, finished_at TIMESTAMP)",
    "COMMENT ON TABLE esker_state.plans IS 'Every plan that was started: running, failed, cancelled, finished, or abandoned \
     for a later plan; and the revision at which it left the state.'",
    "CREATE TABLE esker_state.snapshots (snapshot VARCHAR NOT NULL, node VARCHAR NOT NULL, fingerprint VARCHAR NOT NULL, \
     table_schema VARCHAR NOT NULL, table_name VARCHAR NOT NULL, created_at TIMESTAMP NOT NULL)",
    "COMMENT ON TABLE esker_state.snapshots IS 'Every physical table or view: which node with which fingerprint it holds.'",
    "CREATE TABLE esker_state.steps (plan VARCHAR NOT NULL, step INTEGER NOT NULL, node VARCHAR NOT NULL, \
     snapshot VARCHAR NOT NULL, action VARCHAR NOT NULL, start_at TIMESTAMP, end_at TIMESTAMP, new_data BOOLEAN NOT NULL, \
     rows BIGINT NOT NULL, revision BIGINT NOT NULL, finished_at TIMESTAMP NOT NULL)",
    "COMMENT ON TABLE esker_state.steps IS 'Every step that was committed, together with the rows it wrote: those of \
     [start_at, end_at), UTC. It was the change that led to this revision.'",
    "CREATE TABLE esker_state.environments (environment VARCHAR NOT NULL, node VARCHAR NOT NULL, snapshot VARCHAR NOT NULL, \
     fingerprint VARCHAR NOT NULL, metadata VARCHAR NOT NULL, promises VARCHAR NOT NULL, parts VARCHAR NOT NULL, table_schema VARCHAR NOT NULL, \
     table_name VARCHAR NOT NULL, views VARCHAR NOT NULL, plan VARCHAR NOT NULL, promoted_at TIMESTAMP NOT NULL, \
     columns VARCHAR NOT NULL)",
    "COMMENT ON TABLE esker_state.environments IS 'Which snapshot each environment shows for each node, and under which views.'",
    "INSERT INTO esker_state.meta VALUES (2, 0)",
];

/// The statements that bring the tables of version 1 up to date: they did not know the columns of what is shown.
pub const FROM_1: &[&str] = &[
    "ALTER TABLE esker_state.environments ADD COLUMN columns VARCHAR DEFAULT '{}'",
    "UPDATE esker_state.meta SET schema_version = 2",
];
