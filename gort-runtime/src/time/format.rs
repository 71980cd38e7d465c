//! Printing times by Go's layouts.

use super::Time;
use crate::value::GoString;

mod layouts {
    use crate::value::{GoString, str};

    /// Go's `time.Layout`.
    ///
    /// ```
    /// use gort_runtime::time::{self, Month};
    /// let t = time::date(2009, Month(11), 10, 23, 4, 5, 6);
    /// assert_eq!(t.format(time::LAYOUT), "11/10 11:04:05PM '09 +0000");
    /// ```
    pub const LAYOUT: GoString = str("01/02 03:04:05PM '06 -0700");
    /// Go's `time.ANSIC`.
    ///
    /// ```
    /// use gort_runtime::time::{self, Month};
    /// let t = time::date(2009, Month(11), 10, 23, 4, 5, 6);
    /// assert_eq!(t.format(time::ANSIC), "Tue Nov 10 23:04:05 2009");
    /// ```
    pub const ANSIC: GoString = str("Mon Jan _2 15:04:05 2006");
    /// Go's `time.UnixDate`.
    ///
    /// ```
    /// use gort_runtime::time::{self, Month};
    /// let t = time::date(2009, Month(11), 10, 23, 4, 5, 6);
    /// assert_eq!(t.format(time::UNIX_DATE), "Tue Nov 10 23:04:05 UTC 2009");
    /// ```
    pub const UNIX_DATE: GoString = str("Mon Jan _2 15:04:05 MST 2006");
    /// Go's `time.RFC822`.
    ///
    /// ```
    /// use gort_runtime::time::{self, Month};
    /// let t = time::date(2009, Month(11), 10, 23, 4, 5, 6);
    /// assert_eq!(t.format(time::RFC822), "10 Nov 09 23:04 UTC");
    /// ```
    pub const RFC822: GoString = str("02 Jan 06 15:04 MST");
    /// Go's `time.RFC850`.
    ///
    /// ```
    /// use gort_runtime::time::{self, Month};
    /// let t = time::date(2009, Month(11), 10, 23, 4, 5, 6);
    /// assert_eq!(t.format(time::RFC850), "Tuesday, 10-Nov-09 23:04:05 UTC");
    /// ```
    pub const RFC850: GoString = str("Monday, 02-Jan-06 15:04:05 MST");
    /// Go's `time.RFC1123`.
    ///
    /// ```
    /// use gort_runtime::time::{self, Month};
    /// let t = time::date(2009, Month(11), 10, 23, 4, 5, 6);
    /// assert_eq!(t.format(time::RFC1123), "Tue, 10 Nov 2009 23:04:05 UTC");
    /// ```
    pub const RFC1123: GoString = str("Mon, 02 Jan 2006 15:04:05 MST");
    /// Go's `time.RFC3339`.
    ///
    /// ```
    /// use gort_runtime::time::{self, Month};
    /// let t = time::date(2009, Month(11), 10, 23, 4, 5, 6);
    /// assert_eq!(t.format(time::RFC3339), "2009-11-10T23:04:05Z");
    /// ```
    pub const RFC3339: GoString = str("2006-01-02T15:04:05Z07:00");
    /// Go's `time.RFC3339Nano`.
    ///
    /// ```
    /// use gort_runtime::time::{self, Month};
    /// let t = time::date(2009, Month(11), 10, 23, 4, 5, 6);
    /// assert_eq!(t.format(time::RFC3339_NANO), "2009-11-10T23:04:05.000000006Z");
    /// ```
    pub const RFC3339_NANO: GoString = str("2006-01-02T15:04:05.999999999Z07:00");
    /// Go's `time.Kitchen`.
    ///
    /// ```
    /// use gort_runtime::time::{self, Month};
    /// let t = time::date(2009, Month(11), 10, 23, 4, 5, 6);
    /// assert_eq!(t.format(time::KITCHEN), "11:04PM");
    /// ```
    pub const KITCHEN: GoString = str("3:04PM");
    /// Go's `time.Stamp`.
    ///
    /// ```
    /// use gort_runtime::time::{self, Month};
    /// let t = time::date(2009, Month(11), 10, 23, 4, 5, 6);
    /// assert_eq!(t.format(time::STAMP), "Nov 10 23:04:05");
    /// ```
    pub const STAMP: GoString = str("Jan _2 15:04:05");
    /// Go's `time.StampMilli`.
    ///
    /// ```
    /// use gort_runtime::time::{self, Month};
    /// let t = time::date(2009, Month(11), 10, 23, 4, 5, 6);
    /// assert_eq!(t.format(time::STAMP_MILLI), "Nov 10 23:04:05.000");
    /// ```
    pub const STAMP_MILLI: GoString = str("Jan _2 15:04:05.000");
    /// Go's `time.DateTime`.
    ///
    /// ```
    /// use gort_runtime::time::{self, Month};
    /// let t = time::date(2009, Month(11), 10, 23, 4, 5, 6);
    /// assert_eq!(t.format(time::DATE_TIME), "2009-11-10 23:04:05");
    /// ```
    pub const DATE_TIME: GoString = str("2006-01-02 15:04:05");
    /// Go's `time.DateOnly`.
    ///
    /// ```
    /// use gort_runtime::time::{self, Month};
    /// let t = time::date(2009, Month(11), 10, 23, 4, 5, 6);
    /// assert_eq!(t.format(time::DATE_ONLY), "2009-11-10");
    /// ```
    pub const DATE_ONLY: GoString = str("2006-01-02");
    /// Go's `time.TimeOnly`.
    ///
    /// ```
    /// use gort_runtime::time::{self, Month};
    /// let t = time::date(2009, Month(11), 10, 23, 4, 5, 6);
    /// assert_eq!(t.format(time::TIME_ONLY), "23:04:05");
    /// ```
    pub const TIME_ONLY: GoString = str("15:04:05");
}
pub use layouts::*;

