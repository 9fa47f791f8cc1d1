//! The header `Date`: RFC 9110 5.6.7.

use std::time::SystemTime;
use time::OffsetDateTime;

/// `Sun, 06 Nov 1994 08:49:37 GMT`.
pub(crate) fn format(time: SystemTime) -> String {
    let time = OffsetDateTime::from(time);
    let short = |name: String| name.chars().take(3).collect::<String>();
    let (year, month, day) = time.to_calendar_date();
    let (hour, minute, second) = time.to_hms();
    let (weekday, month) = (short(time.weekday().to_string()), short(month.to_string()));
    format!("{weekday}, {day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} GMT")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, UNIX_EPOCH};

    #[test]
    fn as_the_specification_writes_it() {
        assert_eq!(format(UNIX_EPOCH + Duration::from_secs(784_111_777)), "Sun, 06 Nov 1994 08:49:37 GMT");
    }
}
