//! `esker test`: the project's unit tests, on an engine in memory.

use crate::exit::Exit;
use crate::failure::{Failure, Problem};
use crate::opened::Opened;
use crate::options::{Global, Test, TextFormat};
use crate::output::{Output, Tint, count, paint};
use crate::table::{Heading, table};
use esker_diagnostics::{Format, Level, summary};
use esker_driver::UnitTest;
use esker_runner::{Mark, RunError, TestEngine, TestOutcome};
use serde_json::json;

pub(crate) fn run(global: &Global, options: &Test, output: &Output) -> Result<(), Failure> {
    let mut opened = Opened::new(global)?;
    opened.judge_at(options.now.as_ref())?;
    let mut problems = opened.session.check();
    problems.extend(opened.session.missing_rows());
    if problems.iter().any(|problem| problem.level == Level::Error) {
        output.tell(&opened.render(&problems, Format::Human, output.message_color));
        output.tell(&format!("\nno test was run: {}\n", summary(&problems)));
        return Err(Failure::told(Exit::Failed));
    }
    let selected = opened.selected(&options.selecting, output)?;
    let mut tests = opened.session.unit_tests();
    let all = tests.len();
    tests.retain(|test| {
        let selected = selected.as_ref().is_none_or(|selected| test.of_node && selected.labels.contains(&test.subject));
        selected && options.title.as_ref().is_none_or(|text| name(test).contains(text))
    });
    if tests.is_empty() {
        // In a pipeline, `--select state:modified` often selects nothing that is tested.
        if let (Some(selected), None) = (&selected, &options.title) {
            if options.format == TextFormat::Text {
                output.print(&format!("no test is for what `{}` selects\n", selected.text))?;
            }
            return Ok(());
        }
        return Err(match all {
            0 => Failure::unusable("the project has no tests")
                .help("Write one: `test \"…\" for MODEL { given … { … }  expect { … } }`."),
            1 => Failure::unusable("the project's one test is not among those that are asked for"),
            _ => Failure::unusable(format!("none of the project's {all} tests is among those that are asked for")),
        });
    }
    let engine = TestEngine::open(&opened.root)?;
    let mut failed = 0;
    for test in &tests {
        let result = engine.run(&test.case);
        failed += usize::from(!matches!(&result, Ok(outcome) if outcome.passed()));
        output.print(&match options.format {
            TextFormat::Text => for_people(&opened, test, &result, output.color),
            TextFormat::Json => format!("{}\n", for_programs(&opened, test, &result)),
        })?;
    }
    if options.format == TextFormat::Text {
        let passed = count((tests.len() - failed) as u64, "test passed", "tests passed");
        let (tint, end) = match failed {
            0 => (Tint::Green, String::new()),
            failed => (Tint::Red, format!(", {failed} failed")),
        };
        output.print(&format!("\n{}\n", paint(&format!("{passed}{end}"), tint, output.color)))?;
    }
    if failed == 0 { Ok(()) } else { Err(Failure::told(Exit::Failed)) }
}

/// `daily_sales: a day is the sum of its orders`
fn name(test: &UnitTest) -> String {
    format!("{}: {}", test.subject, test.title)
}

/// `models/shop.esk:12`
fn place(opened: &Opened, test: &UnitTest) -> String {
    let text = opened.session.text(&test.at.file).unwrap_or_default();
    let before = text.as_bytes().iter().take(test.at.span.start as usize);
    format!("{}:{}", test.at.file, before.filter(|byte| **byte == b'\n').count() + 1)
}

fn for_people(opened: &Opened, test: &UnitTest, result: &Result<TestOutcome, RunError>, color: bool) -> String {
    let (word, tint) = match result {
        Ok(outcome) if outcome.passed() => ("ok  ", Tint::Green),
        _ => ("FAIL", Tint::Red),
    };
    let mut text = format!("{}  {}", paint(word, tint, color), name(test));
    match result {
        Ok(outcome) if outcome.passed() => text.push('\n'),
        Ok(outcome) => {
            text.push_str(&format!("  ({})\n{}", place(opened, test), difference(outcome, color)));
        }
        Err(error) => {
            let shown = Problem::from(error).shown(color);
            text.push_str(&format!("  ({})\n", place(opened, test)));
            text.extend(shown.lines().map(|line| format!("      {line}\n")));
        }
    }
    text
}

/// Expected rows that did not come out with `-`, others that did with `+`, in one table.
fn difference(outcome: &TestOutcome, color: bool) -> String {
    let mut text = String::new();
    for (columns, what) in [
        (&outcome.missing_columns, "expected, and not returned"),
        (&outcome.unexpected_columns, "returned, and not expected"),
    ] {
        if !columns.is_empty() {
            text.push_str(&format!("      {what}: {}\n", columns.join(", ")));
        }
    }
    if outcome.rows.iter().all(|row| row.mark == Mark::Same) {
        return text;
    }
    let columns = outcome.columns.iter();
    let headings: Vec<Heading> =
        std::iter::once("").chain(columns.map(|column| column.name.as_str())).map(Heading::left).collect();
    let rows: Vec<Vec<String>> = outcome
        .rows
        .iter()
        .map(|row| {
            let sign = match row.mark {
                Mark::Same => " ",
                Mark::Missing => "-",
                Mark::Unexpected => "+",
            };
            let cells = row.cells.iter().map(|cell| cell.clone().unwrap_or_else(|| "null".to_owned()));
            std::iter::once(sign.to_owned()).chain(cells).collect()
        })
        .collect();
    for (number, line) in table(&headings, &rows, color).lines().enumerate() {
        let mark = number.checked_sub(2).map(|row| outcome.rows[row].mark);
        let line = match mark {
            Some(Mark::Missing) => paint(line, Tint::Red, color),
            Some(Mark::Unexpected) => paint(line, Tint::Green, color),
            _ => line.to_owned(),
        };
        text.push_str(&format!("      {line}\n"));
    }
    text + "      - expected, and not returned   + returned, and not expected\n"
}

fn for_programs(opened: &Opened, test: &UnitTest, result: &Result<TestOutcome, RunError>) -> serde_json::Value {
    let passed = matches!(result, Ok(outcome) if outcome.passed());
    json!({
        "test": test.title,
        "subject": test.subject,
        "place": place(opened, test),
        "passed": passed,
        "outcome": result.as_ref().ok(),
        "error": result.as_ref().err().map(|error| json!({ "code": error.code().id(), "title": error.title() })),
    })
}
