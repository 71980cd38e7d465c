//! `time.Time`: seconds and nanoseconds since the year 1, with a monotonic reading when it comes from [`now`].

use std::sync::LazyLock;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use super::Duration;
use crate::value::{GoString, Stringer};
use crate::{GoNumber, Value};

/// Seconds from the year 1 to 1970.
const UNIX: i64 = 62_135_596_800;
const DAY: i64 = 86_400;

/// Go's `time.Time`, always in UTC.
///
/// ```
/// use gort_runtime::time::{Month, date};
/// let t = date(2009, Month(11), 10, 23, 4, 5, 6);
/// assert_eq!(t.string(), "2009-11-10 23:04:05.000000006 +0000 UTC");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Value)]
#[go(name = "time.Time", value(dyn Stringer), pointer(dyn Stringer))]
pub struct Time {
    /// Seconds since 1 January of the year 1.
    sec: i64,
    nsec: i64,
    /// Nanoseconds on the process's own clock, or 0.
    mono: i64,
}

/// Go's `time.Month`, January being 1.
///
/// ```
/// assert_eq!(gort_runtime::time::Month(1).string(), "January");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Value, GoNumber)]
#[go(scalar, name = "time.Month", value(dyn Stringer))]
pub struct Month(pub i64);

/// Go's `time.Weekday`, Sunday being 0.
///
/// ```
/// assert_eq!(gort_runtime::time::Weekday(0).string(), "Sunday");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Value, GoNumber)]
#[go(scalar, name = "time.Weekday", value(dyn Stringer))]
pub struct Weekday(pub i64);

/// `time.Now`; in a [bubble](super::bubble) the bubble's time, which begins with the year 2000.
///
/// ```
/// assert!(gort_runtime::time::now().year() > 2020);
/// ```
pub fn now() -> Time {
    /// Seconds from the year 1 to 2000.
    const YEAR_2000: i64 = UNIX + 946_684_800;
    if let Some(bubble) = super::bubble::Bubble::current() {
        let elapsed = bubble.elapsed();
        // As in Go without a monotonic reading, which would be hard to compare with what was read outside.
        return Time {
            sec: YEAR_2000 + (elapsed / 1_000_000_000) as i64,
            nsec: (elapsed % 1_000_000_000) as i64,
            mono: 0,
        };
    }
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    let mono = START.elapsed().as_nanos() as i64 + 1;
    let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Time {
        sec: wall.as_secs() as i64 + UNIX,
        nsec: i64::from(wall.subsec_nanos()),
        mono,
    }
}

/// `time.Since`.
///
/// ```
/// use gort_runtime::time;
/// assert!(time::since(time::now()) < time::HOUR);
/// ```
pub fn since(t: Time) -> Duration {
    now().sub(t)
}

/// `time.Until`.
///
/// ```
/// use gort_runtime::time;
/// assert!(time::until(time::now().add(time::HOUR)) > time::MINUTE);
/// ```
pub fn until(t: Time) -> Duration {
    t.sub(now())
}

/// `time.Unix`.
///
/// ```
/// assert_eq!(gort_runtime::time::unix(86_400, 0).day(), 2);
/// ```
pub fn unix(sec: i64, nsec: i64) -> Time {
    Time {
        sec: sec + nsec.div_euclid(1_000_000_000) + UNIX,
        nsec: nsec.rem_euclid(1_000_000_000),
        mono: 0,
    }
}

/// `time.UnixMilli`.
///
/// ```
/// assert_eq!(gort_runtime::time::unix_milli(1500).nanosecond(), 500_000_000);
/// ```
pub fn unix_milli(ms: i64) -> Time {
    unix(ms.div_euclid(1000), ms.rem_euclid(1000) * 1_000_000)
}

/// `time.UnixMicro`.
///
/// ```
/// assert_eq!(gort_runtime::time::unix_micro(1_500_000).second(), 1);
/// ```
pub fn unix_micro(us: i64) -> Time {
    unix(us.div_euclid(1_000_000), us.rem_euclid(1_000_000) * 1000)
}

/// `time.Date` in UTC; values out of range carry over.
///
/// ```
/// use gort_runtime::time::{Month, date};
/// assert_eq!(date(2024, Month(2), 30, 0, 0, 0, 0), date(2024, Month(3), 1, 0, 0, 0, 0));
/// ```
pub fn date(year: i64, month: Month, day: i64, hour: i64, min: i64, sec: i64, nsec: i64) -> Time {
    let month = month.0 - 1;
    let days = days_before(year + month.div_euclid(12), month.rem_euclid(12) + 1) + day - 1;
    let mut t = unix(0, nsec);
    t.sec += days * DAY - UNIX + hour * 3600 + min * 60 + sec;
    t
}

