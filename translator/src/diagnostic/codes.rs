//! The registry of diagnostic codes.
//!
//! In: nothing. Out: per code its title, an example, the danger and the remedy; the book's pages are made of these.
//! Invariants: a code is permanent: its number is never reused, its constant never changes number.

/// A permanent diagnostic code, printed as `G0001`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct Code(pub u16);

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "G{:04}", self.0)
    }
}

/// What the registry knows of a code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CodeInfo {
    /// The code.
    pub code: Code,
    /// A few words.
    pub title: &'static str,
    /// Go that draws it.
    pub example: &'static str,
    /// What goes wrong.
    pub danger: &'static str,
    /// What to do.
    pub remedy: &'static str,
}

impl Code {
    /// The registry's entry, when the code is known.
    pub fn info(self) -> Option<&'static CodeInfo> {
        CODES.iter().find(|c| c.code == self)
    }
}

/// Every code, in order.
pub fn all_codes() -> &'static [CodeInfo] {
    CODES
}

impl Code {
    /// Syntax error.
    pub const SYNTAX: Code = Code(1);
    /// Nesting too deep.
    pub const NESTING: Code = Code(2);
    /// File is not valid UTF-8.
    pub const ENCODING: Code = Code(3);
    /// Malformed literal.
    pub const LITERAL: Code = Code(4);
    /// Malformed go.mod.
    pub const GO_MOD: Code = Code(10);
    /// Package not found.
    pub const UNKNOWN_IMPORT: Code = Code(11);
    /// Import cycle.
    pub const IMPORT_CYCLE: Code = Code(12);
    /// Files of one folder name different packages.
    pub const PACKAGE_CLAUSE: Code = Code(13);
    /// No Go files.
    pub const NO_GO_FILES: Code = Code(14);
    /// A file that needs cgo.
    pub const CGO: Code = Code(15);
    /// An internal package is imported from outside.
    pub const INTERNAL_PACKAGE: Code = Code(16);
    /// A vendor folder that does not fit its go.mod.
    pub const VENDORING: Code = Code(17);
    /// Several modules have an imported package.
    pub const AMBIGUOUS_IMPORT: Code = Code(18);
    /// A program is imported.
    pub const PROGRAM_IMPORT: Code = Code(19);
    /// Undefined name.
    pub const UNDEFINED: Code = Code(20);
    /// Mismatched types.
    pub const MISMATCHED_TYPES: Code = Code(21);
    /// Value is not assignable.
    pub const NOT_ASSIGNABLE: Code = Code(22);
    /// Wrong number of values.
    pub const ASSIGN_COUNT: Code = Code(23);
    /// Declared and not used.
    pub const UNUSED_VARIABLE: Code = Code(24);
    /// Imported and not used.
    pub const UNUSED_IMPORT: Code = Code(25);
    /// Missing return.
    pub const MISSING_RETURN: Code = Code(26);
    /// Duplicate declaration, case, field or key.
    pub const DUPLICATE: Code = Code(27);
    /// Wrong number of arguments.
    pub const ARGUMENT_COUNT: Code = Code(28);
    /// Invalid operation.
    pub const INVALID_OPERATION: Code = Code(29);
    /// Constant does not fit its type.
    pub const CONSTANT_OVERFLOW: Code = Code(30);
    /// Misplaced break, continue, goto or label.
    pub const BRANCH: Code = Code(31);
    /// Initialization cycle.
    pub const INIT_CYCLE: Code = Code(32);
    /// Invalid recursive type.
    pub const RECURSIVE_TYPE: Code = Code(33);
    /// Not a type, or a type where a value is needed.
    pub const NOT_A_TYPE: Code = Code(34);
    /// No such field or method.
    pub const MISSING_MEMBER: Code = Code(35);
    /// Type arguments do not fit.
    pub const INSTANTIATION: Code = Code(36);
    /// Invalid declaration.
    pub const INVALID_DECL: Code = Code(37);
    /// Invalid use.
    pub const INVALID_USE: Code = Code(38);
    /// Needs a later Go version.
    pub const GO_VERSION: Code = Code(39);
    /// Value is not used.
    pub const UNUSED_VALUE: Code = Code(40);
    /// A function without a body that nobody implements.
    pub const MISSING_BODY: Code = Code(41);
    /// A construct that is not translated yet.
    pub const UNSUPPORTED: Code = Code(60);
    /// A library object that has no counterpart yet.
    pub const UNMAPPED_LIBRARY: Code = Code(61);
    /// A function that is implemented outside Go.
    pub const EXTERNAL_FUNCTION: Code = Code(62);
    /// A defect of gort itself.
    pub const INTERNAL: Code = Code(99);
}

