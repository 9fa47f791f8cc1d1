//! Faults as they are written on the command line: `VERB[:N]=ACTION`.

use simulated_host::{Action, Fault, FaultForm, Point, Rule, Verb};
use std::time::Duration;

/// Reads a fault.
pub(super) fn rule(text: &str) -> Result<Rule, String> {
    let (place, what) = text.split_once('=').ok_or("a rule is written VERB=ACTION or VERB:N=ACTION")?;
    let (point, n) = match place.split_once(':') {
        Some((point, n)) => (point, Some(n.parse().map_err(|_| format!("`{n}` is no number of times"))?)),
        None => (place, None),
    };
    let rule = Rule::new(point_named(point)?, action(what)?);
    Ok(match n {
        Some(n) => rule.nth(n),
        None => rule,
    })
}

fn point_named(name: &str) -> Result<Point, String> {
    Ok(match name {
        "connect" => Point::Connect,
        "negotiate" => Point::Negotiate,
        "any" => Point::AnyVerb,
        _ => Verb::ALL
            .into_iter()
            .find(|verb| verb.name() == name)
            .map(Point::Verb)
            .ok_or_else(|| format!("`{name}` is no verb"))?,
    })
}

fn action(text: &str) -> Result<Action, String> {
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    let number = || value.parse::<u32>().map_err(|_| format!("`{name}` needs a number behind it, as in {name}=500"));
    Ok(match name {
        "silence" => Action::Silence,
        "silence-after" => Action::SilenceAfter,
        "reset" => Action::Reset,
        "reset-within" => Action::ResetWithin,
        "reset-after" => Action::ResetAfter,
        "cut" => Action::Cut,
        "html" => Action::page(500),
        "slow" => Action::Slow(Duration::from_millis(number()?.into())),
        "http" => Action::status(u16::try_from(number()?).map_err(|_| format!("`{value}` is no HTTP status"))?),
        "fault" => Action::Fault(Fault::with_code(number()?)),
        "wmi-error" => Action::Fault(Fault::with_code(number()?).in_form(FaultForm::WmiError)),
        _ => return Err(format!("`{name}` is no action")),
    })
}
