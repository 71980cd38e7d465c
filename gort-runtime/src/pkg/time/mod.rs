//! `time`: the runtime's room, and what needs the calendar and layouts: reading instants, zones, names.

mod duration;
mod layout;
mod parse;

use crate::pkg::go::*;
use crate::pkg::strconv::quote::{Style, quoted};
use crate::pkg::support::{handle_type, pointer_error};
use std::sync::LazyLock;

pub use crate::time::*;

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

macro_rules! names {
    ($t:ident: $($name:ident = $n:literal),*) => { $(#[doc = concat!("The ", stringify!($t), " number ", stringify!($n), ".")] pub const $name: $t = $t($n);)* };
}

names!(Month: JANUARY = 1, FEBRUARY = 2, MARCH = 3, APRIL = 4, MAY = 5, JUNE = 6, JULY = 7, AUGUST = 8, SEPTEMBER = 9, OCTOBER = 10, NOVEMBER = 11, DECEMBER = 12);
names!(Weekday: SUNDAY = 0, MONDAY = 1, TUESDAY = 2, WEDNESDAY = 3, THURSDAY = 4, FRIDAY = 5, SATURDAY = 6);

/// A zone.
///
/// # Differences from Go
/// Instants are always in UTC; a zone only counts where a clock is read or a date is made.
#[derive(Clone, Default)]
pub struct Location {
    name: GoString,
    offset: i64,
}

handle_type!(Location, "time.Location", pointer(dyn Stringer));

impl Location {
    /// The zone's name.
    pub fn string(&self) -> GoString {
        if self.name.is_empty() {
            str("UTC")
        } else {
            self.name.clone()
        }
    }
}

crate::pkg::support::forward!(Location: StringerPtr { fn string() -> GoString; });

/// UTC.
pub fn utc() -> Ptr<Location> {
    static UTC: LazyLock<Ptr<Location>> = LazyLock::new(|| {
        Ptr::new(Location {
            name: str("UTC"),
            offset: 0,
        })
    });
    UTC.clone()
}

/// The local zone, which is UTC here.
pub fn local() -> Ptr<Location> {
    static LOCAL: LazyLock<Ptr<Location>> = LazyLock::new(|| {
        Ptr::new(Location {
            name: str("Local"),
            offset: 0,
        })
    });
    LOCAL.clone()
}

/// A zone some seconds east of UTC.
pub fn fixed_zone(name: GoString, offset: i64) -> Ptr<Location> {
    Ptr::new(Location { name, offset })
}

/// The zone of this name; only UTC and Local are known.
pub fn load_location(name: GoString) -> (Ptr<Location>, GoError) {
    match name.as_bytes() {
        b"" | b"UTC" => (utc(), GoError::nil()),
        b"Local" => (local(), GoError::nil()),
        _ => (
            Ptr::nil(),
            crate::pkg::support::error(format!("unknown time zone {name}")),
        ),
    }
}

/// The instant of a date and clock in a zone; values out of range carry over.
#[allow(clippy::too_many_arguments)]
pub fn date(year: i64, month: Month, day: i64, hour: i64, min: i64, sec: i64, nsec: i64, loc: Ptr<Location>) -> Time {
    if loc.is_nil() {
        panic_str("time: missing Location in call to Date");
    }
    crate::time::date(year, month, day, hour, min, sec - loc.offset, nsec)
}

impl Time {
    /// The same instant: every zone shows as UTC here.
    pub fn in_(self, loc: Ptr<Location>) -> Time {
        if loc.is_nil() {
            panic_str("time: missing Location in call to Time.In");
        }
        self
    }

    /// The zone: UTC.
    pub fn location(self) -> Ptr<Location> {
        utc()
    }

    /// The zone's name and offset.
    pub fn zone(self) -> (GoString, i64) {
        (str("UTC"), 0)
    }
}

/// Why a text is no instant.
#[derive(Clone, Default)]
pub struct ParseError {
    /// The layout.
    pub layout: Cell<GoString>,
    /// The text.
    pub value: Cell<GoString>,
    /// The part of the layout that did not fit.
    pub layout_elem: Cell<GoString>,
    /// The text from there.
    pub value_elem: Cell<GoString>,
    /// What else was wrong.
    pub message: Cell<GoString>,
}

handle_type!(
    ParseError,
    "time.ParseError",
    pointer(dyn Error),
    fields { "Layout" => layout, "Value" => value, "LayoutElem" => layout_elem, "ValueElem" => value_elem, "Message" => message }
);

impl ErrorPtr for ParseError {
    fn error(this: &Ptr<Self>) -> GoString {
        let q = |s: &Cell<GoString>| GoString::from(quoted(s.get().as_bytes(), b'"', Style::Plain));
        let message = this.message.get();
        if message.is_empty() {
            let head = str("parsing time ") + q(&this.value) + str(" as ") + q(&this.layout);
            head + str(": cannot parse ") + q(&this.value_elem) + str(" as ") + q(&this.layout_elem)
        } else {
            str("parsing time ") + q(&this.value) + message
        }
    }
}

/// Reads a duration.
pub fn parse_duration(s: GoString) -> (Duration, GoError) {
    match duration::read(s.as_bytes()) {
        Ok(n) => (Duration(n), GoError::nil()),
        Err(text) => (Duration(0), crate::pkg::support::error(text)),
    }
}

/// Reads an instant by a layout, in UTC unless the text says otherwise.
pub fn parse(layout: GoString, value: GoString) -> (Time, GoError) {
    parse_in_location(layout, value, utc())
}

/// Reads an instant by a layout, in the zone unless the text says otherwise.
pub fn parse_in_location(layout: GoString, value: GoString, loc: Ptr<Location>) -> (Time, GoError) {
    match parse::parse(layout.as_bytes(), value.as_bytes()) {
        Ok(p) => {
            let named = p
                .zone
                .as_deref()
                .map(|z| if z == "UTC" || z == "GMT" { 0 } else { loc.offset });
            let offset = p.offset.or(named).unwrap_or(loc.offset);
            (unix(p.local - offset, p.nanosecond), GoError::nil())
        }
        Err(f) => {
            let e = ParseError {
                layout: Cell::new(layout),
                value: Cell::new(value),
                layout_elem: Cell::new(GoString::from(f.layout_element)),
                value_elem: Cell::new(GoString::from(f.value_element)),
                message: Cell::new(GoString::from(f.message)),
            };
            (Time::zero(), pointer_error(e))
        }
    }
}

/// Days since 1970-01-01 of a date; months beyond the year carry over.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = (year + (month - 1).div_euclid(12), (month - 1).rem_euclid(12) + 1);
    // Years begin in March, so that the leap day is the last.
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let of_era = y.rem_euclid(400);
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year + day - 1 - 719_468
}

/// Year, month and day of a number of days since 1970-01-01.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let of_era = z.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let m = (5 * of_year + 2) / 153;
    let month = if m < 10 { m + 3 } else { m - 9 };
    (
        year_of_era + era * 400 + i64::from(month <= 2),
        month,
        of_year - (153 * m + 2) / 5 + 1,
    )
}

/// The number of days of a month.
fn days_in(year: i64, month: i64) -> i64 {
    days_from_civil(year, month + 1, 1) - days_from_civil(year, month, 1)
}