/// The elements of a layout, longer ones before those they begin with.
const ELEMENTS: [&str; 32] = [
    "January",
    "Jan",
    "Monday",
    "Mon",
    "MST",
    "2006",
    "-07:00:00",
    "-070000",
    "-07:00",
    "-0700",
    "-07",
    "Z07:00:00",
    "Z070000",
    "Z07:00",
    "Z0700",
    "Z07",
    "__2",
    "_2",
    "002",
    "01",
    "02",
    "03",
    "04",
    "05",
    "06",
    "15",
    "PM",
    "pm",
    "1",
    "2",
    "3",
    "4",
];

impl Time {
    /// Prints by a layout.
    ///
    /// ```
    /// use gort_runtime::time::{Month, date};
    /// let t = date(2009, Month(11), 10, 23, 4, 5, 6);
    /// assert_eq!(t.format("3:04PM on Jan 2".into()), "11:04PM on Nov 10");
    /// ```
    pub fn format(self, layout: GoString) -> GoString {
        let layout = layout.to_str_lossy();
        let (mut out, mut rest) = (String::new(), &*layout);
        while !rest.is_empty() {
            if let Some((text, used)) = self.fraction(rest) {
                out += &text;
                rest = &rest[used..];
                continue;
            }
            // "5" is an element too; "_2006" is an underscore and a year; "Janet" is no month.
            let element = ELEMENTS.iter().copied().chain(["5"]).find(|element| {
                rest.starts_with(element)
                    && !(*element == "_2" && rest.starts_with("_2006"))
                    && !(*element == "Jan" && rest[3..].starts_with(|c: char| c.is_ascii_lowercase()))
                    && !(*element == "Mon" && rest[3..].starts_with(|c: char| c.is_ascii_lowercase()))
            });
            match element {
                Some(element) => {
                    out += &self.element(element);
                    rest = &rest[element.len()..];
                }
                None => {
                    let c = rest.chars().next().unwrap_or_default();
                    out.push(c);
                    rest = &rest[c.len_utf8()..];
                }
            }
        }
        out.into()
    }

