//! Layouts: the reference time `Mon Jan 2 15:04:05 MST 2006` taken as a pattern.

/// An element of a layout.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Element {
    LongMonth,
    Month,
    NumMonth,
    ZeroMonth,
    LongWeekday,
    Weekday,
    Day,
    UnderDay,
    ZeroDay,
    UnderYearDay,
    ZeroYearDay,
    Hour,
    Hour12,
    ZeroHour12,
    Minute,
    ZeroMinute,
    Second,
    ZeroSecond,
    LongYear,
    Year,
    UpperPm,
    LowerPm,
    Zone,
    /// An offset: `Z` for UTC, with colons, how many parts.
    Offset {
        z: bool,
        colon: bool,
        parts: u8,
    },
    /// Fractional seconds: the separator, how many digits, whether trailing zeros go.
    Fraction {
        separator: u8,
        digits: usize,
        trim: bool,
    },
}

fn element_at(s: &[u8]) -> Option<(Element, usize)> {
    use Element::*;
    let has = |p: &str| s.starts_with(p.as_bytes());
    let lower_follows = |n: usize| s.get(n).is_some_and(u8::is_ascii_lowercase);
    let table: &[(&str, Element)] = match s[0] {
        b'J' if has("January") => &[("January", LongMonth)],
        b'J' if has("Jan") && !lower_follows(3) => &[("Jan", Month)],
        b'M' if has("Monday") => &[("Monday", LongWeekday)],
        b'M' if has("Mon") && !lower_follows(3) => &[("Mon", Weekday)],
        b'M' => &[("MST", Zone)],
        b'0' => &[
            ("002", ZeroYearDay),
            ("01", ZeroMonth),
            ("02", ZeroDay),
            ("03", ZeroHour12),
            ("04", ZeroMinute),
            ("05", ZeroSecond),
            ("06", Year),
        ],
        b'1' => &[("15", Hour), ("1", NumMonth)],
        b'2' => &[("2006", LongYear), ("2", Day)],
        b'_' if has("_2006") => return None,
        b'_' => &[("__2", UnderYearDay), ("_2", UnderDay)],
        b'3' => &[("3", Hour12)],
        b'4' => &[("4", Minute)],
        b'5' => &[("5", Second)],
        b'P' => &[("PM", UpperPm)],
        b'p' => &[("pm", LowerPm)],
        b'-' => &[
            (
                "-07:00:00",
                Offset {
                    z: false,
                    colon: true,
                    parts: 3,
                },
            ),
            (
                "-070000",
                Offset {
                    z: false,
                    colon: false,
                    parts: 3,
                },
            ),
            (
                "-07:00",
                Offset {
                    z: false,
                    colon: true,
                    parts: 2,
                },
            ),
            (
                "-0700",
                Offset {
                    z: false,
                    colon: false,
                    parts: 2,
                },
            ),
            (
                "-07",
                Offset {
                    z: false,
                    colon: false,
                    parts: 1,
                },
            ),
        ],
        b'Z' => &[
            (
                "Z07:00:00",
                Offset {
                    z: true,
                    colon: true,
                    parts: 3,
                },
            ),
            (
                "Z070000",
                Offset {
                    z: true,
                    colon: false,
                    parts: 3,
                },
            ),
            (
                "Z07:00",
                Offset {
                    z: true,
                    colon: true,
                    parts: 2,
                },
            ),
            (
                "Z0700",
                Offset {
                    z: true,
                    colon: false,
                    parts: 2,
                },
            ),
            (
                "Z07",
                Offset {
                    z: true,
                    colon: false,
                    parts: 1,
                },
            ),
        ],
        b'.' | b',' => {
            let digit = *s.get(1).filter(|c| **c == b'0' || **c == b'9')?;
            let digits = s[1..].iter().take_while(|c| **c == digit).count();
            if s.get(1 + digits).is_some_and(u8::is_ascii_digit) {
                return None;
            }
            return Some((
                Fraction {
                    separator: s[0],
                    digits,
                    trim: digit == b'9',
                },
                1 + digits,
            ));
        }
        _ => &[],
    };
    table.iter().find(|(p, _)| has(p)).map(|(p, e)| (*e, p.len()))
}

/// The first element of a layout: what stands before it, it, and the rest; `None` if there is none.
pub(super) fn next_element(layout: &[u8]) -> Option<(&[u8], Element, &[u8])> {
    let mut i = 0;
    while i < layout.len() {
        if let Some((e, n)) = element_at(&layout[i..]) {
            return Some((&layout[..i], e, &layout[i + n..]));
        }
        i += 1;
    }
    None
}
