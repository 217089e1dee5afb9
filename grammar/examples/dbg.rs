fn main() {
    let mut s = String::new();
    use std::io::Read;
    std::io::stdin().read_to_string(&mut s).unwrap();
    let p = esker_grammar::parse(&s);
    println!("{:#?}\n{:?}", p.file, p.errors);
    for e in &p.errors {
        println!("{:?} {} | {} | {:?} | {:?}", e.span, e.kind.title(), e.kind.label(), e.kind.why(), e.kind.help());
    }
}
