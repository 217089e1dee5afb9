//! Arguments of audits.

use super::{check, model};
use crate::{Value, VersionName};

#[test]
fn arguments_are_values_names_and_sql() {
    let found = model(
        "model m {\n audit a(id, m@2, raw.orders, sql { a > 0 }, (\"x\", 1_000), min => -1.5, step => 3 days, at => 2024-01-31)\n}\n",
    );
    let audits = found.shared.audits.unwrap();
    let args = &audits[0].args;
    let names: Vec<_> = args.iter().map(|(name, _)| name.as_deref()).collect();
    assert_eq!(names, [None, None, None, None, None, Some("min"), Some("step"), Some("at")]);
    let values: Vec<&Value> = args.iter().map(|(_, value)| value).collect();
    assert_eq!(*values[0], Value::Word("id".into()));
    assert!(matches!(values[1], Value::Node(node) if node.version == Some(VersionName::Integer(2))));
    assert!(matches!(values[2], Value::Node(node) if node.name == "raw.orders"));
    assert!(matches!(values[3], Value::Sql(sql) if sql.tokens.len() == 3));
    assert_eq!(*values[4], Value::List(vec![Value::Text("x".into()), Value::Integer("1000".into())]));
    assert_eq!(*values[5], Value::Decimal("-1.5".into()));
    assert_eq!(*values[6], Value::Interval(3, "day".into()));
    assert_eq!(values[7].to_sql().as_deref(), Some("date '2024-01-31'"));
}

#[test]
fn arguments_that_do_not_exist() {
    check(
        r#"model m {
    audit a(2024-02-30)         //~ 2024-02-30 ~ there is no date `2024-02-30`
    audit a(step => -3 days)    //~ step => -3 days ~ `-3 days` does not fit here
    audit a(m@1.5)              //~ m@1.5 ~ `1.5` cannot be the label of a version
}
"#,
    );
}