    /// A fraction of a second at the start of a layout: `.000`, `,999`.
    fn fraction(self, layout: &str) -> Option<(String, usize)> {
        let point = layout.chars().next().filter(|c| matches!(c, '.' | ','))?;
        let digit = layout[1..].chars().next().filter(|c| matches!(c, '0' | '9'))?;
        let digits = layout[1..].chars().take_while(|c| *c == digit).count();
        if layout[1 + digits..].starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let all = format!("{:09}", self.nanosecond());
        let mut text = format!("{point}{:0<digits$}", &all[..digits.min(9)]);
        if digit == '9' {
            text.truncate(text.trim_end_matches('0').len());
            if text.len() == 1 {
                text.clear();
            }
        }
        Some((text, 1 + digits))
    }

    fn element(self, element: &str) -> String {
        let ((year, month, day), (hour, minute, second)) = (self.date(), self.clock());
        let twelve = if hour % 12 == 0 { 12 } else { hour % 12 };
        match element {
            "2006" => format!("{year:04}"),
            "06" => format!("{:02}", year.rem_euclid(100)),
            "January" => month.string().to_string(),
            "Jan" => month.string().slice_to(3).to_string(),
            "01" => format!("{:02}", month.0),
            "1" => month.0.to_string(),
            "Monday" => self.weekday().string().to_string(),
            "Mon" => self.weekday().string().slice_to(3).to_string(),
            "02" => format!("{day:02}"),
            "_2" => format!("{day:2}"),
            "2" => day.to_string(),
            "002" => format!("{:03}", self.year_day()),
            "__2" => format!("{:3}", self.year_day()),
            "15" => format!("{hour:02}"),
            "03" => format!("{twelve:02}"),
            "3" => twelve.to_string(),
            "04" => format!("{minute:02}"),
            "4" => minute.to_string(),
            "05" => format!("{second:02}"),
            "5" => second.to_string(),
            "PM" => if hour < 12 { "AM" } else { "PM" }.to_owned(),
            "pm" => if hour < 12 { "am" } else { "pm" }.to_owned(),
            "MST" => "UTC".to_owned(),
            "-0700" => "+0000".to_owned(),
            "-07:00" => "+00:00".to_owned(),
            "-07" => "+00".to_owned(),
            "-07:00:00" => "+00:00:00".to_owned(),
            "-070000" => "+000000".to_owned(),
            _ => "Z".to_owned(),
        }
    }

    /// As Go prints it.
    ///
    /// ```
    /// assert_eq!(gort_runtime::time::unix(0, 0).string(), "1970-01-01 00:00:00 +0000 UTC");
    /// ```
    pub fn string(self) -> GoString {
        let mut text = self.format(GoString::from_static("2006-01-02 15:04:05.999999999 -0700 MST"));
        if let Some(mono) = self.monotonic() {
            text += &GoString::from(format!(" m=+{}.{:09}", mono / 1_000_000_000, mono % 1_000_000_000));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{date, unix};
    use crate::value::str;

    #[test]
    fn layouts_print() {
        let t = unix(1_136_214_245, 120_000_000);
        assert_eq!(t.string(), "2006-01-02 15:04:05.12 +0000 UTC");
        assert_eq!(t.format(RFC3339_NANO), "2006-01-02T15:04:05.12Z");
        assert_eq!(t.format(ANSIC), "Mon Jan  2 15:04:05 2006");
        assert_eq!(t.format(KITCHEN), "3:04PM");
        assert_eq!(
            t.format(str("Monday _2006 Janet .000 Jan")),
            "Monday _2006 Janet .120 Jan"
        );
        let t = date(1999, crate::time::Month(12), 31, 0, 5, 9, 0);
        assert_eq!(t.format(str("3:4:5pm 1/2/06 002")), "12:5:9am 12/31/99 365");
    }
}
