//! What the project file means, and what is said of mistakes in it.

use super::*;

/// The problems, each as `what stands there: title`.
fn told(text: &str) -> Vec<String> {
    let (_, problems) = Config::read_with(text, &environment);
    let shown = |problem: &Diagnostic| {
        let span = problem.primary.at.span.range();
        format!("{} {}: {}", problem.code.id(), &text[span], problem.title)
    };
    let mut problems: Vec<&Diagnostic> = problems.iter().collect();
    problems.sort_by_key(|problem| problem.primary.at.span.start);
    problems.into_iter().map(shown).collect()
}

fn read(text: &str) -> Config {
    let (config, problems) = Config::read_with(text, &environment);
    assert_eq!(problems, [], "{text}");
    config
}

fn environment(name: &str) -> Option<String> {
    (name == "DATA").then(|| "/srv/secret-place".to_string())
}

#[test]
fn an_empty_file_means_the_defaults() {
    assert_eq!(read(""), Config::default());
}

#[test]
fn everything_may_stand_in_it() {
    let config = read(
        r#"
        [project]
        name = "shop"
        edition = "2026"
        schema = "analytics"
        models = ["models", "more"]
        engine = "big"

        [engine.local]
        type = "duckdb"
        path = "${NOT_ASKED_FOR}"
        [engine.big]
        path = "${DATA}/big.duckdb"

        [environments]
        default = "dev"

        [vars]
        region = "eu"

        [lint]
        W0701 = "error"

        [defaults]
        kind = "incremental by time (day) { every day  lookback 2 }"
        cron = "0 5 * * *"
        start = 2023-01-01
        owner = "Ann \"A\" Lee"
        access = "public"
        tags = ["core", "p i i"]

        [dependencies]
        crm = "../crm/"
        erp = { path = "erp.interface.esk", database = "../erp.duckdb" }

        [contracts]
        baseline = "env:prod"
        "#,
    );
    assert_eq!((config.settings.name.as_str(), config.settings.schema.as_str()), ("shop", "analytics"));
    assert_eq!(config.models, ["models", "more"]);
    assert_eq!((config.engine.name.as_str(), config.engine.path.as_str()), ("big", "/srv/secret-place/big.duckdb"));
    assert_eq!(config.environment, "dev");
    assert_eq!(config.settings.vars["region"], "'eu'");
    assert_eq!(config.lint["W0701"], Some(Level::Error));
    assert_eq!(
        config.settings.defaults.lines().collect::<Vec<_>>(),
        [
            "kind incremental by time (day) { every day  lookback 2 }",
            "cron \"0 5 * * *\"",
            "start 2023-01-01",
            "owner \"Ann \\\"A\\\" Lee\"",
            "access public",
            "tags (\"core\", \"p i i\")",
        ]
    );
    assert_eq!(config.settings.dependencies["crm"], "../crm/crm.interface.esk");
    assert_eq!(config.settings.dependencies["erp"], "erp.interface.esk");
    assert_eq!(config.dependencies["crm"].database, None);
    assert_eq!(config.dependencies["erp"].database.as_deref(), Some("../erp.duckdb"));
    assert_eq!(config.baseline.as_deref(), Some("env:prod"));
}

#[test]
fn the_first_engine_is_used_unless_another_is_named() {
    let engines = "[engine.z]\npath = \"z.db\"\n[engine.a]\npath = \"a.db\"\n";
    assert_eq!(read(engines).engine.path, "z.db");
    assert_eq!(read(&format!("project.engine = \"a\"\n{engines}")).engine.path, "a.db");
    assert_eq!(told(&format!("project.engine = \"locl\"\n{engines}")), ["E0218 \"locl\": there is no engine `locl`"]);
}

