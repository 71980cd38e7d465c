//! The comment ledger: where comments are attached, and that each is attached once wherever it stands.

use gort_translator::source::FileId;
use gort_translator::syntax::ledger::{Defect, Ledger, Side};
use gort_translator::syntax::{Parser, token_places};

/// `comment side kind "node"` for each comment.
fn attached(text: &str) -> Vec<String> {
    let mut diagnostics = Vec::new();
    let file = Parser::default().parse(FileId(0), text, &mut diagnostics);
    let ledger = Ledger::of(&file, text);
    assert_eq!(ledger.defects(&file, text), [], "{text}");
    let show = |e: &gort_translator::syntax::ledger::Entry| {
        let comment = &file.comments[e.comment.0 as usize];
        let node = ledger.nodes[e.node];
        let source = text[node.span.start as usize..node.span.end as usize].replace(['\n', '\t'], " ");
        let source: String = source.chars().take(12).collect();
        format!("{} {:?} {:?} {source}", comment.text, e.side, node.kind)
    };
    ledger.entries.iter().map(show).collect()
}

#[test]
fn comments_belong_to_what_they_stand_beside() {
    let text = "// 0\n\npackage p // 1\n\n// 2\nfunc f(a int /* 3 */, /* 4 */ b int) { // 5\n\tx := 1 // 6\n\t// 7\n\tg(x, // 8\n\t\t/* 9 */ b)\n\t// 10\n}\n\n\
                type t struct { // 11\n\ta int // 12\n\t// 13\n}\n\nfunc e() {\n\t// 14\n}\n\nfunc s(n int) {\n\tswitch n {\n\tcase 1: // 15\n\t\t// 16\n\tdefault: // 17\n\t}\n}\n// 18\n";
    assert_eq!(
        attached(text),
        [
            "// 0 Before Package p",
            "// 1 After Package p",
            "// 2 Before Decl func f(a int",
            "/* 3 */ After Field a int",
            "/* 4 */ Before Field b int",
            "// 5 Head Block { // 5  x :=",
            "// 6 After Stmt x := 1",
            "// 7 Before Stmt g(x, // 8   ",
            "// 8 After Expr x",
            "/* 9 */ Before Expr b",
            "// 10 Tail Block { // 5  x :=",
            "// 11 Head FieldList { // 11  a i",
            "// 12 After Field a int",
            "// 13 Tail FieldList { // 11  a i",
            "// 14 Tail Block {  // 14 }",
            "// 15 After ClauseHead case 1:",
            "// 16 Before Clause default: // ",
            "// 17 After ClauseHead default:",
            "// 18 Tail File // 0  packag",
        ]
    );
}

#[test]
fn a_ledger_that_lies_is_found_out() {
    let text = "package p\n\nfunc f() { /* 0 */ g() /* 1 */ }\n";
    let file = Parser::default().parse(FileId(0), text, &mut Vec::new());
    let good = Ledger::of(&file, text);
    let mut twice = good.clone();
    twice.entries[1].comment = twice.entries[0].comment;
    assert!(twice.defects(&file, text).len() >= 2);
    let mut far = good.clone();
    far.entries[0].side = Side::After;
    assert!(matches!(far.defects(&file, text)[..], [Defect::Misplaced(_)]));
    let mut short = file.clone();
    short.comments.pop();
    assert!(matches!(good.defects(&short, text)[0], Defect::NotAComment(_)));
}

/// Every kind of statement, expression and declaration.
const SEED: &str = include_str!("ledger_seed.go.txt");

/// Numbers that look random.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n as u64) as usize
    }
}

/// Whatever comments stand between whichever tokens, also where they end a line and with it a statement: each is attached
/// once.
#[test]
fn comments_anywhere_are_attached_once() {
    let places = token_places(SEED);
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    for round in 0..400 {
        let mut text = String::new();
        let mut end = 0;
        for place in &places {
            text.push_str(&SEED[end..place.start as usize]);
            // Few comments in some rounds, so that most of the text keeps its meaning; many in others.
            if numbers.below(1 + round / 4) == 0 {
                let comments = ["/* c */", " // c\n", "/* c\nc */", " // c\n// c\n", "/*c*//*c*/"];
                text.push_str(comments[numbers.below(if round % 2 == 0 { 1 } else { 5 })]);
            }
            text.push_str(&SEED[place.start as usize..place.end as usize]);
            end = place.end as usize;
        }
        text.push_str(&SEED[end..]);
        attached(&text);
    }
}
