//! A piece of Rust expression with its precedence, so that parentheses stand only where Rust needs them.

use std::fmt;

/// How tightly an expression binds; a greater value binds tighter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub(super) enum Prec {
    /// A closure, `return`, `break`, a range: swallows all to its right.
    Lowest,
    Or,
    And,
    Compare,
    BitOr,
    BitXor,
    BitAnd,
    Shift,
    Sum,
    Product,
    Cast,
    Unary,
    /// Calls, fields, literals, names, blocks in parentheses.
    Postfix,
}

/// An expression as text.
#[derive(Debug, Clone)]
pub(super) struct Code {
    /// The text.
    pub text: String,
    /// Its precedence.
    pub prec: Prec,
    /// It starts with a block-like keyword or brace, which a statement would take for a statement of its own.
    pub block: bool,
}

impl Code {
    /// A name, call, field access or literal.
    pub(super) fn postfix(text: impl Into<String>) -> Code {
        Code {
            text: text.into(),
            prec: Prec::Postfix,
            block: false,
        }
    }

    /// An operator expression.
    pub(super) fn new(text: impl Into<String>, prec: Prec) -> Code {
        Code {
            text: text.into(),
            prec,
            block: false,
        }
    }

    /// `{ … }`, `match`, `if`.
    pub(super) fn block(text: impl Into<String>) -> Code {
        Code {
            text: text.into(),
            prec: Prec::Postfix,
            block: true,
        }
    }

    /// The text, in parentheses unless it binds at least as tightly as asked.
    pub(super) fn at(&self, prec: Prec) -> String {
        if self.prec >= prec && !(self.block && prec > Prec::Lowest) {
            self.text.clone()
        } else {
            format!("({})", self.text)
        }
    }

    /// As the operand of a method call, field access or index.
    pub(super) fn operand(&self) -> String {
        // Rust dereferences by itself there.
        if self.prec == Prec::Unary
            && let Some(place) = self.text.strip_prefix('*')
            && !place.starts_with(['*', '&', '-', '!', '('])
        {
            return place.to_owned();
        }
        self.at(Prec::Postfix)
    }

    /// `self.name(args)`
    pub(super) fn method(&self, name: &str, args: &[Code]) -> Code {
        Code::postfix(format!("{}.{name}({})", self.operand(), join(args)))
    }

    /// `self.name`
    pub(super) fn field(&self, name: &str) -> Code {
        Code::postfix(format!("{}.{name}", self.operand()))
    }

    /// `&self`
    pub(super) fn reference(&self) -> Code {
        Code::new(format!("&{}", self.at(Prec::Unary)), Prec::Unary)
    }

    /// `self.await`
    pub(super) fn awaited(&self) -> Code {
        Code::postfix(format!("{}.await", self.operand()))
    }

    /// `self as ty`
    pub(super) fn cast(&self, ty: &str) -> Code {
        Code::new(format!("{} as {ty}", self.at(Prec::Cast)), Prec::Cast)
    }

    /// `left op right`, left-associative.
    pub(super) fn binary(left: &Code, op: &str, right: &Code, prec: Prec) -> Code {
        let next = match prec {
            Prec::Or => Prec::And,
            Prec::And => Prec::Compare,
            Prec::Compare => Prec::BitOr,
            Prec::BitOr => Prec::BitXor,
            Prec::BitXor => Prec::BitAnd,
            Prec::BitAnd => Prec::Shift,
            Prec::Shift => Prec::Sum,
            Prec::Sum => Prec::Product,
            _ => Prec::Cast,
        };
        let left_prec = if prec == Prec::Compare { next } else { prec };
        let mut lhs = left.at(left_prec);
        // `a as T < b` would be read as the start of generic arguments.
        if op.starts_with('<') && ends_in_cast(&lhs) {
            lhs = format!("({lhs})");
        }
        Code::new(format!("{lhs} {op} {}", right.at(next)), prec)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Whether the last operand is a cast: `a + b as T`.
fn ends_in_cast(text: &str) -> bool {
    let last = text.rsplit_once(" as ").map(|(_, ty)| ty);
    last.is_some_and(|ty| ty.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | ':')))
}

/// A comma-separated list.
pub(super) fn join(codes: &[Code]) -> String {
    codes.iter().map(|c| c.text.as_str()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parentheses_stand_only_where_needed() {
        let (a, b, c) = (Code::postfix("a"), Code::postfix("b"), Code::postfix("c"));
        let sum = Code::binary(&a, "+", &b, Prec::Sum);
        assert_eq!(Code::binary(&sum, "*", &c, Prec::Product).text, "(a + b) * c");
        assert_eq!(Code::binary(&sum, "-", &c, Prec::Sum).text, "a + b - c");
        assert_eq!(Code::binary(&c, "-", &sum, Prec::Sum).text, "c - (a + b)");
        let casts = Code::binary(&a, "+", &b.cast("u64"), Prec::Sum);
        assert_eq!(Code::binary(&casts, "<", &c, Prec::Compare).text, "(a + b as u64) < c");
        assert_eq!(Code::binary(&casts, "<<", &c, Prec::Shift).text, "(a + b as u64) << c");
        assert_eq!(Code::binary(&casts, ">", &c, Prec::Compare).text, "a + b as u64 > c");
        assert_eq!(sum.method("abs", &[]).text, "(a + b).abs()");
        assert_eq!(
            Code::binary(&a.cast("i64"), "<", &b, Prec::Compare).text,
            "(a as i64) < b"
        );
    }
}