/// Days from 1 January of the year 1 to the first of a month, by the proleptic Gregorian calendar.
fn days_before(year: i64, month: i64) -> i64 {
    // Years that begin in March have their leap day at the end.
    let y = if month <= 2 { year - 1 } else { year };
    let m = (month + 9) % 12;
    365 * y + y.div_euclid(4) - y.div_euclid(100) + y.div_euclid(400) + (153 * m + 2) / 5 - 306
}

impl Time {
    /// The year, month and day.
    ///
    /// ```
    /// use gort_runtime::time::{Month, date};
    /// let t = date(2009, Month(11), 10, 23, 4, 5, 6);
    /// assert_eq!(t.date(), (2009, Month(11), 10));
    /// ```
    pub fn date(self) -> (i64, Month, i64) {
        let days = self.sec.div_euclid(DAY) + 306;
        let era = days.div_euclid(146_097);
        let d = days.rem_euclid(146_097);
        let y = (d - d / 1460 + d / 36_524 - d / 146_096) / 365;
        let d = d - (365 * y + y / 4 - y / 100);
        let m = (5 * d + 2) / 153;
        let day = d - (153 * m + 2) / 5 + 1;
        let month = if m < 10 { m + 3 } else { m - 9 };
        (y + era * 400 + i64::from(month <= 2), Month(month), day)
    }

    /// The hour, minute and second.
    ///
    /// ```
    /// use gort_runtime::time::{Month, date};
    /// let t = date(2009, Month(11), 10, 23, 4, 5, 6);
    /// assert_eq!(t.clock(), (23, 4, 5));
    /// ```
    pub fn clock(self) -> (i64, i64, i64) {
        let s = self.sec.rem_euclid(DAY);
        (s / 3600, s / 60 % 60, s % 60)
    }

    /// The year.
    ///
    /// ```
    /// use gort_runtime::time::{Month, date};
    /// let t = date(2009, Month(11), 10, 23, 4, 5, 6);
    /// assert_eq!(t.year(), 2009);
    /// ```
    pub fn year(self) -> i64 {
        self.date().0
    }

    /// The month.
    ///
    /// ```
    /// use gort_runtime::time::{Month, date};
    /// let t = date(2009, Month(11), 10, 23, 4, 5, 6);
    /// assert_eq!(t.month(), Month(11));
    /// ```
    pub fn month(self) -> Month {
        self.date().1
    }

    /// The day of the month.
    ///
    /// ```
    /// use gort_runtime::time::{Month, date};
    /// let t = date(2009, Month(11), 10, 23, 4, 5, 6);
    /// assert_eq!(t.day(), 10);
    /// ```
    pub fn day(self) -> i64 {
        self.date().2
    }

    /// The hour.
    ///
    /// ```
    /// use gort_runtime::time::{Month, date};
    /// let t = date(2009, Month(11), 10, 23, 4, 5, 6);
    /// assert_eq!(t.hour(), 23);
    /// ```
    pub fn hour(self) -> i64 {
        self.clock().0
    }

    /// The minute.
    ///
    /// ```
    /// use gort_runtime::time::{Month, date};
    /// let t = date(2009, Month(11), 10, 23, 4, 5, 6);
    /// assert_eq!(t.minute(), 4);
    /// ```
    pub fn minute(self) -> i64 {
        self.clock().1
    }

    /// The second.
    ///
    /// ```
    /// use gort_runtime::time::{Month, date};
    /// let t = date(2009, Month(11), 10, 23, 4, 5, 6);
    /// assert_eq!(t.second(), 5);
    /// ```
    pub fn second(self) -> i64 {
        self.clock().2
    }

    /// The nanosecond within the second.
    ///
    /// ```
    /// use gort_runtime::time::{Month, date};
    /// let t = date(2009, Month(11), 10, 23, 4, 5, 6);
    /// assert_eq!(t.nanosecond(), 6);
    /// ```
    pub fn nanosecond(self) -> i64 {
        self.nsec
    }

    /// The day of the week.
    ///
    /// ```
    /// use gort_runtime::time::{Month, date};
    /// let t = date(2009, Month(11), 10, 23, 4, 5, 6);
    /// assert_eq!(t.weekday().string(), "Tuesday");
    /// ```
    pub fn weekday(self) -> Weekday {
        // 1 January of the year 1 was a Monday.
        Weekday((self.sec.div_euclid(DAY) + 1).rem_euclid(7))
    }

