//! Spans of time as XML writes them.

use std::time::Duration;

/// An `xs:duration` in seconds, with milliseconds where there are any: `PT60S`, `PT59.250S`. A bare
/// number would be a schema fault (2150858817).
pub(crate) fn xs_duration(span: Duration) -> String {
    match span.subsec_millis() {
        0 => format!("PT{}S", span.as_secs()),
        millis => format!("PT{}.{millis:03}S", span.as_secs()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn milliseconds_are_written_only_where_there_are_any() {
        assert_eq!(xs_duration(Duration::from_secs(60)), "PT60S");
        assert_eq!(xs_duration(Duration::from_millis(59_250)), "PT59.250S");
        assert_eq!(xs_duration(Duration::from_millis(5)), "PT0.005S");
        assert_eq!(xs_duration(Duration::from_micros(900)), "PT0S");
    }
}