#[test]
fn what_is_wrong_is_told_at_once_each_at_its_place() {
    let cases: &[(&str, &[&str])] = &[
        ("projct = 1", &["E0219 projct: `esker.toml` has no section `projct`"]),
        ("project = 1", &["E0218 1: `project` must be a section: `[project]`"]),
        (
            "[project]\nname = 3\nmodels = [1, 'a', '']\nedition = '2025'\nnmae = ''",
            &[
                "E0218 3: `project.name` must be a string",
                "E0218 1: `project.models` must be a string",
                "E0218 '': `project.models` must not be empty",
                "E0218 '2025': `project.edition` must be \"2026\"",
                "E0219 nmae: `[project]` has no key `nmae`",
            ],
        ),
        ("[project]\nmodels = []", &["E0218 []: `project.models` must not be empty"]),
        ("[project]\nmodels = 'a'", &["E0218 'a': `project.models` must be a list of strings"]),
        ("[project]\nname = 2024-01-01", &["E0218 2024-01-01: `project.name` must be a string"]),
        ("[project]\nname = ''", &["E0218 '': `project.name` must not be empty"]),
        ("[project]\nname = 'z-v'", &["E0218 'z-v': `z-v` cannot name a project"]),
        ("[project]\nname = '2shop'", &["E0218 '2shop': `2shop` cannot name a project"]),
        ("[project]\nname = '_Shop2'", &[]),
        ("[engine]\ndefault = 'a'", &["E0218 'a': `engine.default` must be a section: `[engine.default]`"]),
        ("[engine.a]\ntype = 'DuckDB'", &["E0218 'DuckDB': there is no engine \"DuckDB\""]),
        ("[engine.a]\ntype = 1", &["E0218 1: `engine.a.type` must be \"duckdb\""]),
        // What another engine would need is not told besides.
        (
            "[engine.a]\ntype = 'postgres'\nhost = 'h'",
            &["E0201 'postgres': the engine \"postgres\" is not supported yet"],
        ),
        (
            "[engine.a]\ntype = 'postgres'\npassword = 'x'",
            &[
                "E0201 'postgres': the engine \"postgres\" is not supported yet",
                "E0240 'x': a secret is written out in `engine.a.password`",
            ],
        ),
        (
            "[engine.a]\npath = 'md:x?motherduck_token=ey'",
            &["E0240 'md:x?motherduck_token=ey': a secret is written out in `engine.a.path`"],
        ),
        ("[environments]\ndefault = 'Dev'", &["E0218 'Dev': `Dev` cannot name an environment"]),
        ("[environments.dev]", &["E0219 dev: `[environments]` has no key `dev`"]),
        (
            "[vars]\nnow = 1\n\"a-b\" = 1\nc = [1, 'x']\nd = {}",
            &[
                "E0218 now: `$now` is a variable of Esker itself",
                "E0218 \"a-b\": `a-b` cannot name a variable",
                "E0218 [1, 'x']: the values of a list must be of one type",
                "E0218 {}: `vars.d` must be a string, a number, a boolean, a date or a list of these",
            ],
        ),
        (
            "[lint]\nW0701 = 'warning'",
            &["E0218 'warning': `lint.W0701` must be \"allow\", \"info\", \"warn\" or \"error\""],
        ),
        ("[lint]\nW0711 = 'warn'", &["E0219 W0711: there is no problem `W0711`"]),
        ("[lint]\nunknown-ref = 'warn'", &["E0218 'warn': `E0301` is an error and stays one"]),
        ("[lint]\nE0301 = 'error'", &[]),
        (
            "[vars]\na = 9223372036854775808\nb = 1e999\nc = [-inf, 9223372036854775807]",
            &["E0218 9223372036854775808: `vars.a` is too large", "E0218 1e999: `vars.b` is too large"],
        ),
        (
            "[lint]\nW0701 = 'info'\nstart-inside-cell = 'warn'",
            &["E0218 start-inside-cell: the level of `W0701` is set twice"],
        ),
        (
            "[defaults]\nkind = 'fll'\nstart = '2023-02-30'\naccess = 'all'",
            &[
                "E0212 'fll': there is no kind `fll`",
                "E0204 '2023-02-30': there is no date `2023-02-30`",
                "E0218 'all': `defaults.access` must be \"private\", \"protected\" or \"public\"",
            ],
        ),
        (
            "[defaults]\ncron = '@dayly'\nschema = 'x'",
            &["E0701 '@dayly': there is no cron `@dayly`", "E0219 schema: `[defaults]` has no key `schema`"],
        ),
        ("[defaults]\ngroup = \"a\\nowner 'x'\"", &["E0218 \"a\\nowner 'x'\": a default is one line"]),
        ("[defaults]\ngroup = 'a } model b {'", &["E0218 'a } model b {': a default is one line of a model"]),
        (
            "project.name = 'me'\n[dependencies]\nme = '.'\n'a b' = '.'\nc = {}\nd = { pth = 'x' }\ne = 1",
            &[
                "E0218 me: the project depends on itself",
                "E0218 'a b': `a b` cannot name a project",
                "E0218 {}: `[dependencies.c]` has no `path`",
                "E0218 { pth = 'x' }: `[dependencies.d]` has no `path`",
                "E0219 pth: `[dependencies.d]` has no key `pth`",
                "E0218 1: `dependencies.e` must be a string or a table of database and path",
            ],
        ),
        ("[contracts]\nbaseline = 'git:main'", &["E0201 'git:main': the baseline \"git:main\" is not supported yet"]),
        (
            "[contracts]\nbaseline = 'esker.lock'",
            &["E0201 'esker.lock': the baseline \"esker.lock\" is not supported yet"],
        ),
        ("[contracts]\nbaseline = 'env:'", &["E0218 'env:': `` cannot name an environment"]),
        ("[contracts]\nbaseline = 'prod'", &["E0218 'prod': \"prod\" is not a baseline"]),
        (
            "project.name = '${DATA}'",
            &["E0218 '${DATA}': variables of the environment may stand only under `[engine.…]`"],
        ),
        (
            "[vars]\nx = ['${DATA}']",
            &["E0218 '${DATA}': variables of the environment may stand only under `[engine.…]`"],
        ),
        ("[engine.a]\npath = 'x/${NOPE}/${DATA}'", &["E0241 ${NOPE}: the environment has no variable `NOPE`"]),
        ("[engine.a]\npath = '${DATA'", &["E0241 ${: `${` is not closed"]),
        ("[engine.a]\n[engine.b]\npath = '${A-B}'", &["E0241 ${A-B}: `A-B` cannot name a variable of the environment"]),
    ];
    for (text, expected) in cases {
        assert_eq!(&told(text), expected, "{text}");
    }
}

