//! Reading an instant by a layout.

use super::layout::{Element, next_element};
use super::{DAYS, MONTHS, days_from_civil, days_in};

/// What was read: seconds since 1970 as if in UTC, and the zone if one was named.
#[derive(Debug, PartialEq)]
pub(super) struct Parsed {
    /// Seconds since 1970 of the clock that was read.
    pub(super) local: i64,
    pub(super) nanosecond: i64,
    /// Seconds east of UTC.
    pub(super) offset: Option<i64>,
    pub(super) zone: Option<String>,
}

/// Why the text does not fit: the part of the layout, the rest of the value, or a message of its own.
#[derive(Debug, PartialEq)]
pub(super) struct Failure {
    pub(super) layout_element: Vec<u8>,
    pub(super) value_element: Vec<u8>,
    pub(super) message: String,
}

fn digits(s: &mut &[u8], least: usize, most: usize) -> Option<i64> {
    let n = s.iter().take(most).take_while(|c| c.is_ascii_digit()).count();
    if n < least {
        return None;
    }
    let v = s[..n].iter().fold(0, |v, c| v * 10 + i64::from(c - b'0'));
    *s = &s[n..];
    Some(v)
}

fn name(s: &mut &[u8], names: &[&str], length: Option<usize>) -> Option<i64> {
    for (i, n) in names.iter().enumerate() {
        let n = &n.as_bytes()[..length.unwrap_or(n.len())];
        if s.len() >= n.len() && s[..n.len()].eq_ignore_ascii_case(n) {
            *s = &s[n.len()..];
            return Some(i as i64);
        }
    }
    None
}

fn skip(value: &[u8], prefix: &[u8]) -> Option<usize> {
    let (mut v, mut p) = (0, 0);
    while p < prefix.len() {
        if prefix[p] == b' ' {
            if v < value.len() && value[v] != b' ' {
                return None;
            }
            p += prefix[p..].iter().take_while(|c| **c == b' ').count();
            v += value[v..].iter().take_while(|c| **c == b' ').count();
            continue;
        }
        if value.get(v) != Some(&prefix[p]) {
            return None;
        }
        v += 1;
        p += 1;
    }
    Some(v)
}

fn fraction(s: &mut &[u8], n: usize) -> Option<i64> {
    let text = s.get(..n)?;
    if !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let v = (0..9).fold(0, |v, i| v * 10 + text.get(i).map_or(0, |c| i64::from(c - b'0')));
    *s = &s[n..];
    Some(v)
}

fn zone_name(s: &mut &[u8]) -> Option<String> {
    if s.starts_with(b"UTC") {
        *s = &s[3..];
        return Some("UTC".to_owned());
    }
    if (s.starts_with(b"+") || s.starts_with(b"-")) && s.len() >= 3 {
        let n = 1 + s[1..].iter().take(4).take_while(|c| c.is_ascii_digit()).count();
        let text = String::from_utf8_lossy(&s[..n]).into_owned();
        *s = &s[n..];
        return (n >= 3).then_some(text);
    }
    let n = s.iter().take(6).take_while(|c| c.is_ascii_uppercase()).count();
    let n = if s.starts_with(b"GMT") && s.get(3).is_some_and(|c| *c == b'+' || *c == b'-') {
        4 + s[4..].iter().take(2).take_while(|c| c.is_ascii_digit()).count()
    } else {
        n
    };
    if !(3..=6).contains(&n) {
        return None;
    }
    let text = String::from_utf8_lossy(&s[..n]).into_owned();
    *s = &s[n..];
    Some(text)
}

fn offset(s: &mut &[u8], z: bool, colon: bool, parts: u8) -> Option<i64> {
    if z && s.first() == Some(&b'Z') {
        *s = &s[1..];
        return Some(0);
    }
    let sign = match s.first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    *s = &s[1..];
    let mut total = digits(s, 2, 2)? * 3600;
    for scale in [60, 1].into_iter().take(usize::from(parts) - 1) {
        if colon {
            *s = s.strip_prefix(b":")?;
        }
        total += digits(s, 2, 2)? * scale;
    }
    Some(sign * total)
}

