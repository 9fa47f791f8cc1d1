//! Points in time as hosts write them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

const DAY: i64 = 24 * 60 * 60;

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A value of the CIM type datetime that is a point in time: as XML (`2026-11-25T22:41:09.5Z`,
/// `…+01:00`; DSP0230 6.2) or as CIM itself has it (`20261125224109.500000+060`, the offset in
/// minutes; DSP0004 5.2.4). An interval is none.
pub(crate) fn parse(text: &str) -> Option<SystemTime> {
    let text = text.trim();
    let moment = match text.as_bytes().get(4) {
        Some(b'-') => xml(text)?,
        _ => cim(text)?,
    };
    moment.time()
}

/// The header `Date`: `Sun, 06 Nov 1994 08:49:37 GMT`. RFC 9110 5.6.7 has older forms too, which no
/// server of this century sends.
pub(crate) fn http_date(text: &str) -> Option<SystemTime> {
    let (_, date) = text.trim().strip_suffix(" GMT")?.split_once(", ")?;
    let mut words = date.split(' ');
    let day = digits(words.next()?, 2)?;
    let name = words.next()?;
    let month = MONTHS.iter().position(|month| *month == name)? + 1;
    let year = digits(words.next()?, 4)?;
    let (hour, minute, second) = clock(words.next()?)?;
    let date = Date { year, month: i64::try_from(month).ok()?, day };
    words.next().is_none().then(|| Moment { date, hour, minute, second, nanos: 0, offset: 0 }.time())?
}

struct Date {
    year: i64,
    month: i64,
    day: i64,
}

struct Moment {
    date: Date,
    hour: i64,
    minute: i64,
    second: i64,
    nanos: u32,
    /// Seconds east of Greenwich.
    offset: i64,
}

fn xml(text: &str) -> Option<Moment> {
    let (date, rest) = text.split_once('T')?;
    let mut parts = date.split('-');
    let date =
        Date { year: digits(parts.next()?, 4)?, month: digits(parts.next()?, 2)?, day: digits(parts.next()?, 2)? };
    let zone = rest.find(['Z', '+', '-'])?;
    let (time, zone) = rest.split_at_checked(zone)?;
    let (time, fraction) = time.split_once('.').unwrap_or((time, ""));
    let (hour, minute, second) = clock(time)?;
    let offset = match zone.split_at_checked(1)? {
        ("Z", "") => 0,
        (sign, zone) => {
            let (hours, minutes) = zone.split_once(':')?;
            sign_of(sign)? * (digits(hours, 2)? * 3600 + digits(minutes, 2)? * 60)
        }
    };
    parts.next().is_none().then(|| Some(Moment { date, hour, minute, second, nanos: nanos(fraction)?, offset }))?
}

fn cim(text: &str) -> Option<Moment> {
    let part = |from: usize, length: usize| digits(text.get(from..from + length)?, length);
    let date = Date { year: part(0, 4)?, month: part(4, 2)?, day: part(6, 2)? };
    let (hour, minute, second) = (part(8, 2)?, part(10, 2)?, part(12, 2)?);
    if text.len() != 25 || text.get(14..15)? != "." {
        return None;
    }
    let offset = sign_of(text.get(21..22)?)? * part(22, 3)? * 60;
    Some(Moment { date, hour, minute, second, nanos: nanos(text.get(15..21)?)?, offset })
}

/// `hh:mm:ss`.
fn clock(text: &str) -> Option<(i64, i64, i64)> {
    let mut parts = text.split(':');
    let time = (digits(parts.next()?, 2)?, digits(parts.next()?, 2)?, digits(parts.next()?, 2)?);
    parts.next().is_none().then_some(time)
}

fn digits(text: &str, length: usize) -> Option<i64> {
    let is_number = text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok())?
}

fn sign_of(text: &str) -> Option<i64> {
    match text {
        "+" => Some(1),
        "-" => Some(-1),
        _ => None,
    }
}

