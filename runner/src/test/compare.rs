//! The rows that came out against those that were expected, laid beside each other for people.

use serde::Serialize;

/// How what is expected and what came out stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// Expected, and there.
    Same,
    /// Expected, and not there.
    Missing,
    /// There, and not expected.
    Unexpected,
}

/// A row of the comparison.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TestRow {
    /// How it stands.
    pub mark: Mark,
    /// Its cells as the engine writes them; `None` is null.
    pub cells: Vec<Option<String>>,
    /// The cells by which it differs from the row that it stands beside: a missing one and the unexpected one that is
    /// likely meant to be it. Empty for a row on its own.
    pub differs: Vec<usize>,
}

/// A row as the engine returns it.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// The same for rows that are equal.
    pub(super) class: i64,
    pub(super) cells: Vec<Option<String>>,
}

/// More pairs of rows than this are not looked through: the comparison is right, only less neat.
const PAIRS: usize = 4_000_000;

/// What was expected, row by row, with what came out instead right behind it; at last what else came out.
pub(super) fn compare(actual: &[Row], expected: &[Row], ordered: bool) -> Vec<TestRow> {
    let matches = if ordered { in_order(actual, expected) } else { in_any_order(actual, expected) };
    let mut is_matched = vec![false; actual.len()];
    matches.iter().flatten().for_each(|&row| is_matched[row] = true);
    let mut left: Vec<usize> = (0..actual.len()).filter(|&row| !is_matched[row]).collect();
    let may_pair = left.len().saturating_mul(expected.len()) <= PAIRS;
    let mut rows = Vec::new();
    for (number, (row, found)) in expected.iter().zip(&matches).enumerate() {
        if let Some(found) = *found {
            if ordered {
                // What came before it came out of order, or is too much.
                let before = left.partition_point(|&row| row < found);
                rows.extend(left.drain(..before).map(|row| alone(Mark::Unexpected, &actual[row])));
            }
            rows.push(alone(Mark::Same, &actual[found]));
            continue;
        }
        let candidates = match matches[number..].iter().flatten().next() {
            // Where the order counts, only what came out right here can be meant to be it.
            Some(next) if ordered => &left[..left.len().min(1).min(left.partition_point(|other| other < next))],
            None if ordered => &left[..left.len().min(1)],
            _ if may_pair => &left[..],
            _ => &[],
        };
        let Some(nearest) = nearest(row, candidates, actual) else {
            rows.push(alone(Mark::Missing, row));
            continue;
        };
        let other = &actual[left.remove(nearest)];
        let differs: Vec<usize> = (0..row.cells.len()).filter(|&cell| row.cells[cell] != other.cells[cell]).collect();
        rows.push(TestRow { differs: differs.clone(), ..alone(Mark::Missing, row) });
        rows.push(TestRow { differs, ..alone(Mark::Unexpected, other) });
    }
    rows.extend(left.into_iter().map(|row| alone(Mark::Unexpected, &actual[row])));
    rows
}

fn alone(mark: Mark, row: &Row) -> TestRow {
    TestRow { mark, cells: row.cells.clone(), differs: Vec::new() }
}

/// For each expected row the row that is it, each used once.
fn in_any_order(actual: &[Row], expected: &[Row]) -> Vec<Option<usize>> {
    let mut by_class: Vec<(i64, usize)> = actual.iter().enumerate().map(|(index, row)| (row.class, index)).collect();
    by_class.sort_unstable();
    let mut used = vec![0_usize; expected.len()];
    let mut seen: std::collections::BTreeMap<i64, usize> = std::collections::BTreeMap::new();
    for (row, used) in expected.iter().zip(&mut used) {
        let count = seen.entry(row.class).or_default();
        *used = *count;
        *count += 1;
    }
    let find = |(row, used): (&Row, &usize)| {
        let first = by_class.partition_point(|(class, _)| *class < row.class);
        by_class.get(first + used).filter(|(class, _)| *class == row.class).map(|(_, index)| *index)
    };
    expected.iter().zip(&used).map(find).collect()
}