/// Reads a value by a layout.
pub(super) fn parse(layout: &[u8], value: &[u8]) -> Result<Parsed, Failure> {
    use Element::*;
    let (mut year, mut month, mut day, mut year_day) = (0, None, None, None);
    let (mut hour, mut minute, mut second, mut nanosecond) = (0, 0, 0, 0);
    let (mut pm, mut am, mut zone_offset, mut zone) = (false, false, None, None);
    let (mut l, mut v) = (layout, value);
    let failed = |element: &[u8], rest: &[u8], message: &str| Failure {
        layout_element: element.to_vec(),
        value_element: rest.to_vec(),
        message: message.to_owned(),
    };
    let out_of_range = |what: &str| failed(b"", value, &format!(": {what} out of range"));
    while let Some((before, element, after)) = next_element(l) {
        let text = &l[before.len()..l.len() - after.len()];
        match skip(v, before) {
            Some(n) => v = &v[n..],
            None => return Err(failed(before, v, "")),
        }
        let start = v;
        let mut range = None;
        let number = |v: &mut &[u8], least, most| digits(v, least, most);
        let ok = match element {
            LongMonth => name(&mut v, &MONTHS, None).map(|m| month = Some(m + 1)),
            Month => name(&mut v, &MONTHS, Some(3)).map(|m| month = Some(m + 1)),
            NumMonth | ZeroMonth => number(&mut v, if element == ZeroMonth { 2 } else { 1 }, 2).map(|m| {
                if !(1..=12).contains(&m) {
                    range = Some("month");
                }
                month = Some(m);
            }),
            LongWeekday => name(&mut v, &DAYS, None).map(|_| ()),
            Weekday => name(&mut v, &DAYS, Some(3)).map(|_| ()),
            Day | UnderDay | ZeroDay => {
                if element == UnderDay && v.first() == Some(&b' ') {
                    v = &v[1..];
                }
                number(&mut v, if element == ZeroDay { 2 } else { 1 }, 2).map(|d| day = Some(d))
            }
            UnderYearDay | ZeroYearDay => {
                while element == UnderYearDay && v.first() == Some(&b' ') {
                    v = &v[1..];
                }
                number(&mut v, if element == ZeroYearDay { 3 } else { 1 }, 3).map(|d| year_day = Some(d))
            }
            Hour => number(&mut v, 1, 2).map(|h| {
                hour = h;
                range = (h > 23).then_some("hour");
            }),
            Hour12 | ZeroHour12 => number(&mut v, if element == ZeroHour12 { 2 } else { 1 }, 2).map(|h| {
                hour = h;
                range = (h > 12).then_some("hour");
            }),
            Minute | ZeroMinute => number(&mut v, if element == ZeroMinute { 2 } else { 1 }, 2).map(|m| {
                minute = m;
                range = (m > 59).then_some("minute");
            }),
            Second | ZeroSecond => {
                let read = number(&mut v, if element == ZeroSecond { 2 } else { 1 }, 2).map(|s| {
                    second = s;
                    range = (s > 59).then_some("second");
                });
                // A fraction may follow although the layout names none.
                let named = matches!(next_element(after), Some((b"", Fraction { .. }, _)));
                let n = v
                    .get(1..)
                    .map_or(0, |r| r.iter().take_while(|c| c.is_ascii_digit()).count());
                if read.is_some() && !named && v.first().is_some_and(|c| *c == b'.' || *c == b',') && n > 0 {
                    v = &v[1..];
                    nanosecond = fraction(&mut v, n).unwrap_or(0);
                }
                read
            }
            LongYear => {
                if v.len() < 4 || !v[0].is_ascii_digit() {
                    None
                } else {
                    number(&mut v, 4, 4).map(|y| year = y)
                }
            }
            Year => number(&mut v, 2, 2).map(|y| year = if y >= 69 { 1900 + y } else { 2000 + y }),
            UpperPm | LowerPm => {
                let (a, p): (&[u8], &[u8]) = if element == UpperPm {
                    (b"AM", b"PM")
                } else {
                    (b"am", b"pm")
                };
                let hit = if v.starts_with(a) {
                    am = true;
                    Some(())
                } else if v.starts_with(p) {
                    pm = true;
                    Some(())
                } else {
                    None
                };
                if hit.is_some() {
                    v = &v[2..];
                }
                hit
            }
            Zone => zone_name(&mut v).map(|z| zone = Some(z)),
            Offset { z, colon, parts } => offset(&mut v, z, colon, parts).map(|o| zone_offset = Some(o)),
            Fraction {
                digits, trim: false, ..
            } => {
                if v.first().is_some_and(|c| *c == b'.' || *c == b',') {
                    v = &v[1..];
                    fraction(&mut v, digits).map(|n| nanosecond = n)
                } else {
                    None
                }
            }
            Fraction { .. } => {
                let n = v
                    .get(1..)
                    .map_or(0, |r| r.iter().take_while(|c| c.is_ascii_digit()).count());
                if v.first().is_some_and(|c| *c == b'.' || *c == b',') && n > 0 {
                    v = &v[1..];
                    nanosecond = fraction(&mut v, n).unwrap_or(0);
                }
                Some(())
            }
        };
        if ok.is_none() {
            return Err(failed(text, start, ""));
        }
        if let Some(what) = range {
            return Err(out_of_range(what));
        }
        l = after;
    }
    match skip(v, l) {
        Some(n) if n == v.len() => {}
        Some(n) => {
            let extra = crate::pkg::strconv::quote::quoted(&v[n..], b'"', crate::pkg::strconv::quote::Style::Plain);
            return Err(failed(
                b"",
                value,
                &format!(": extra text: {}", String::from_utf8_lossy(&extra)),
            ));
        }
        None => return Err(failed(l, v, "")),
    }
    if pm && hour < 12 {
        hour += 12;
    } else if am && hour == 12 {
        hour = 0;
    }
    if let Some(n) = year_day {
        let length = days_from_civil(year + 1, 1, 1) - days_from_civil(year, 1, 1);
        if !(1..=length).contains(&n) {
            return Err(out_of_range("day-of-year"));
        }
        let (_, m, d) = super::civil_from_days(days_from_civil(year, 1, 1) + n - 1);
        if month.is_some_and(|x| x != m) {
            return Err(failed(b"", value, ": day-of-year does not match month"));
        }
        if day.is_some_and(|x| x != d) {
            return Err(failed(b"", value, ": day-of-year does not match day"));
        }
        month = Some(m);
        day = Some(d);
    }
    let (month, day) = (month.unwrap_or(1), day.unwrap_or(1));
    if day < 1 || day > days_in(year, month) {
        return Err(out_of_range("day"));
    }
    let local = days_from_civil(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second;
    Ok(Parsed {
        local,
        nanosecond,
        offset: zone_offset,
        zone,
    })
}