#[test]
fn all_syntax_errors_are_told_one_a_line() {
    let cases: &[(&str, &[&str])] = &[
        ("[project\nname = 3\n[vars]\na = \nb = yes", &["unclosed table", "the value is missing", "must be quoted"]),
        // Of which section the keys below a broken heading are, nobody knows.
        ("[project\nname = 'x'\n", &["unclosed table"]),
        ("[engine.a]\n[vars\nx = 1\n[projct]\n", &["unclosed table", "no section `projct`"]),
        ("name: shop", &["`esker.toml` is not TOML"]),
        ("[vars]\na = 1\na = 2\n", &["`a` stands here twice"]),
        ("[vars]\na = 1\n[vars]\nb = 1\n", &["`vars` stands here twice"]),
        ("[project]\nname = 'a", &["invalid literal string"]),
        // What stands in other lines is told, too; what was meant by broken ones is not guessed.
        ("project.name = 3\nproject.engine = 'a'\n[engine.a!]\n", &["must be a string", "is not TOML"]),
    ];
    for (text, expected) in cases {
        let problems = told(text);
        let as_expected = problems.iter().zip(*expected).all(|(problem, expected)| problem.contains(expected));
        assert!(as_expected && problems.len() == expected.len(), "{text}: {problems:?}");
    }
}

#[test]
fn one_mistake_has_no_followers() {
    let (config, _) = Config::read_with("[vars]\na = [1, 'x']\nb = {}\n[dependencies]\nshop = 1", &environment);
    assert_eq!(config.settings.vars, BTreeMap::from([("a", "null"), ("b", "null")].map(|(k, v)| (k.into(), v.into()))));
    assert!(config.settings.dependencies.contains_key("shop"));
    assert!(config.dependencies.is_empty());
    for kind in ["'fll'", "3"] {
        let (config, _) = Config::read_with(&format!("[defaults]\nkind = {kind}"), &environment);
        assert_eq!(config.settings.defaults, "kind full\n", "{kind}");
    }
    let (config, _) = Config::read_with("[project]\nschema = 'a'\nschema = 'b'\n[vars]\nx = 1", &environment);
    assert_eq!((config.settings.schema.as_str(), config.settings.vars["x"].as_str()), ("a", "1"));
}

#[test]
fn what_comes_from_the_environment_is_never_shown() {
    let config = read("[engine.a]\npath = \"${DATA}/x.db\"");
    assert_eq!(config.engine.path, "/srv/secret-place/x.db");
    assert!(!format!("{config:?}").contains("secret"), "{config:?}");
    assert_eq!(config.engine.hide("cannot open `/srv/secret-place/x.db`"), "cannot open `${DATA}/x.db`");
}

#[test]
fn levels_are_set_and_what_is_allowed_is_dropped() {
    let problem = || Diagnostic::new(diagnostics::START_INSIDE_CELL, "x", location(0..0), "here");
    let error = || Diagnostic::new(diagnostics::UNKNOWN_REF, "x", location(0..0), "here");
    for (level, expected) in [("allow", None), ("info", Some(Level::Info)), ("error", Some(Level::Error))] {
        let config = read(&format!("[lint]\nstart-inside-cell = \"{level}\""));
        let mut problems = vec![error(), problem()];
        config.levels(&mut problems);
        let levels: Vec<Level> = problems.iter().map(|problem| problem.level).collect();
        assert_eq!(levels, std::iter::once(Level::Error).chain(expected).collect::<Vec<_>>(), "{level}");
    }
}

#[test]
fn nothing_panics_on_broken_text() {
    let text = include_str!("../../../../examples/weather/esker.toml");
    for at in (0..text.len()).filter(|at| text.is_char_boundary(*at)) {
        for damage in ["", "\"", "[", "]", "=", "${", "{", "\n", "é"] {
            told(&format!("{}{damage}{}", &text[..at], &text[at..]));
            told(&format!("{}{damage}", &text[..at]));
        }
    }
}
