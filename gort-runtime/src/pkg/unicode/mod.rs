//! `unicode`: classes and case of runes, by the tables of Unicode 15.0 as Go 1.26 has them.

mod tables;
pub mod utf16;
pub mod utf8;

use crate::pkg::go::*;
use crate::pkg::support::handle_type;

/// The version of the tables.
pub const VERSION: GoString = str("15.0.0");
/// The largest rune.
pub const MAX_RUNE: i32 = 0x10FFFF;
/// What stands for an invalid rune.
pub const REPLACEMENT_CHAR: i32 = 0xFFFD;
/// The largest ASCII rune.
pub const MAX_ASCII: i32 = 0x7F;
/// The largest Latin-1 rune.
pub const MAX_LATIN1: i32 = 0xFF;
/// Upper case, for [`to`].
pub const UPPER_CASE: i64 = 0;
/// Lower case, for [`to`].
pub const LOWER_CASE: i64 = 1;
/// Title case, for [`to`].
pub const TITLE_CASE: i64 = 2;

/// The general category of `r` as its number in the tables (1 = Lu … 29 = Cs), 0 for unassigned.
fn category(r: i32) -> u8 {
    let Ok(c) = u32::try_from(r) else { return 0 };
    let t = &tables::CATEGORIES;
    let i = t.partition_point(|&(lo, _, _)| lo <= c);
    match i.checked_sub(1).map(|i| t[i]) {
        Some((lo, hi, 30)) if c <= hi => 1 + ((c - lo) & 1) as u8,
        Some((_, hi, cat)) if c <= hi => cat,
        _ => 0,
    }
}

/// Letters: categories L.
pub fn is_letter(r: i32) -> bool {
    if (0..0x80).contains(&r) {
        return (r as u8).is_ascii_alphabetic();
    }
    matches!(category(r), 1..=5)
}

/// Decimal digits: category Nd.
pub fn is_digit(r: i32) -> bool {
    if (0..0x80).contains(&r) {
        return (r as u8).is_ascii_digit();
    }
    category(r) == 9
}

/// Numbers: categories N.
pub fn is_number(r: i32) -> bool {
    matches!(category(r), 9..=11)
}

/// Marks: categories M.
pub fn is_mark(r: i32) -> bool {
    matches!(category(r), 6..=8)
}

/// Punctuation: categories P.
pub fn is_punct(r: i32) -> bool {
    matches!(category(r), 12..=18)
}

/// Symbols: categories S.
pub fn is_symbol(r: i32) -> bool {
    matches!(category(r), 19..=22)
}

/// Control characters: category Cc.
pub fn is_control(r: i32) -> bool {
    category(r) == 26
}

/// White space: the property White_Space.
pub fn is_space(r: i32) -> bool {
    matches!(r, 9..=13 | 32 | 0x85 | 0xA0 | 0x1680 | 0x2000..=0x200A | 0x2028 | 0x2029 | 0x202F | 0x205F | 0x3000)
}

/// Upper case letters: category Lu.
pub fn is_upper(r: i32) -> bool {
    category(r) == 1
}

/// Lower case letters: category Ll.
pub fn is_lower(r: i32) -> bool {
    category(r) == 2
}

/// Title case letters: category Lt.
pub fn is_title(r: i32) -> bool {
    category(r) == 3
}

/// What Go prints as it is: letters, marks, numbers, punctuation, symbols and the ASCII space.
pub fn is_print(r: i32) -> bool {
    if (0..0x80).contains(&r) {
        return (0x20..0x7F).contains(&r);
    }
    matches!(category(r), 1..=22)
}

/// As [`is_print`], and all spaces of category Zs.
pub fn is_graphic(r: i32) -> bool {
    matches!(category(r), 1..=23)
}

fn delta(r: i32) -> (i32, i32, i32) {
    let t = &tables::CASES;
    let end = t.partition_point(|&(lo, ..)| lo <= r);
    // Ranges of stride 2 may interleave, so that the one before the last can hold `r` too.
    for &(lo, hi, stride, up, low, title) in t[..end].iter().rev().take(3) {
        if r <= hi && (r - lo) % stride == 0 {
            return (up, low, title);
        }
    }
    (0, 0, 0)
}

/// `r` in upper case.
pub fn to_upper(r: i32) -> i32 {
    if (0..0x80).contains(&r) {
        return i32::from((r as u8).to_ascii_uppercase());
    }
    r + delta(r).0
}

/// `r` in lower case.
pub fn to_lower(r: i32) -> i32 {
    if (0..0x80).contains(&r) {
        return i32::from((r as u8).to_ascii_lowercase());
    }
    r + delta(r).1
}

/// `r` in title case.
pub fn to_title(r: i32) -> i32 {
    if (0..0x80).contains(&r) {
        return i32::from((r as u8).to_ascii_uppercase());
    }
    r + delta(r).2
}

/// `r` in the given case.
pub fn to(case: i64, r: i32) -> i32 {
    match case {
        UPPER_CASE => to_upper(r),
        LOWER_CASE => to_lower(r),
        TITLE_CASE => to_title(r),
        _ => REPLACEMENT_CHAR,
    }
}

