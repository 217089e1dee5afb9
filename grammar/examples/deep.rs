//! x
fn main(){ let s=format!("{}\nmodel next {{\n    kind view\n    sql {{ select 1 as x }}\n}}\n", include_str!("../tests/language.esk"));
 let mut n=0;
   let line=|t:&str, o:u32| t[..o as usize].matches('\n').count()+1;
 let show=|what:String,t:&str,ok:bool|{ let p=esker_grammar::parse(&t); if p.errors.len()>1 || (!ok&&p.errors.len()!=1) || p.file.items.len()!=3 { println!("{what}: items {}", p.file.items.len()); for e in &p.errors { println!("     {} [{}] {}", line(t,e.span.start), e.kind.name(), e.kind.title()); } } };
 for (i,c) in s.char_indices() { if "{}()\"'`,".contains(c) { let mut t=s.clone(); t.insert(i,c); n+=1;
   show(format!("+{c} at line {} `{}`", line(&s,i as u32), s[..i].rsplit('\n').next().unwrap().trim_start().to_owned()+s[i..].split('\n').next().unwrap()),&t,true); } }
 for k in esker_grammar::tokens(&s) { let w=&s[k.span.range()]; if format!("{:?}",k.kind)=="Word" && w.len()>2 && w.as_bytes()[1]!=w.as_bytes()[2] { let mut t=s.clone(); let b=k.span.start as usize; let sw=format!("{}{}{}{}",&w[..1],&w[2..3],&w[1..2],&w[3..]); t.replace_range(k.span.range(),&sw);
   let q=esker_grammar::parse(&t); if q.errors.len()!=1 { println!("{w} -> {sw} line {}: {:?}", line(&s,b as u32), q.errors.iter().map(|e| format!("{} {}",line(&t,e.span.start),e.kind.title())).collect::<Vec<_>>()); } else { let e=&q.errors[0]; if line(&t,e.span.start)!=line(&s,b as u32) {println!("other line {w}");}  }
 } }
 for (l,_) in s.lines().enumerate() { let t:Vec<&str>=s.lines().enumerate().filter(|(i,_)|*i!=l).map(|x|x.1).collect(); show(format!("without line {} `{}`",l+1,s.lines().nth(l).unwrap()), &(t.join("\n")+"\n"), true); }
 println!("{n}");
}