/// For each expected row the row that is it, so that as many as possible stay in order.
fn in_order(actual: &[Row], expected: &[Row]) -> Vec<Option<usize>> {
    let same = |row: usize, other: usize| expected[row].class == actual[other].class;
    let (rows, others) = (expected.len(), actual.len());
    let start = (0..rows.min(others)).take_while(|&at| same(at, at)).count();
    let most = rows.min(others) - start;
    let end = (0..most).take_while(|&back| same(rows - 1 - back, others - 1 - back)).count();
    let mut matches = vec![None; rows];
    (0..start).for_each(|at| matches[at] = Some(at));
    (0..end).for_each(|back| matches[rows - 1 - back] = Some(others - 1 - back));
    let (height, width) = (rows - start - end, others - start - end);
    if height.saturating_mul(width) > PAIRS {
        return matches;
    }
    // How many match at most from here on, row by row from the end.
    let mut longest = vec![vec![0_u32; width + 1]; height + 1];
    for row in (0..height).rev() {
        for other in (0..width).rev() {
            longest[row][other] = match same(start + row, start + other) {
                true => longest[row + 1][other + 1] + 1,
                false => longest[row + 1][other].max(longest[row][other + 1]),
            };
        }
    }
    let (mut row, mut other) = (0, 0);
    while row < height && other < width {
        if same(start + row, start + other) {
            matches[start + row] = Some(start + other);
            (row, other) = (row + 1, other + 1);
        } else if longest[row + 1][other] >= longest[row][other + 1] {
            row += 1;
        } else {
            other += 1;
        }
    }
    matches
}

/// Which of the rows that are left is likely meant to be `row`: the first of those with most cells in common.
fn nearest(row: &Row, candidates: &[usize], actual: &[Row]) -> Option<usize> {
    let common =
        |other: usize| row.cells.iter().zip(&actual[other].cells).filter(|(cell, other)| cell == other).count();
    let mut best: Option<(usize, usize)> = None;
    for (place, &other) in candidates.iter().enumerate() {
        let common = common(other);
        if common > best.map_or(0, |(_, most)| most) {
            best = Some((place, common));
        }
    }
    best.map(|(place, _)| place)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of the words in lines; equal lines are equal rows.
    fn rows(text: &str) -> Vec<Row> {
        let class = |line: &str| line.bytes().fold(0, |class: i64, byte| class * 31 + i64::from(byte));
        let cells = |line: &str| line.split(' ').map(|cell| Some(cell.to_owned())).collect();
        text.lines().map(|line| Row { class: class(line), cells: cells(line) }).collect()
    }

    /// `=`, `-`, `+` before the cells; those that differ in brackets.
    fn shown(rows: &[TestRow]) -> Vec<String> {
        let line = |row: &TestRow| {
            let cell = |(index, cell): (usize, &Option<String>)| match (row.differs.contains(&index), cell) {
                (true, Some(cell)) => format!("[{cell}]"),
                (false, Some(cell)) => cell.clone(),
                (_, None) => "null".to_owned(),
            };
            let mark = match row.mark {
                Mark::Same => '=',
                Mark::Missing => '-',
                Mark::Unexpected => '+',
            };
            format!("{mark} {}", row.cells.iter().enumerate().map(cell).collect::<Vec<_>>().join(" "))
        };
        rows.iter().map(line).collect()
    }

    #[test]
    fn rows_in_any_order() {
        let cases: [(&str, &str, &[&str]); 6] = [
            ("", "", &[]),
            ("a 1\nb 2", "b 2\na 1", &["= b 2", "= a 1"]),
            ("a 1\na 1", "a 1", &["= a 1", "+ a 1"]),
            ("a 1", "a 1\na 1", &["= a 1", "- a 1"]),
            // The likely one stands beside it, though another comes first.
            ("x 9\na 2\nb 2", "a 1\nb 2", &["- a [1]", "+ a [2]", "= b 2", "+ x 9"]),
            ("x 9", "a 1", &["- a 1", "+ x 9"]),
        ];
        for (actual, expected, lines) in cases {
            assert_eq!(shown(&compare(&rows(actual), &rows(expected), false)), lines, "{actual:?} {expected:?}");
        }
    }

    #[test]
    fn rows_whose_order_counts() {
        let cases: [(&str, &str, &[&str]); 5] = [
            ("a 1\nb 2", "a 1\nb 2", &["= a 1", "= b 2"]),
            ("a 1\nb 2\nc 3", "b 2\na 1\nc 3", &["- b 2", "= a 1", "+ b 2", "= c 3"]),
            ("a 1\nb 2", "a 1\nb 3", &["= a 1", "- b [3]", "+ b [2]"]),
            ("a 1\nx 5\nb 2", "a 1\nb 2", &["= a 1", "+ x 5", "= b 2"]),
            ("b 2", "a 1\nb 2", &["- a 1", "= b 2"]),
        ];
        for (actual, expected, lines) in cases {
            assert_eq!(shown(&compare(&rows(actual), &rows(expected), true)), lines, "{actual:?} {expected:?}");
        }
    }
}
