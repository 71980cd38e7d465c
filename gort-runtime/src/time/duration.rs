//! `time.Duration`.

use crate::value::{GoError, GoString, Stringer, new_error};
use crate::{GoNumber, Value};

/// Nanoseconds: Go's `time.Duration`.
///
/// ```
/// use gort_runtime::time::{Duration, SECOND};
/// assert_eq!(Duration(1_500_000_000).string(), "1.5s");
/// assert!(SECOND < Duration(1_500_000_000));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Value, GoNumber)]
#[go(scalar, name = "time.Duration", value(dyn Stringer), pointer(dyn Stringer))]
pub struct Duration(pub i64);

/// One nanosecond.
///
/// ```
/// assert_eq!(gort_runtime::time::NANOSECOND.string(), "1ns");
/// ```
pub const NANOSECOND: Duration = Duration(1);
/// One microsecond.
///
/// ```
/// assert_eq!(gort_runtime::time::MICROSECOND.string(), "1µs");
/// ```
pub const MICROSECOND: Duration = Duration(1000);
/// One millisecond.
///
/// ```
/// assert_eq!(gort_runtime::time::MILLISECOND.string(), "1ms");
/// ```
pub const MILLISECOND: Duration = Duration(1_000_000);
/// One second.
///
/// ```
/// assert_eq!(gort_runtime::time::SECOND.string(), "1s");
/// ```
pub const SECOND: Duration = Duration(1_000_000_000);
/// One minute.
///
/// ```
/// assert_eq!(gort_runtime::time::MINUTE.string(), "1m0s");
/// ```
pub const MINUTE: Duration = Duration(60 * SECOND.0);
/// One hour.
///
/// ```
/// assert_eq!(gort_runtime::time::HOUR.string(), "1h0m0s");
/// ```
pub const HOUR: Duration = Duration(60 * MINUTE.0);

impl Duration {
    /// Whole nanoseconds.
    ///
    /// ```
    /// assert_eq!(gort_runtime::time::MICROSECOND.nanoseconds(), 1000);
    /// ```
    pub const fn nanoseconds(self) -> i64 {
        self.0
    }

    /// Whole microseconds.
    ///
    /// ```
    /// assert_eq!(gort_runtime::time::MILLISECOND.microseconds(), 1000);
    /// ```
    pub const fn microseconds(self) -> i64 {
        self.0 / MICROSECOND.0
    }

    /// Whole milliseconds.
    ///
    /// ```
    /// assert_eq!(gort_runtime::time::SECOND.milliseconds(), 1000);
    /// ```
    pub const fn milliseconds(self) -> i64 {
        self.0 / MILLISECOND.0
    }

    /// Seconds.
    ///
    /// ```
    /// assert_eq!(gort_runtime::time::MINUTE.seconds(), 60.0);
    /// ```
    pub fn seconds(self) -> f64 {
        self.in_units(SECOND)
    }

    /// Minutes.
    ///
    /// ```
    /// assert_eq!(gort_runtime::time::HOUR.minutes(), 60.0);
    /// ```
    pub fn minutes(self) -> f64 {
        self.in_units(MINUTE)
    }

    /// Hours.
    ///
    /// ```
    /// assert_eq!(gort_runtime::time::HOUR.hours(), 1.0);
    /// ```
    pub fn hours(self) -> f64 {
        self.in_units(HOUR)
    }

    fn in_units(self, unit: Duration) -> f64 {
        (self.0 / unit.0) as f64 + (self.0 % unit.0) as f64 / unit.0 as f64
    }

    /// Rounds towards zero to a multiple of `m`.
    ///
    /// ```
    /// use gort_runtime::time::{Duration, SECOND};
    /// assert_eq!(Duration(1_900_000_000).truncate(SECOND), SECOND);
    /// ```
    pub fn truncate(self, m: Duration) -> Duration {
        if m.0 <= 0 {
            self
        } else {
            Duration(self.0 - self.0 % m.0)
        }
    }

    /// Rounds to the nearest multiple of `m`, halves away from zero.
    ///
    /// ```
    /// use gort_runtime::time::{Duration, SECOND};
    /// assert_eq!(Duration(900_000_000).round(SECOND), SECOND);
    /// ```
    pub fn round(self, m: Duration) -> Duration {
        if m.0 <= 0 {
            return self;
        }
        let r = self.0.unsigned_abs() % m.0.unsigned_abs();
        let (r, sign) = (r as i64, if self.0 < 0 { -1 } else { 1 });
        if r + r < m.0 && r.checked_add(r).is_some() {
            return Duration(self.0 - sign * r);
        }
        let rounded = self.0.checked_add(sign * (m.0 - r));
        Duration(rounded.unwrap_or(if sign < 0 { i64::MIN } else { i64::MAX }))
    }

    /// The absolute value.
    ///
    /// ```
    /// use gort_runtime::time::Duration;
    /// assert_eq!(Duration(-5).abs(), Duration(5));
    /// ```
    pub fn abs(self) -> Duration {
        Duration(self.0.checked_abs().unwrap_or(i64::MAX))
    }