    /// The day of the year, from 1.
    ///
    /// ```
    /// use gort_runtime::time::{Month, date};
    /// let t = date(2009, Month(11), 10, 23, 4, 5, 6);
    /// assert_eq!(t.year_day(), 314);
    /// ```
    pub fn year_day(self) -> i64 {
        self.sec.div_euclid(DAY) - days_before(self.year(), 1) + 1
    }

    /// Whether this is the zero time.
    ///
    /// ```
    /// assert!(gort_runtime::time::Time::default().is_zero());
    /// ```
    pub fn is_zero(self) -> bool {
        self.sec == 0 && self.nsec == 0
    }

    /// Seconds since 1970.
    ///
    /// ```
    /// assert_eq!(gort_runtime::time::unix(5, 6).unix(), 5);
    /// ```
    pub fn unix(self) -> i64 {
        self.sec - UNIX
    }

    /// Milliseconds since 1970.
    ///
    /// ```
    /// assert_eq!(gort_runtime::time::unix(5, 6_000_000).unix_milli(), 5006);
    /// ```
    pub fn unix_milli(self) -> i64 {
        self.unix() * 1000 + self.nsec / 1_000_000
    }

    /// Microseconds since 1970.
    ///
    /// ```
    /// assert_eq!(gort_runtime::time::unix(5, 6000).unix_micro(), 5_000_006);
    /// ```
    pub fn unix_micro(self) -> i64 {
        self.unix() * 1_000_000 + self.nsec / 1000
    }

    /// Nanoseconds since 1970, wrapping around.
    ///
    /// ```
    /// assert_eq!(gort_runtime::time::unix(5, 6).unix_nano(), 5_000_000_006);
    /// ```
    pub fn unix_nano(self) -> i64 {
        self.unix().wrapping_mul(1_000_000_000).wrapping_add(self.nsec)
    }

    /// `t + d`.
    ///
    /// ```
    /// use gort_runtime::time::{MINUTE, unix};
    /// assert_eq!(unix(5, 0).add(MINUTE), unix(65, 0));
    /// ```
    #[allow(clippy::should_implement_trait)]
    pub fn add(self, d: Duration) -> Time {
        let nsec = self.nsec + d.0 % 1_000_000_000;
        let mono = if self.mono == 0 {
            0
        } else {
            self.mono.saturating_add(d.0)
        };
        Time {
            sec: self.sec + d.0 / 1_000_000_000 + nsec.div_euclid(1_000_000_000),
            nsec: nsec.rem_euclid(1_000_000_000),
            mono,
        }
    }

    #[allow(clippy::should_implement_trait)]
    /// `t - u`, by the monotonic readings if both have one; saturates.
    ///
    /// ```
    /// use gort_runtime::time::{MINUTE, unix};
    /// assert_eq!(unix(65, 0).sub(unix(5, 0)), MINUTE);
    /// ```
    pub fn sub(self, u: Time) -> Duration {
        if self.mono != 0 && u.mono != 0 {
            return Duration(self.mono - u.mono);
        }
        let n = i128::from(self.sec - u.sec) * 1_000_000_000 + i128::from(self.nsec - u.nsec);
        Duration(n.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64)
    }

    /// The date with years, months and days added.
    ///
    /// ```
    /// use gort_runtime::time::{Month, date};
    /// let t = date(2009, Month(11), 10, 23, 4, 5, 6);
    /// assert_eq!(t.add_date(1, 2, 3).date(), (2011, Month(1), 13));
    /// ```
    pub fn add_date(self, years: i64, months: i64, days: i64) -> Time {
        let ((year, month, day), (hour, min, sec)) = (self.date(), self.clock());
        date(
            year + years,
            Month(month.0 + months),
            day + days,
            hour,
            min,
            sec,
            self.nsec,
        )
    }

    /// -1, 0 or 1.
    ///
    /// ```
    /// use gort_runtime::time::unix;
    /// assert_eq!(unix(1, 0).compare(unix(2, 0)), -1);
    /// ```
    pub fn compare(self, u: Time) -> i64 {
        let order = if self.mono != 0 && u.mono != 0 {
            self.mono.cmp(&u.mono)
        } else {
            (self.sec, self.nsec).cmp(&(u.sec, u.nsec))
        };
        order as i64
    }

    /// Whether this is later.
    ///
    /// ```
    /// use gort_runtime::time::unix;
    /// assert!(unix(2, 0).after(unix(1, 0)));
    /// ```
    pub fn after(self, u: Time) -> bool {
        self.compare(u) > 0
    }

    /// Whether this is earlier.
    ///
    /// ```
    /// use gort_runtime::time::unix;
    /// assert!(unix(1, 0).before(unix(2, 0)));
    /// ```
    pub fn before(self, u: Time) -> bool {
        self.compare(u) < 0
    }