/// The next rune of the orbit of runes that are equal under simple folding.
pub fn simple_fold(r: i32) -> i32 {
    if let Ok(i) = tables::FOLDS.binary_search_by_key(&r, |f| f.0) {
        return tables::FOLDS[i].1;
    }
    let low = to_lower(r);
    if low != r { low } else { to_upper(r) }
}

/// A set of runes.
#[derive(Clone)]
pub struct RangeTable {
    set: Set,
}

#[derive(Clone, Copy)]
enum Set {
    Categories(u8, u8),
    Space,
    Script(&'static [(u32, u32)]),
    Nothing,
}

impl Default for RangeTable {
    fn default() -> Self {
        RangeTable { set: Set::Nothing }
    }
}

handle_type!(RangeTable, "unicode.RangeTable");

/// Reports whether `r` is in the table.
pub fn is(table: Ptr<RangeTable>, r: i32) -> bool {
    match table.set {
        Set::Categories(lo, hi) => (lo..=hi).contains(&category(r)),
        Set::Space => is_space(r),
        Set::Script(t) => {
            let Ok(c) = u32::try_from(r) else { return false };
            let i = t.partition_point(|&(lo, _)| lo <= c);
            i > 0 && c <= t[i - 1].1
        }
        Set::Nothing => false,
    }
}

/// Reports whether `r` is in one of the tables.
pub fn in_(r: i32, tables: Slice<Ptr<RangeTable>>) -> bool {
    tables.iter().any(|t| is(t, r))
}

/// Reports whether `r` is in one of the tables.
pub fn is_one_of(tables: Slice<Ptr<RangeTable>>, r: i32) -> bool {
    in_(r, tables)
}

macro_rules! range_tables {
    ($($(#[$doc:meta])* $name:ident = $set:expr;)*) => {
        $($(#[$doc])*
        pub fn $name() -> Ptr<RangeTable> {
            static TABLE: std::sync::LazyLock<Ptr<RangeTable>> = std::sync::LazyLock::new(|| Ptr::new(RangeTable { set: $set }));
            TABLE.clone()
        })*
    };
}

range_tables! {
    /// Letters.
    letter = Set::Categories(1, 5);
    /// Letters.
    l = Set::Categories(1, 5);
    /// Upper case letters.
    upper = Set::Categories(1, 1);
    /// Upper case letters.
    lu = Set::Categories(1, 1);
    /// Lower case letters.
    lower = Set::Categories(2, 2);
    /// Lower case letters.
    ll = Set::Categories(2, 2);
    /// Title case letters.
    title = Set::Categories(3, 3);
    /// Marks.
    mark = Set::Categories(6, 8);
    /// Marks.
    m = Set::Categories(6, 8);
    /// Nonspacing marks.
    mn = Set::Categories(6, 6);
    /// Decimal digits.
    digit = Set::Categories(9, 9);
    /// Decimal digits.
    nd = Set::Categories(9, 9);
    /// Numbers.
    number = Set::Categories(9, 11);
    /// Numbers.
    n = Set::Categories(9, 11);
    /// Punctuation.
    punct = Set::Categories(12, 18);
    /// Punctuation.
    p = Set::Categories(12, 18);
    /// Symbols.
    symbol = Set::Categories(19, 22);
    /// Symbols.
    s = Set::Categories(19, 22);
    /// Separators.
    z = Set::Categories(23, 25);
    /// White space.
    white_space = Set::Space;
    /// Arabic script.
    arabic = Set::Script(&tables::ARABIC);
    /// Armenian script.
    armenian = Set::Script(&tables::ARMENIAN);
    /// Bengali script.
    bengali = Set::Script(&tables::BENGALI);
    /// Cyrillic script.
    cyrillic = Set::Script(&tables::CYRILLIC);
    /// Devanagari script.
    devanagari = Set::Script(&tables::DEVANAGARI);
    /// Ethiopic script.
    ethiopic = Set::Script(&tables::ETHIOPIC);
    /// Georgian script.
    georgian = Set::Script(&tables::GEORGIAN);
    /// Greek script.
    greek = Set::Script(&tables::GREEK);
    /// Han script.
    han = Set::Script(&tables::HAN);
    /// Hangul script.
    hangul = Set::Script(&tables::HANGUL);
    /// Hebrew script.
    hebrew = Set::Script(&tables::HEBREW);
    /// Hiragana.
    hiragana = Set::Script(&tables::HIRAGANA);
    /// Katakana.
    katakana = Set::Script(&tables::KATAKANA);
    /// Khmer script.
    khmer = Set::Script(&tables::KHMER);
    /// Latin script.
    latin = Set::Script(&tables::LATIN);
    /// Mongolian script.
    mongolian = Set::Script(&tables::MONGOLIAN);
    /// Thai script.
    thai = Set::Script(&tables::THAI);
    /// Tibetan script.
    tibetan = Set::Script(&tables::TIBETAN);
}
