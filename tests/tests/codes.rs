//! The grammar stands below the register of codes and names its own as text: they must be those of the register.

use esker_diagnostics::Code;

#[test]
fn the_grammar_names_registered_codes() {
    let errors =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../grammar/src/errors.rs")).expect("is there");
    let mut found = 0;
    for line in errors.lines() {
        let Some((_, pair)) = line.split_once("(\"E") else { continue };
        let Some((digits, name)) = pair.trim_end_matches("\"),").split_once("\", \"") else { continue };
        let id = format!("E{digits}");
        let code = Code::find(&id).unwrap_or_else(|| panic!("{id} {name} is not registered in codes.rs"));
        assert_eq!(code.name(), name, "{id} has another name in the register");
        // It tells forms of types that cannot be declared with the code of unknown types.
        found += usize::from(id.starts_with("E01"));
    }
    let registered = Code::all().filter(|code| code.id().starts_with("E01")).count();
    assert_eq!(
        found, registered,
        "the register has codes that the grammar never raises, or the pairs look different now"
    );
}
