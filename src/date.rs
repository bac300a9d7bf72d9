//! Calendar days, as `until` and `--as-of` name them.

use std::error::Error;
use std::fmt;
use std::ops::Range;
use std::str::FromStr;

/// A day of the Gregorian calendar, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// The day with this number, day 0 being 1970-01-01.
    ///
    /// The arithmetic counts years from 1 March of year 0, so that the leap day ends a year.
    pub fn from_unix_days(days: u32) -> Date {
        let days = days + 719_468;
        let era = days / 146_097;
        let of_era = days % 146_097;
        let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153;
        Date {
            year: (era * 400 + year + u32::from(month >= 10)) as u16,
            month: if month < 10 { month + 3 } else { month - 9 } as u8,
            day: (of_year - (153 * month + 2) / 5 + 1) as u8,
        }
    }

    /// Days since 1970-01-01; negative before it.
    pub fn unix_days(self) -> i32 {
        let (year, month) = (i32::from(self.year), i32::from(self.month));
        let year = if month <= 2 { year - 1 } else { year };
        let shifted = if month > 2 { month - 3 } else { month + 9 };
        let of_year = (153 * shifted + 2) / 5 + i32::from(self.day) - 1;
        let of_era = (year % 400) * 365 + (year % 400) / 4 - (year % 400) / 100 + of_year;
        (year / 400) * 146_097 + of_era - 719_468
    }
}

/// Why a text is not a [`Date`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotADate;

impl FromStr for Date {
    type Err = NotADate;

    /// Parses `2026-12-31`, and no other form.
    fn from_str(text: &str) -> Result<Date, NotADate> {
        let dashes = text.len() == 10 && text.as_bytes()[4] == b'-' && text.as_bytes()[7] == b'-';
        if !dashes {
            return Err(NotADate);
        }
        let (year, month, day) = (
            parse_number(text, 0..4)?,
            parse_number(text, 5..7)? as u8,
            parse_number(text, 8..10)? as u8,
        );
        let date = Date { year, month, day };
        let real = year >= 1970 && Date::from_unix_days(date.unix_days() as u32) == date;
        if real { Ok(date) } else { Err(NotADate) }
    }
}

/// Parses a part of a text as a number.
fn parse_number(text: &str, range: Range<usize>) -> Result<u16, NotADate> {
    let digits = text
        .get(range)
        .filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    digits
        .and_then(|digits| digits.parse().ok())
        .ok_or(NotADate)
}

impl fmt::Display for NotADate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a day is written as 2026-12-31")
    }
}

impl Error for NotADate {}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_are_one_to_one() {
        for days in 0..200_000 {
            let date = Date::from_unix_days(days);
            assert_eq!(date.unix_days(), days as i32);
            assert_eq!(date.to_string().parse(), Ok(date));
        }
        assert_eq!(Date::from_unix_days(20_454).to_string(), "2026-01-01");
    }

    #[test]
    fn rejects_days_that_no_calendar_has() {
        for text in [
            "2026-02-29",
            "2026-13-01",
            "2026-00-10",
            "2026-1-1",
            "26-01-01",
            "2026-04-31",
            "2026/01/01",
            "+026-01-01",
            "1969-12-31",
            "0000-00-00",
            "",
            "２０26-1-01",
        ] {
            assert_eq!(text.parse::<Date>(), Err(NotADate), "{text}");
        }

        assert!("2028-02-29".parse::<Date>().is_ok());
    }
}
