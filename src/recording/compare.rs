//! Whether the program asks what it asked when it was recorded.

use powershell::Input;
use serde_json::Value;

use super::difference;
use super::folder::pretty;
use super::xml::{Content, Element};

/// What stands where two runs differ without meaning anything by it.
const MASK: &str = "*";

/// How two messages differ, to be shown; nothing where they ask the same.
///
/// How long the host may take says when it was asked, and the input is compared by its parts.
pub(super) fn messages(recorded: &Element, asked: &Element) -> Option<String> {
    let (recorded, asked) = (masked(recorded), masked(asked));
    (!recorded.says_the_same_as(&asked)).then(|| difference::between(&recorded.pretty(), &asked.pretty()))
}

fn masked(envelope: &Element) -> Element {
    let mut envelope = envelope.clone();
    envelope.walk_mut(&mut |element| {
        if matches!(element.local(), "OperationTimeout" | "Stream") {
            element.set_text(MASK);
        }
    });
    envelope
}

/// How two inputs differ.
#[derive(Debug, Default)]
pub(super) struct InputDifference {
    pub(super) arguments: Option<String>,
    pub(super) script: Option<String>,
    /// Where one of them is no script with arguments.
    pub(super) other: Option<String>,
}

/// Compares what two commands were given: their arguments as JSON, without nonce and time, and their scripts.
pub(super) fn inputs(recorded: &[u8], asked: &[u8]) -> InputDifference {
    let (Some(recorded), Some(asked)) = (Input::read(recorded), Input::read(asked)) else {
        let same = recorded == asked;
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        let other = (!same).then(|| difference::between(&text(recorded), &text(asked)));
        return InputDifference { other, ..InputDifference::default() };
    };
    let (one, other) = (masked_call(&recorded.call), masked_call(&asked.call));
    InputDifference {
        arguments: (one != other).then(|| difference::between(&pretty(&one), &pretty(&other))),
        script: (recorded.script != asked.script).then(|| difference::between(&recorded.script, &asked.script)),
        other: None,
    }
}

fn masked_call(call: &Value) -> Value {
    let mut call = call.clone();
    for key in ["nonce", "seconds"] {
        if let Some(value) = call.get_mut(key) {
            *value = MASK.into();
        }
    }
    call
}

/// The nonce in an input.
pub(super) fn nonce(input: &[u8]) -> Option<String> {
    Input::read(input)?.call.get("nonce")?.as_str().map(str::to_owned)
}

/// How two lines of output differ. The id under which a tenant finds more in the log is another one each time.
pub(super) fn replies(recorded: &str, printed: &str) -> Option<String> {
    let shown = |line: &str| {
        let line = without_log_id(line);
        serde_json::from_str(&line).map_or(line, |json: Value| pretty(&json))
    };
    let (recorded, printed) = (shown(recorded), shown(printed));
    (recorded != printed).then(|| difference::between(&recorded, &printed))
}

fn without_log_id(line: &str) -> String {
    match line.split_once("the log has more under ") {
        Some((before, after)) => {
            let rest = after.trim_start_matches(|c: char| c.is_ascii_hexdigit());
            format!("{before}the log has more under {MASK}{rest}")
        }
        None => line.to_owned(),
    }
}

/// Puts identifiers into the place of others, wherever they stand in an envelope.
pub(super) fn replace_ids<'a>(envelope: &mut Element, pairs: impl Iterator<Item = (&'a str, &'a str)> + Clone) {
    let replaced = |text: &mut String| {
        if let Some((_, to)) = pairs.clone().find(|(from, _)| from == text) {
            *text = to.to_owned();
        }
    };
    envelope.walk_mut(&mut |element| {
        element.attributes.iter_mut().for_each(|(_, value)| replaced(value));
        for content in &mut element.content {
            if let Content::Text(text) = content {
                replaced(text);
            }
        }
    });
}

/// The identifiers that a client chooses in a message: its own, and that of a shell or command.
pub(super) fn chosen_ids(request: &Element) -> Vec<String> {
    let message = request.find("MessageID").map(Element::text);
    let shell = request.find("Shell").and_then(|shell| shell.attribute("ShellId"));
    let command = request.find("CommandLine").and_then(|command| command.attribute("CommandId"));
    [message, shell.map(str::to_owned), command.map(str::to_owned)].map(Option::unwrap_or_default).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_and_order_say_nothing() {
        let one = Element::parse(b"<a><OperationTimeout>PT60S</OperationTimeout><b c='1' d='2'/></a>").unwrap();
        let other = Element::parse(b"<a>\n <OperationTimeout>PT5S</OperationTimeout> <b d='2' c='1'/></a>").unwrap();
        assert_eq!(messages(&one, &other), None);
        let other = Element::parse(b"<a><OperationTimeout>PT5S</OperationTimeout><b d='2' c='3'/></a>").unwrap();
        let shown = messages(&one, &other).unwrap();
        assert!(shown.contains("-  <b c=\"1\" d=\"2\"/>\n+  <b d=\"2\" c=\"3\"/>"), "{shown}");
    }

    #[test]
    fn a_changed_script_is_told_apart() {
        let input = |json: &str, script: &str| {
            Input { call: serde_json::from_str(json).unwrap(), script: script.to_owned() }.to_bytes()
        };
        let recorded = input(r#"{"nonce":"a","seconds":5,"arguments":{"Name":"x"}}"#, "one\n");
        let later = inputs(&recorded, &input(r#"{"nonce":"b","seconds":6,"arguments":{"Name":"x"}}"#, "two\n"));
        assert_eq!((later.arguments, later.script), (None, Some("-one\n+two".to_owned())));
        let other = inputs(&recorded, &input(r#"{"nonce":"b","seconds":6,"arguments":{"Name":"y"}}"#, "one\n"));
        assert!(other.arguments.unwrap().contains("+    \"Name\": \"y\"") && other.script.is_none());
        assert!(inputs(b"echo", b"echo 2").other.is_some() && inputs(b"echo", b"echo").other.is_none());
    }

    #[test]
    fn the_id_in_the_log_is_not_compared() {
        let line = |id: &str| format!(r#"{{"status":"error","error":"no; the log has more under {id}"}}"#);
        assert_eq!(replies(&line("0a1b2c3d"), &line("ffffffff")), None);
        assert!(replies(&line("0a1b2c3d"), r#"{"status":"success"}"#).unwrap().contains("+  \"status\": \"success\""));
    }
}
