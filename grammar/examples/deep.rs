//! x
fn main() {
    for p in std::env::args().skip(1) {
        let t = std::fs::read_to_string(&p).unwrap();
        let b = t.split("```esker\n").nth(1).unwrap().split("```").next().unwrap();
        println!("{p}\n{b}");
        for e in esker_grammar::parse(b).errors {
            let line = b[..e.span.start as usize].matches('\n').count() + 1;
            println!(
                "  >> {line} [{}] {} | {} | {:?} | {:?}",
                e.kind.name(),
                e.kind.title(),
                e.kind.label(),
                e.kind.why(),
                e.kind.help()
            );
        }
    }
}