    /// Whether this is the same instant.
    ///
    /// ```
    /// use gort_runtime::time::{unix, unix_milli};
    /// assert!(unix(2, 0).equal(unix_milli(2000)));
    /// ```
    pub fn equal(self, u: Time) -> bool {
        self.compare(u) == 0
    }

    /// Rounds down to a multiple of `d` since the zero time, and strips the monotonic reading.
    ///
    /// ```
    /// use gort_runtime::time::{MINUTE, unix};
    /// assert_eq!(unix(119, 0).truncate(MINUTE), unix(60, 0));
    /// ```
    pub fn truncate(self, d: Duration) -> Time {
        let stripped = Time { mono: 0, ..self };
        if d.0 <= 0 {
            return stripped;
        }
        let n = i128::from(self.sec) * 1_000_000_000 + i128::from(self.nsec);
        stripped.add(Duration(-(n.rem_euclid(i128::from(d.0)) as i64)))
    }

    /// Rounds to the nearest multiple of `d` since the zero time, halves up.
    ///
    /// ```
    /// use gort_runtime::time::{MINUTE, unix};
    /// assert_eq!(unix(119, 0).round(MINUTE), unix(120, 0));
    /// ```
    pub fn round(self, d: Duration) -> Time {
        if d.0 <= 0 {
            return Time { mono: 0, ..self };
        }
        self.add(Duration(d.0 / 2 + d.0 % 2)).truncate(d)
    }

    /// The same instant in UTC, which it is.
    ///
    /// ```
    /// use gort_runtime::time::unix;
    /// assert!(unix(1, 0).utc().equal(unix(1, 0)));
    /// ```
    pub fn utc(self) -> Time {
        Time { mono: 0, ..self }
    }

    /// The same instant in the local zone, which is UTC.
    ///
    /// ```
    /// use gort_runtime::time::unix;
    /// assert!(unix(1, 0).local().equal(unix(1, 0)));
    /// ```
    pub fn local(self) -> Time {
        Time { mono: 0, ..self }
    }

    /// The monotonic reading, if there is one.
    pub(super) fn monotonic(self) -> Option<i64> {
        (self.mono != 0).then_some(self.mono)
    }
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];

impl Month {
    /// The English name.
    ///
    /// ```
    /// assert_eq!(gort_runtime::time::Month(12).string(), "December");
    /// ```
    pub fn string(self) -> GoString {
        name(&MONTHS, self.0 - 1).unwrap_or_else(|| format!("%!Month({})", self.0).into())
    }
}

impl Weekday {
    /// The English name.
    ///
    /// ```
    /// assert_eq!(gort_runtime::time::Weekday(6).string(), "Saturday");
    /// ```
    pub fn string(self) -> GoString {
        name(&DAYS, self.0).unwrap_or_else(|| format!("%!Weekday({})", self.0).into())
    }
}

fn name(names: &[&'static str], i: i64) -> Option<GoString> {
    names
        .get(usize::try_from(i).ok()?)
        .map(|name| GoString::from_static(name))
}

impl Stringer for Month {
    fn string(&self) -> GoString {
        Month::string(*self)
    }
}

impl Stringer for Weekday {
    fn string(&self) -> GoString {
        Weekday::string(*self)
    }
}

impl Stringer for Time {
    fn string(&self) -> GoString {
        Time::string(*self)
    }
}

impl crate::value::StringerPtr for Time {
    fn string(this: &crate::value::Ptr<Self>) -> GoString {
        this.get().string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calendar() {
        let t = unix(1_700_000_000, 5);
        assert_eq!((t.date(), t.clock()), ((2023, Month(11), 14), (22, 13, 20)));
        assert_eq!((t.weekday(), t.year_day()), (Weekday(2), 318));
        assert_eq!(date(2023, Month(11), 14, 22, 13, 20, 5), t);
        assert_eq!(date(2024, Month(14), 30, 0, 0, 0, 0).date(), (2025, Month(3), 2));
        assert_eq!(
            (Time::default().date(), Time::default().weekday()),
            ((1, Month(1), 1), Weekday(1))
        );
        for day in (-200_000..1_000_000).step_by(37) {
            let t = unix(day * DAY, 0);
            let (y, m, d) = t.date();
            assert_eq!(date(y, m, d, 0, 0, 0, 0), t);
        }
        assert_eq!(t.add(Duration(-6)).nanosecond(), 999_999_999);
        assert!(now().sub(now()).0 <= 0 && t.before(now()));
    }
}
