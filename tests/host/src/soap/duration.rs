//! `xs:duration` as WS-Management uses it.

use std::time::Duration;

/// Reads `PT60S`, `PT1.5S`, `P0DT0H1M0S`. Years, months and negative ones are refused, as is a bare number.
pub(crate) fn parse(text: &str) -> Option<Duration> {
    let rest = text.trim().strip_prefix('P')?;
    let (days, time) = match rest.split_once('T') {
        Some((days, time)) if !time.is_empty() => (days, time),
        Some(_) => return None,
        None if !rest.is_empty() => (rest, ""),
        None => return None,
    };
    let (day_seconds, left) = component(days, 'D', 86_400.0)?;
    let (hours, time) = component(time, 'H', 3_600.0)?;
    let (minutes, time) = component(time, 'M', 60.0)?;
    let (seconds, time) = component(time, 'S', 1.0)?;
    let total = day_seconds + hours + minutes + seconds;
    (left.is_empty() && time.is_empty()).then(|| Duration::try_from_secs_f64(total).ok())?
}

/// Writes seconds as Windows does: `PT180.000S`.
pub(crate) fn format(duration: Duration) -> String {
    format!("PT{}.{:03}S", duration.as_secs(), duration.subsec_millis())
}

fn component(text: &str, unit: char, seconds: f64) -> Option<(f64, &str)> {
    let Some((number, rest)) = text.split_once(unit) else {
        return Some((0.0, text));
    };
    let plain = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    plain.then(|| number.parse::<f64>().ok())?.map(|number| (number * seconds, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_that_clients_send() {
        for (text, seconds) in
            [("PT60S", 60.0), ("PT1.5S", 1.5), ("P0DT0H1M0S", 60.0), ("P1D", 86_400.0), ("PT7200.000S", 7200.0)]
        {
            assert_eq!(parse(text), Some(Duration::from_secs_f64(seconds)), "{text}");
        }
        for text in [
            "",
            "P",
            "PT",
            "60",
            "60S",
            "-PT1S",
            "PT1X",
            "PT-1S",
            "P1Y",
            "PTS",
            "PT1S2M",
            "P1",
            "PT99999999999999999999S",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(format(Duration::from_millis(180_000)), "PT180.000S");
    }
}
