//! Go's tokens.
//!
//! In: nothing. Out: the kinds, and how messages name them.
//! Invariants: a keyword is found by its text only here.

/// What a token is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(u8)]
pub(super) enum Tok {
    Eof,
    Ident,
    Int,
    Float,
    Imaginary,
    Rune,
    String,
    Add,
    Sub,
    Mul,
    Quo,
    Rem,
    And,
    Or,
    Xor,
    Shl,
    Shr,
    AndNot,
    AddAssign,
    SubAssign,
    MulAssign,
    QuoAssign,
    RemAssign,
    AndAssign,
    OrAssign,
    XorAssign,
    ShlAssign,
    ShrAssign,
    AndNotAssign,
    LAnd,
    LOr,
    Arrow,
    Inc,
    Dec,
    Eq,
    Lt,
    Gt,
    Assign,
    Not,
    Tilde,
    Ne,
    Le,
    Ge,
    Define,
    Ellipsis,
    LParen,
    LBrack,
    LBrace,
    Comma,
    Period,
    RParen,
    RBrack,
    RBrace,
    Semi,
    /// A semicolon that the end of a line stands for.
    Newline,
    Colon,
    Break,
    Case,
    Chan,
    Const,
    Continue,
    Default,
    Defer,
    Else,
    Fallthrough,
    For,
    Func,
    Go,
    Goto,
    If,
    Import,
    Interface,
    Map,
    Package,
    Range,
    Return,
    Select,
    Struct,
    Switch,
    Type,
    Var,
    /// What is no token of Go; it was told.
    Bad,
}

/// A token with its place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) tok: Tok,
    pub(super) start: u32,
    pub(super) end: u32,
}

impl Tok {
    /// The keyword of this text.
    ///
    /// Spec: Keywords.
    pub(super) fn keyword(text: &[u8]) -> Option<Tok> {
        use Tok::*;
        Some(match text {
            b"break" => Break,
            b"case" => Case,
            b"chan" => Chan,
            b"const" => Const,
            b"continue" => Continue,
            b"default" => Default,
            b"defer" => Defer,
            b"else" => Else,
            b"fallthrough" => Fallthrough,
            b"for" => For,
            b"func" => Func,
            b"go" => Go,
            b"goto" => Goto,
            b"if" => If,
            b"import" => Import,
            b"interface" => Interface,
            b"map" => Map,
            b"package" => Package,
            b"range" => Range,
            b"return" => Return,
            b"select" => Select,
            b"struct" => Struct,
            b"switch" => Switch,
            b"type" => Type,
            b"var" => Var,
            _ => return None,
        })
    }

    /// Whether the end of a line after the token is a semicolon.
    ///
    /// Spec: Semicolons.
    pub(super) fn ends_statement(self) -> bool {
        use Tok::*;
        matches!(
            self,
            Ident
                | Int
                | Float
                | Imaginary
                | Rune
                | String
                | Break
                | Continue
                | Fallthrough
                | Return
                | Inc
                | Dec
                | RParen
                | RBrack
                | RBrace
                | Bad
        )
    }

    /// Whether the token ends a statement or a specification.
    /// A keyword with which only a statement begins.
    pub(super) fn begins_statement(self) -> bool {
        use Tok::*;
        matches!(
            self,
            Break
                | Const
                | Continue
                | Defer
                | Fallthrough
                | For
                | Go
                | Goto
                | If
                | Return
                | Select
                | Switch
                | Type
                | Var
        )
    }

    pub(super) fn is_semi(self) -> bool {
        matches!(self, Tok::Semi | Tok::Newline)
    }

    /// As messages name it, with backticks where it is Go text.
    pub(super) fn describe(self, text: &str) -> std::string::String {
        match self {
            Tok::Eof => "end of file".into(),
            Tok::Newline => "newline".into(),
            Tok::Ident => format!("name `{text}`"),
            Tok::Int | Tok::Float | Tok::Imaginary | Tok::Rune | Tok::String => format!("literal `{text}`"),
            t if t >= Tok::Break && t != Tok::Bad => format!("keyword `{text}`"),
            _ => format!("`{text}`"),
        }
    }
}
