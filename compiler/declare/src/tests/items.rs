//! Sources, seeds, functions, audits, tests, consumers, groups and the rest.

use super::{check, decl, help};
use crate::{DataType, FileFormat, ItemDecl, ParamType, RowsDecl, TestSubject, Value};

#[test]
fn sources_and_seeds() {
    check(
        r#"source s {
    columns {
        id bigint
        include address
        include all                     //~ include all ~ `include all` is no property of a source's columns
        exclude (id)                    //~ exclude (id) ~ `exclude` is no property of a source's columns
        name                            //~ name ~ column `name` has no type
    }
    freshness at { warn after 2 days  error after 1 day } //~ freshness ~ `error after` does not take this value
    cron @daily                         //~ cron ~ `cron` is no property of a source
    read xml "a.xml"                    //~ xml ~ `xml` is not one of the words that may stand here
}

source t {                              //~ t ~ the list of columns is missing
    freshness at { warn after 2 months  wran after 1 day } //~ warn after 2 months ~ `2 months` does not fit here //~ wran after 1 day ~ `wran` is not one of the words that may stand here
}

seed e {                                //~ e ~ the seed's file is missing
    columns { id bigint }
    csv { header true }
}

seed f {
    columns { id bigint }
    path "a.csv"
    read csv "b.csv"                    //~ read ~ `path` is stated twice
    csv { header true  HEADER false  delim semicolon  delm ";" } //~ delm ";" ~ `read csv` has no option `delm` //~ HEADER false ~ `HEADER` is stated twice //~ delim semicolon ~ `semicolon` does not fit here
}
"#,
    );
    let ItemDecl::Source(source) = decl(
        "source s {\n columns { id bigint }\n owner \"a\"\n tags (x)\n freshness at { warn after 12 hours  error after 1 day }\n}\n",
    ) else {
        panic!()
    };
    let freshness = source.freshness.unwrap();
    assert_eq!((freshness.warn, freshness.error), (Some(720), Some(1440)));
    let ItemDecl::Seed(seed) =
        decl("seed s {\n columns { id bigint }\n csv { delim \";\"  nullstr (\"\", \"NA\") }\n path \"s.csv\"\n}\n")
    else {
        panic!()
    };
    let read = seed.read.unwrap();
    assert_eq!((read.format, read.path.as_str()), (FileFormat::Csv, "s.csv"));
    assert_eq!(read.options, [("delim".into(), "';'".into()), ("nullstr".into(), "['', 'NA']".into())]);
}

#[test]
fn columns_and_their_constraints() {
    check(
        r#"columns address {
    street varchar not null not null                //~ not null ~ `not null` is stated twice
    zip varchar default none                        //~ default none ~ `none` does not fit here
    since date default 2024-02-30                   //~ default 2024-02-30 ~ there is no date `2024-02-30`
    price decimal(2, 18)                            //~ decimal(2, 18) ~ `decimal(2, 18)` has numbers that do not fit the type
    cost money(3)                                   //~ money(3) ~ `money(3)` has numbers that do not fit the type
    size decimall(3)                                //~ decimall(3) ~ there is no type `decimall`
    pair struct(a bigint, A bigint)                 //~ struct(a bigint, A bigint) ~ field `A` stands twice
    STREET varchar                                  //~ STREET ~ column `STREET` is declared twice
    owner bigint references people@1.5(id)          //~ references people@1.5(id) ~ `1.5` cannot be the label of a version
    gone bigint deprecated soon                     //~ deprecated soon ~ `soon` is no date
    rename a as b                                   //~ a as b ~ `rename` is no property of a column set
}
"#,
    );
    let ItemDecl::Columns(columns) = decl(
        "columns c {\n a money[] tags (pii) references people@2(id) deprecated 2027-01-01 \"why\"\n b interval default 3 days\n}\n",
    ) else {
        panic!()
    };
    let [crate::ColumnsEdit::Define(a), crate::ColumnsEdit::Define(b)] = columns.as_slice() else { panic!() };
    assert_eq!(a.ty, DataType::List(Box::new(DataType::Named("money".into()))));
    assert_eq!(a.references.as_ref().unwrap().node.to_string(), "people@2");
    assert_eq!((a.tags.as_slice(), a.deprecated.is_some()), (&["pii".to_string()][..], true));
    assert_eq!(b.default, Some(Value::Interval(3, "day".into())));
}