static CODES: &[CodeInfo] = &[
    CodeInfo {
        code: Code::SYNTAX,
        title: "syntax error",
        example: "func f( {",
        danger: "the declaration that holds the error is left out of the translation",
        remedy: "correct the Go source; `gofmt -e` shows the same place",
    },
    CodeInfo {
        code: Code::NESTING,
        title: "nesting too deep",
        example: "((((…))))",
        danger: "a declaration nested this deeply is left out of the translation",
        remedy: "split the expression or function",
    },
    CodeInfo {
        code: Code::ENCODING,
        title: "file is not valid UTF-8",
        example: "",
        danger: "Go source must be UTF-8; the file is left out",
        remedy: "save the file as UTF-8",
    },
    CodeInfo {
        code: Code::LITERAL,
        title: "malformed literal",
        example: "'\\z'",
        danger: "the value of the literal is unknown",
        remedy: "write the literal as the Go specification has it",
    },
    CodeInfo {
        code: Code::GO_MOD,
        title: "malformed go.mod",
        example: "module",
        danger: "imports inside the module cannot be resolved",
        remedy: "correct the line; `go mod verify` may help",
    },
    CodeInfo {
        code: Code::UNKNOWN_IMPORT,
        title: "package not found",
        example: "import \"example.com/none\"",
        danger: "everything taken from the package has an unknown type",
        remedy: "check the path, or vendor the package so that it can be read",
    },
    CodeInfo {
        code: Code::IMPORT_CYCLE,
        title: "import cycle",
        example: "package a imports b, b imports a",
        danger: "Go forbids cyclic imports; the packages cannot be ordered",
        remedy: "move what both need into a third package",
    },
    CodeInfo {
        code: Code::PACKAGE_CLAUSE,
        title: "files of one folder name different packages",
        example: "package a / package b",
        danger: "the files cannot be one package",
        remedy: "name all files' packages alike",
    },
    CodeInfo {
        code: Code::NO_GO_FILES,
        title: "no Go files",
        example: "",
        danger: "there is nothing to translate in the folder",
        remedy: "check the path and the build constraints",
    },
    CodeInfo {
        code: Code::CGO,
        title: "file needs cgo",
        example: "import \"C\"",
        danger: "the file is left out, as the go command does without cgo; what it declares is missing",
        remedy: "give a version of the file without C, for builds without cgo",
    },
    CodeInfo {
        code: Code::INTERNAL_PACKAGE,
        title: "use of an internal package",
        example: "import \"other.org/lib/internal/x\"",
        danger: "Go does not build it: only packages below the folder that holds `internal` may import what is in it",
        remedy: "import a package that is meant for others, or move the importing one",
    },
    CodeInfo {
        code: Code::VENDORING,
        title: "inconsistent vendoring",
        example: "require example.com/x v1.2.0 // vendor/modules.txt has v1.1.0",
        danger: "the vendored packages are not those that the module asks for",
        remedy: "run `go mod vendor`, or ignore the folder with `GOFLAGS=-mod=mod`",
    },
    CodeInfo {
        code: Code::AMBIGUOUS_IMPORT,
        title: "ambiguous import",
        example: "import \"example.com/a/b\" // in module example.com/a and in module example.com/a/b",
        danger: "everything that comes from the package is unknown",
        remedy: "require a version of one of the modules that does not have the package",
    },
    CodeInfo {
        code: Code::PROGRAM_IMPORT,
        title: "import of a program",
        example: "import \"example.com/cmd/tool\" // package main",
        danger: "Go does not build it",
        remedy: "move what is shared into a package of its own",
    },
    CodeInfo {
        code: Code::UNDEFINED,
        title: "undefined name",
        example: "x = undefined",
        danger: "the expression's type is unknown",
        remedy: "declare the name or import its package",
    },
    CodeInfo {
        code: Code::MISMATCHED_TYPES,
        title: "mismatched types",
        example: "1 + \"a\"",
        danger: "the operation has no meaning for these types",
        remedy: "convert one operand",
    },
    CodeInfo {
        code: Code::NOT_ASSIGNABLE,
        title: "value is not assignable",
        example: "var s string = 1",
        danger: "the value cannot be used here",
        remedy: "convert the value, or implement the missing methods",
    },
    CodeInfo {
        code: Code::ASSIGN_COUNT,
        title: "wrong number of values",
        example: "a, b := 1",
        danger: "values and variables cannot be paired",
        remedy: "give as many values as there are variables",
    },
    CodeInfo {
        code: Code::UNUSED_VARIABLE,
        title: "declared and not used",
        example: "x := 1",
        danger: "Go rejects unused local variables",
        remedy: "use the variable or assign to `_`",
    },
    CodeInfo {
        code: Code::UNUSED_IMPORT,
        title: "imported and not used",
        example: "import \"os\"",
        danger: "Go rejects unused imports",
        remedy: "remove the import or import as `_`",
    },
    CodeInfo {
        code: Code::MISSING_RETURN,
        title: "missing return",
        example: "func f() int { }",
        danger: "the function may end without a result",
        remedy: "end the function with a return or panic",
    },
    CodeInfo {
        code: Code::DUPLICATE,
        title: "duplicate declaration, case, field or key",
        example: "var x int; var x int",
        danger: "the second is ambiguous",
        remedy: "rename or remove one",
    },
    CodeInfo {
        code: Code::ARGUMENT_COUNT,
        title: "wrong number of arguments",
        example: "f(1, 2)",
        danger: "the call does not fit the function's parameters",
        remedy: "pass what the parameters ask for",
    },
    CodeInfo {
        code: Code::INVALID_OPERATION,
        title: "invalid operation",
        example: "!1",
        danger: "the operation has no meaning for its operand",
        remedy: "see the message",
    },
    CodeInfo {
        code: Code::CONSTANT_OVERFLOW,
        title: "constant does not fit its type",
        example: "var b byte = 256",
        danger: "the constant has no value of that type",
        remedy: "use a wider type or a smaller constant",
    },
    CodeInfo {
        code: Code::BRANCH,
        title: "misplaced break, continue, goto or label",
        example: "break",
        danger: "the branch has no target",
        remedy: "see the message",
    },
    CodeInfo {
        code: Code::INIT_CYCLE,
        title: "initialization cycle",
        example: "var a = b; var b = a",
        danger: "the variables cannot be ordered",
        remedy: "break the cycle in an `init` function",
    },
    CodeInfo {
        code: Code::RECURSIVE_TYPE,
        title: "invalid recursive type",
        example: "type T struct { t T }",
        danger: "the type would have no finite size",
        remedy: "put a pointer or slice between",
    },
    CodeInfo {
        code: Code::NOT_A_TYPE,
        title: "not a type, or a type where a value is needed",
        example: "var x fmt",
        danger: "the name means something else here",
        remedy: "see the message",
    },
    CodeInfo {
        code: Code::MISSING_MEMBER,
        title: "no such field or method",
        example: "x.none",
        danger: "the selector names nothing",
        remedy: "check the spelling and whether the name is exported",
    },
    CodeInfo {
        code: Code::INSTANTIATION,
        title: "type arguments do not fit",
        example: "f[string]()",
        danger: "the generic function or type cannot be instantiated",
        remedy: "see the message; constraints must be satisfied",
    },
    CodeInfo {
        code: Code::INVALID_DECL,
        title: "invalid declaration",
        example: "func (x int) m()",
        danger: "the declaration has no meaning",
        remedy: "see the message",
    },
    CodeInfo {
        code: Code::INVALID_USE,
        title: "invalid use",
        example: "x.(T) of a non-interface",
        danger: "the expression cannot stand here",
        remedy: "see the message",
    },
    CodeInfo {
        code: Code::GO_VERSION,
        title: "needs a later Go version",
        example: "range 10 with go 1.21",
        danger: "the module's `go` line excludes the feature",
        remedy: "raise the `go` line of go.mod",
    },
    CodeInfo {
        code: Code::UNUSED_VALUE,
        title: "value is not used",
        example: "a + b",
        danger: "the statement does nothing",
        remedy: "use or remove the value",
    },
    CodeInfo {
        code: Code::MISSING_BODY,
        title: "missing function body",
        example: "func f() int",
        danger: "nobody implements the function: its package has no assembler file and links it to no other",
        remedy: "give the function a body",
    },
    CodeInfo {
        code: Code::UNSUPPORTED,
        title: "not translated yet",
        example: "goto into the middle of straight code",
        danger: "the Rust compiles, and panics with this code and place when it gets here",
        remedy: "write the construct another way, or finish it by hand in the Rust",
    },
    CodeInfo {
        code: Code::UNMAPPED_LIBRARY,
        title: "library object without a counterpart",
        example: "reflect.DeepEqual(a, b)",
        danger: "the Rust compiles, and panics with this code and place when it gets here",
        remedy: "use what is there, or finish it by hand in the Rust",
    },
    CodeInfo {
        code: Code::EXTERNAL_FUNCTION,
        title: "function that is implemented outside Go",
        example: "func sum(a, b int) int // and its code in sum_amd64.s",
        danger: "the Rust compiles, and panics with this code and place when it gets here",
        remedy: "build with a tag that leaves the assembler out, or finish the function by hand in the Rust",
    },
    CodeInfo {
        code: Code::INTERNAL,
        title: "a defect of gort",
        example: "",
        danger: "the declaration is missing from the Rust",
        remedy: "report the Go declaration it names",
    },
];
