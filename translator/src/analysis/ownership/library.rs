//! What library functions do with a container they are given.

/// What becomes of the first argument.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LibraryUse {
    /// It is only looked at.
    Looks,
    /// Its elements are put in order, or otherwise written, and it is not kept.
    Writes,
    /// Its elements are put in the order of a literal that compares two positions.
    Orders,
}

/// The functions that have a Rust form on a container of one owner; by `path.Func`.
pub fn library_use(qualified: &str) -> Option<LibraryUse> {
    match qualified {
        "strings.Join" | "slices.Contains" | "slices.Index" => Some(LibraryUse::Looks),
        "sort.Ints" | "sort.Strings" | "slices.Sort" | "slices.Reverse" => Some(LibraryUse::Writes),
        "sort.Slice" | "sort.SliceStable" => Some(LibraryUse::Orders),
        _ => None,
    }
}

/// Printing functions: their arguments are looked at and forgotten.
pub(super) fn prints(qualified: &str) -> bool {
    matches!(
        qualified,
        "fmt.Println"
            | "fmt.Print"
            | "fmt.Printf"
            | "fmt.Sprint"
            | "fmt.Sprintln"
            | "fmt.Sprintf"
            | "fmt.Errorf"
            | "fmt.Fprint"
            | "fmt.Fprintln"
            | "fmt.Fprintf"
            | "log.Print"
            | "log.Println"
            | "log.Printf"
            | "log.Fatal"
            | "log.Fatalln"
            | "log.Fatalf"
    )
}
