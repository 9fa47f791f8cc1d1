//! Times as recordings write them: UTC, to the second.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

const DAY: u64 = 24 * 60 * 60;

/// `2026-11-26T01:05:35Z`. What lies before 1970 is told as its beginning.
pub(super) fn format(time: SystemTime) -> String {
    let seconds = time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let (year, month, day) = civil(seconds / DAY);
    let (hour, minute, second) = (seconds % DAY / 3600, seconds % 3600 / 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// `20261126T010535Z`, for names of folders.
pub(super) fn compact(time: SystemTime) -> String {
    format(time).replace(['-', ':'], "")
}

/// Reads what [`format`] wrote.
pub(super) fn parse(text: &str) -> Option<SystemTime> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let [year, month, day] = numbers(date, '-')?;
    let [hour, minute, second] = numbers(time, ':')?;
    let fits = (1970..10_000).contains(&year) && (1..13).contains(&month) && (1..32).contains(&day);
    if !fits || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let seconds = days(year, month, day) * DAY + hour * 3600 + minute * 60 + second;
    UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
}

fn numbers(text: &str, separator: char) -> Option<[u64; 3]> {
    let numbers: Option<Vec<u64>> = text.split(separator).map(|part| part.parse().ok()).collect();
    numbers?.try_into().ok()
}

/// Days from 1970 to a date of the Gregorian calendar, whose years are taken to begin in March: then a leap day is the last.
fn days(year: u64, month: u64, day: u64) -> u64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year / 4 - year / 100 + year / 400;
    (year * 365 + leap_days + (month * 153 + 2) / 5 + day - 1).saturating_sub(719_468)
}

/// The date so many days after 1970: the way back.
fn civil(count: u64) -> (u64, u64, u64) {
    let count = count + 719_468;
    let (era, of_era) = (count / 146_097, count % 146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, passed) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year + passed, month, day)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::{compact, format, parse};

    #[test]
    fn a_time_is_written_and_read() {
        let table = [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_795_655_135, "2026-11-26T01:05:35Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ];
        for (seconds, text) in table {
            let time = UNIX_EPOCH + Duration::from_secs(seconds);
            assert_eq!((format(time), parse(text)), (text.to_owned(), Some(time)));
        }
        assert_eq!(compact(UNIX_EPOCH), "19700101T000000Z");
        for text in ["", "2026-11-26", "2026-13-01T00:00:00Z", "2026-01-01T25:00:00Z", "a-b-cT1:2:3Z"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
