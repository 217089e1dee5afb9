//! Time: points, ranges, sets of ranges, the units that cells have, cron schedules, and which cells are expected.

pub mod cells;
pub mod cron;
pub mod interval;
pub mod timestamp;
pub mod unit;

pub use cells::Timeline;
pub use cron::{Cron, CronError};
pub use interval::{Interval, IntervalSet};
pub use timestamp::{Timestamp, parse_end, parse_start};
pub use unit::{Unit, UnitError};