/// The digits behind the point; those past the ninth do not count.
fn nanos(fraction: &str) -> Option<u32> {
    let nine: String = fraction.chars().chain("000000000".chars()).take(9).collect();
    u32::try_from(digits(&nine, 9)?).ok()
}

impl Moment {
    fn time(&self) -> Option<SystemTime> {
        let fits = self.hour < 24 && self.minute < 60 && self.second <= 60;
        let days = self.date.days().filter(|_| fits)?;
        let seconds = days * DAY + self.hour * 3600 + self.minute * 60 + self.second - self.offset;
        let whole = Duration::from_secs(seconds.unsigned_abs());
        let moment = if seconds < 0 { UNIX_EPOCH.checked_sub(whole) } else { UNIX_EPOCH.checked_add(whole) };
        moment?.checked_add(Duration::from_nanos(self.nanos.into()))
    }
}

impl Date {
    /// Days since 1970-01-01 in the Gregorian calendar. Years are counted from March, so that the day
    /// that some of them lack is their last.
    fn days(&self) -> Option<i64> {
        let Self { year, month, day } = *self;
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let length = match month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        if !(1..=length).contains(&day) {
            return None;
        }
        let year = if month < 3 { year - 1 } else { year };
        let days_before_month = (153 * ((month + 9) % 12) + 2) / 5;
        Some(
            365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + days_before_month + day
                - 719_469,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seconds since 1970.
    fn seconds(time: Option<SystemTime>) -> Option<f64> {
        time.map(|time| match time.duration_since(UNIX_EPOCH) {
            Ok(after) => after.as_secs_f64(),
            Err(before) => -before.duration().as_secs_f64(),
        })
    }

    #[test]
    fn both_forms_of_a_datetime() {
        let table = [
            ("1970-01-01T00:00:00Z", Some(0.0)),
            ("2000-02-29T12:00:00Z", Some(951_825_600.0)),
            ("2026-11-25T22:41:09.25Z", Some(1_795_646_469.25)),
            ("2026-11-25T22:41:09.1234567891Z", Some(1_795_646_469.123_456_8)),
            ("2026-11-25T23:41:09+01:00", Some(1_795_646_469.0)),
            ("2026-11-25T17:11:09-05:30", Some(1_795_646_469.0)),
            ("20261125234109.250000+060", Some(1_795_646_469.25)),
            ("20261125174109.000000-300", Some(1_795_646_469.0)),
            // What Windows has for "never".
            ("1601-01-01T00:00:00Z", Some(-11_644_473_600.0)),
            ("2100-02-29T00:00:00Z", None),
            ("2026-13-01T00:00:00Z", None),
            ("2026-00-01T00:00:00Z", None),
            ("2026-11-25T24:00:00Z", None),
            ("2026-11-25T22:41:09", None),
            ("2026-11-25T22:41:09+1:00", None),
            ("2026-11-25T22:41:09Zx", None),
            ("2026-11-25-01T22:41:09Z", None),
            ("2026-11-25T22:41Z", None),
            ("00000001132312.000000:000", None),
            ("20261125234109.25+060", None),
            ("20261125234109.250000+06é", None),
            ("é", None),
            ("", None),
        ];
        for (text, expected) in table {
            assert_eq!(seconds(parse(text)), expected, "{text}");
        }
    }

    #[test]
    fn the_date_of_http() {
        let table = [
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(784_111_777.0)),
            ("Wed, 25 Nov 2026 22:41:09 GMT", Some(1_795_646_469.0)),
            ("Sunday, 06-Nov-94 08:49:37 GMT", None),
            ("Sun Nov  6 08:49:37 1994", None),
            ("Sun, 06 Nov 1994 08:49:37 CET", None),
            ("Sun, 6 Nov 1994 08:49:37 GMT", None),
            ("Sun, 31 Nov 1994 08:49:37 GMT", None),
            ("Sun, 06 nov 1994 08:49:37 GMT", None),
            ("", None),
        ];
        for (text, expected) in table {
            assert_eq!(seconds(http_date(text)), expected, "{text}");
        }
    }
}
