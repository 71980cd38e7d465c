//! Formats of `fmt.Printf` that Rust's own formatting prints alike.
//!
//! In: a format and what its operands are. Out: literal text and operands with Rust's format specifications.
//! Invariants: only what both languages print the same for every value of the operand's type; anything else gives none.

/// What an operand is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operand {
    /// An integer of a type without a name.
    Integer {
        /// It is never negative.
        unsigned: bool,
    },
    /// A `bool`.
    Bool,
    /// A string that is known to be UTF-8.
    Text,
}

/// A piece of what is printed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Piece<T> {
    /// As it stands.
    Literal(String),
    /// An operand, and what stands behind the colon in Rust's format.
    Operand(T, String),
}

/// The pieces of a format, operands by their index.
pub fn printf(format: &str, operands: &[Operand]) -> Option<Vec<Piece<usize>>> {
    let mut pieces = Vec::new();
    let mut literal = String::new();
    let mut next = 0;
    let mut rest = format;
    while let Some(at) = rest.find('%') {
        literal.push_str(&rest[..at]);
        let directive = Directive::parse(&rest[at + 1..])?;
        rest = &rest[at + 1 + directive.length..];
        if directive.verb == '%' {
            // Go ignores flags and width there; nobody writes them.
            if directive.length != 1 {
                return None;
            }
            literal.push('%');
            continue;
        }
        let spec = directive.spec(*operands.get(next)?)?;
        if !literal.is_empty() {
            pieces.push(Piece::Literal(std::mem::take(&mut literal)));
        }
        pieces.push(Piece::Operand(next, spec));
        next += 1;
    }
    literal.push_str(rest);
    if !literal.is_empty() {
        pieces.push(Piece::Literal(literal));
    }
    (next == operands.len()).then_some(pieces)
}

/// What `fmt.Println` prints: operands with a space between each two.
pub fn println(count: usize) -> Vec<Piece<usize>> {
    let mut pieces = Vec::new();
    for i in 0..count {
        if i > 0 {
            pieces.push(Piece::Literal(" ".into()));
        }
        pieces.push(Piece::Operand(i, String::new()));
    }
    pieces
}

/// `%-5d`: what stands behind the percent sign.
struct Directive {
    minus: bool,
    plus: bool,
    zero: bool,
    width: String,
    verb: char,
    length: usize,
}

impl Directive {
    /// None where something is used that has no counterpart.
    fn parse(text: &str) -> Option<Directive> {
        let mut directive = Directive {
            minus: false,
            plus: false,
            zero: false,
            width: String::new(),
            verb: ' ',
            length: 0,
        };
        for c in text.chars() {
            directive.length += c.len_utf8();
            match c {
                '-' if directive.width.is_empty() => directive.minus = true,
                '+' if directive.width.is_empty() => directive.plus = true,
                '0' if directive.width.is_empty() => directive.zero = true,
                '0'..='9' if directive.width.len() < 3 => directive.width.push(c),
                _ => {
                    directive.verb = c;
                    return "dsvtxXob%".contains(c).then_some(directive);
                }
            }
        }
        None
    }

    /// What stands behind the colon.
    fn spec(&self, operand: Operand) -> Option<String> {
        let radix = match (self.verb, operand) {
            ('d', Operand::Integer { .. }) => "",
            ('v', Operand::Integer { .. }) if !self.plus => "",
            ('s' | 'v', Operand::Text) | ('t' | 'v', Operand::Bool) if !self.plus && !self.zero => "",
            ('x', Operand::Integer { unsigned: true }) => "x",
            ('X', Operand::Integer { unsigned: true }) => "X",
            ('o', Operand::Integer { unsigned: true }) => "o",
            ('b', Operand::Integer { unsigned: true }) => "b",
            _ => return None,
        };
        let number = matches!(operand, Operand::Integer { .. });
        let align = match (self.width.is_empty(), self.minus, number) {
            (true, ..) => "",
            (_, true, _) => "<",
            (_, false, true) => "",
            (_, false, false) => ">",
        };
        let plus = if self.plus { "+" } else { "" };
        let zero = if self.zero && !self.minus && !self.width.is_empty() {
            "0"
        } else {
            ""
        };
        Some(format!("{align}{plus}{zero}{}{radix}", self.width))
    }
}

/// The format string of Rust's macros, with names written inside where they can be, and the operands that cannot.
pub fn rust_format(pieces: &[Piece<String>]) -> (String, Vec<String>) {
    let mut format = String::new();
    let mut operands = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Literal(text) => format.push_str(&text.replace('{', "{{").replace('}', "}}")),
            Piece::Operand(code, spec) => {
                let inline = code.starts_with(|c: char| c.is_ascii_alphabetic())
                    && code.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
                let name = if inline && !matches!(code.as_str(), "self" | "true" | "false") {
                    code.as_str()
                } else {
                    operands.push(code.clone());
                    ""
                };
                let colon = if spec.is_empty() { "" } else { ":" };
                format.push_str(&format!("{{{name}{colon}{spec}}}"));
            }
        }
    }
    (format, operands)
}

#[cfg(test)]
mod tests {
    use super::*;

    const INT: Operand = Operand::Integer { unsigned: false };
    const UINT: Operand = Operand::Integer { unsigned: true };

    fn rust(format: &str, operands: &[Operand]) -> Option<String> {
        let pieces = printf(format, operands)?;
        let named: Vec<_> = pieces
            .into_iter()
            .map(|p| match p {
                Piece::Literal(text) => Piece::Literal(text),
                Piece::Operand(i, spec) => Piece::Operand(format!("a{i}"), spec),
            })
            .collect();
        Some(rust_format(&named).0)
    }

    #[test]
    fn directives_have_their_counterparts() {
        let check = |format, operands: &[Operand], expected: &str| {
            assert_eq!(rust(format, operands).as_deref(), Some(expected), "{format}");
        };
        check("key%d", &[INT], "key{a0}");
        check("100%% {x}", &[], "100% {{x}}");
        check("%5d|%-5d|%05d|%+d", &[INT; 4], "{a0:5}|{a1:<5}|{a2:05}|{a3:+}");
        check("%-05d", &[INT], "{a0:<5}");
        check("%8s|%-8s|%v", &[Operand::Text; 3], "{a0:>8}|{a1:<8}|{a2}");
        check("%t %6v", &[Operand::Bool; 2], "{a0} {a1:>6}");
        check("%08x%X", &[UINT; 2], "{a0:08x}{a1:X}");
    }

    #[test]
    fn what_differs_is_left_to_the_runtime() {
        let check = |format, operands: &[Operand]| assert_eq!(rust(format, operands), None, "{format}");
        check("%x", &[INT]);
        check("%x", &[Operand::Text]);
        check("%d", &[]);
        check("none", &[INT]);
        check("%d", &[Operand::Text]);
        check("%05s", &[Operand::Text]);
        check("%q", &[Operand::Text]);
        check("%.3s", &[Operand::Text]);
        check("%*d", &[INT, INT]);
        check("%[1]d", &[INT]);
        check("%", &[]);
        check("%5%", &[]);
    }
}