#[test]
fn parameters() {
    check(
        r#"fn f(a bigint, a bigint, c column, start date, b any = 1) -> bigint { //~ a ~ parameter `a` stands twice //~ column ~ a function's parameter cannot be a `column` //~ start ~ a parameter cannot be called `start` //~ any ~ a function's parameter cannot be a `any`
    sql { $a }
}

audit g(
    c column,
    lo decimal(18, 2) = "x",    //~ lo ~ `"x"` does not fit here
    hi decimal(18, 2) = null,
    list any[] = (1, "a"),
    step interval = day,
    m model,                    //~ m ~ parameter `m` must be given, but stands behind one that need not
    where_ condition = true,
    cs columns = (a, b)
) {
    sql { select * from this }
}

audit h(n any = word) {         //~ n ~ `word` does not fit here
    sql for spark { select 1 }  //~ sql ~ SQL for the engine `spark` alone is not supported yet
}

type shop.money = decimal(18, 2) //~ shop.money ~ the name of a `type` is one word
"#,
    );
    assert_eq!(help("type shop.money = bigint\n"), "Write `type money`, or `shop_money`.");
    let ItemDecl::Audit(audit) = decl(
        "audit g(c column, cs columns, m model, w condition, v any, vs any[], n bigint[] = (1)) {\n sql { select 1 }\n}\n",
    ) else {
        panic!()
    };
    let types: Vec<_> = audit.params.iter().map(|param| param.ty.clone()).collect();
    assert_eq!(
        types,
        [
            ParamType::Column,
            ParamType::Columns,
            ParamType::Model,
            ParamType::Condition,
            ParamType::Any,
            ParamType::AnyList,
            ParamType::Value(DataType::List(Box::new(DataType::BigInt))),
        ]
    );
}

#[test]
fn tests_are_whole() {
    check(
        r#"test "a" for m {                      //~ "a" ~ `expect` is missing
    given orders { (id, ID)                 //~ ID ~ column `ID` is declared twice
        (1)                                 //~ 1 ~ this row has 1 value, the heading 2 columns
        (1, paid)                           //~ paid ~ `paid` does not fit here
        (1, 2024-02-30)                     //~ 2024-02-30 ~ there is no date `2024-02-30`
    }
    given orders { }                        //~ orders ~ `given orders` is stated twice
    given this { }                          //~ this ~ only the test of an audit has `given this`
    given people { (1, 2) }                 //~ people ~ the heading of the rows is missing
    during 2024-01-02 to 2024-01-01         //~ 2024-01-01 ~ the interval ends before it begins
    now soon                                //~ soon ~ `soon` is no date
    $start = 2024-01-01                     //~ $start ~ `$start` is no variable of the project
    $env = "prod"
}

test "b" for m@1, m@1 {                     //~ m@1 ~ model `m@1` stands twice
    expect orderd { (id) (1) }              //~ orderd ~ `orderd` is not one of the words that may stand here
    expect { (id) (2) }                     //~ expect ~ `expect` is stated twice
}

test "" for audit not_null(id) {            //~ "" ~ the test's title is missing //~ "" ~ `given this` is missing
    expect { }
}
"#,
    );
    let ItemDecl::Test(test) = decl(
        "test \"x\" for m {\n given a@2 { (id, at)\n (1, 2024-01-01)\n (-2, null)\n }\n given b csv \"b.csv\"\n given c sql { select 1 as id }\n expect ordered partial { (id) (1) }\n during 2024-01-01 to 2024-01-02\n now 2024-02-01\n $region = \"eu\"\n}\n",
    ) else {
        panic!()
    };
    let RowsDecl::Table { rows, .. } = &test.given[0].rows else { panic!() };
    assert_eq!(rows.len(), 2);
    assert_eq!(test.given[1].rows, RowsDecl::Csv("b.csv".into()));
    assert_eq!((&test.given[2].rows, test.given[2].line), (&RowsDecl::Sql, 2));
    let expect = test.expect.unwrap();
    assert!(expect.ordered && expect.partial);
    let (from, to) = test.during.unwrap();
    assert_eq!(
        (from.to_string(), to.unwrap().to_string()),
        ("2024-01-01 00:00:00".into(), "2024-01-03 00:00:00".into())
    );
    assert_eq!(test.vars, [("region".into(), Value::Text("eu".into()), 6)]);
    assert!(matches!(test.subject, Some(TestSubject::Nodes(nodes)) if nodes.len() == 1));
}

#[test]
fn consumers_and_groups() {
    check(
        r#"consumer c {
    kind dashbord                           //~ dashbord ~ `dashbord` is not one of the words that may stand here
    read csv "x"                            //~ read ~ `read` is no property of a consumer
    reads m@1 (a, A)                        //~ A ~ column `A` stands twice
    reads m@1                               //~ m@1 ~ `reads m@1` is stated twice
    reads m@1.5                             //~ m@1.5 ~ `1.5` cannot be the label of a version
}

group g {
    owner "a"
    members ("a", "b", "a")                 //~ "a" ~ member `a` stands twice
    url "x"                                 //~ url ~ `url` is no property of a group
}
"#,
    );
    assert_eq!(help("consumer c {\n read csv \"x\"\n}\n"), "Did you mean `reads`?");
    assert_eq!(
        help("group g {\n cron @daily\n}\n"),
        "Move it to the item it is meant for, or remove it: a group has `members`, `owner`."
    );
    let ItemDecl::Selector(Some(selection)) = decl("selector s = +tag:core, m@2 except x\n") else { panic!() };
    assert!(matches!(selection, crate::Selection::Except(..)));
}