    /// As Go prints it: `1h2m0.5s`.
    ///
    /// ```
    /// use gort_runtime::time::Duration;
    /// assert_eq!(Duration(3_720_500_000_000).string(), "1h2m0.5s");
    /// ```
    pub fn string(self) -> GoString {
        let n = self.0.unsigned_abs();
        let sign = if self.0 < 0 { "-" } else { "" };
        let text = match n {
            0 => "0s".to_owned(),
            1..1000 => format!("{sign}{n}ns"),
            1000..1_000_000 => format!("{sign}{}µs", fraction(n, 1000)),
            1_000_000..1_000_000_000 => format!("{sign}{}ms", fraction(n, 1_000_000)),
            _ => {
                let seconds = fraction(n % 60_000_000_000, 1_000_000_000);
                match n / 60_000_000_000 {
                    0 => format!("{sign}{seconds}s"),
                    minutes @ 1..60 => format!("{sign}{minutes}m{seconds}s"),
                    minutes => format!("{sign}{}h{}m{seconds}s", minutes / 60, minutes % 60),
                }
            }
        };
        text.into()
    }

    /// As Rust's duration; zero for negative ones.
    ///
    /// ```
    /// use gort_runtime::time::{Duration, SECOND};
    /// assert_eq!(SECOND.to_std(), std::time::Duration::from_secs(1));
    /// assert!(Duration(-1).to_std().is_zero());
    /// ```
    pub fn to_std(self) -> std::time::Duration {
        std::time::Duration::from_nanos(self.0.max(0).unsigned_abs())
    }
}

/// `n / unit` with as many decimals as needed.
fn fraction(n: u64, unit: u64) -> String {
    let (whole, rest) = (n / unit, n % unit);
    let digits = unit.ilog10() as usize;
    let text = format!("{whole}.{rest:0digits$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

impl Stringer for Duration {
    fn string(&self) -> GoString {
        Duration::string(*self)
    }
}

impl crate::value::StringerPtr for Duration {
    fn string(this: &crate::value::Ptr<Self>) -> GoString {
        this.get().string()
    }
}

/// `time.ParseDuration`.
///
/// ```
/// use gort_runtime::time::{MINUTE, parse_duration};
/// assert_eq!(parse_duration("1m".into()).0, MINUTE);
/// assert!(!parse_duration("soon".into()).1.is_nil());
/// ```
pub fn parse_duration(s: GoString) -> (Duration, GoError) {
    match parse(&s.to_str_lossy()) {
        Some(n) => (Duration(n), GoError::nil()),
        None => {
            let text = format!("time: invalid duration {:?}", s.to_str_lossy());
            (Duration(0), new_error(text.into()))
        }
    }
}

fn parse(text: &str) -> Option<i64> {
    let (negative, mut rest) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    if rest == "0" {
        return Some(0);
    }
    let mut total: i128 = 0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let number = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(rest.len());
        let (whole, decimals) = rest[..number].split_once('.').unwrap_or((&rest[..number], ""));
        if (whole.is_empty() && decimals.is_empty()) || decimals.contains('.') {
            return None;
        }
        rest = &rest[number..];
        let end = rest
            .find(|c: char| c.is_ascii_digit() || c == '.')
            .unwrap_or(rest.len());
        let unit: i128 = match &rest[..end] {
            "ns" => 1,
            "us" | "µs" | "μs" => 1000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            _ => return None,
        };
        rest = &rest[end..];
        let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
        let mut scale = unit;
        let mut part = 0;
        for digit in decimals.bytes() {
            part += i128::from(digit - b'0') * scale / 10;
            scale /= 10;
        }
        total = total.checked_add(whole.checked_mul(unit)?.checked_add(part)?)?;
    }
    i64::try_from(if negative { -total } else { total }).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::str;

    #[test]
    fn durations_print_and_parse() {
        let check = |n: Duration, text: &str| {
            assert_eq!(n.string(), text);
            assert_eq!(parse_duration(text.into()).0, n);
        };
        check(Duration(0), "0s");
        check(Duration(1), "1ns");
        check(Duration(1100), "1.1µs");
        check(Duration(2_200_000), "2.2ms");
        check(Duration(3_300_000_000), "3.3s");
        check(Duration(4 * MINUTE.0 + 5 * SECOND.0 + 1_000_000), "4m5.001s");
        check(
            Duration(5 * HOUR.0 + 6 * MINUTE.0 + 7 * SECOND.0 + 1),
            "5h6m7.000000001s",
        );
        check(Duration(-8 * MINUTE.0), "-8m0s");
        check(Duration(i64::MIN), "-2562047h47m16.854775808s");
        assert_eq!(parse_duration(str("1x")).1.to_string(), "time: invalid duration \"1x\"");
        assert_eq!(Duration(1500).round(MICROSECOND), Duration(2000));
        assert_eq!(
            (Duration(1499).truncate(MICROSECOND), MINUTE.seconds()),
            (MICROSECOND, 60.0)
        );
    }
}
