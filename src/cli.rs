//! What was typed: `hyperv <action> <payload.json> <timeout_seconds>`.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::error::Error;

/// CloudStack's own default for a call (`wait`), used where the third operand is missing or no number above zero.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(1800);

/// One call, as typed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Cli {
    /// The action's name, unchecked.
    pub action: String,
    /// The file that CloudStack wrote.
    pub payload: PathBuf,
    /// When CloudStack kills this process.
    pub timeout: Duration,
}

/// Why there is no call to carry out.
#[derive(Debug)]
pub enum NoCall {
    /// The user asked for the help or the version.
    Help(String),
    /// The operands are wrong.
    Misuse(Error),
}

impl Cli {
    /// Reads the operands, without the program's name.
    ///
    /// # Errors
    /// [`NoCall`] where they ask for the help, or are none of ours.
    pub fn parse(arguments: &[OsString]) -> Result<Self, NoCall> {
        // A custom action may have any name, even `--help`: what looks like a call from CloudStack is one.
        if let [action, payload, timeout] = arguments
            && timeout.to_str().is_some_and(|text| text.parse::<u64>().is_ok())
        {
            return Ok(Self::new(action, payload.into(), Some(timeout)));
        }
        let program = std::iter::once(OsString::from("hyperv"));
        let typed = Typed::try_parse_from(program.chain(arguments.iter().cloned())).map_err(|error| no_call(&error))?;
        Ok(Self::new(&typed.action, typed.payload, typed.timeout.as_deref()))
    }

    fn new(action: &OsStr, payload: PathBuf, timeout: Option<&OsStr>) -> Self {
        let seconds = timeout.and_then(OsStr::to_str).and_then(|text| text.trim().parse::<u64>().ok());
        Self {
            action: action.to_string_lossy().into_owned(),
            payload,
            timeout: seconds.filter(|seconds| *seconds > 0).map_or(DEFAULT_TIMEOUT, Duration::from_secs),
        }
    }
}

/// CloudStack's HyperV extension: does one action on a Hyper-V host through WinRM.
///
/// Prints one line of JSON and ends with exit code 0 or 1.
#[derive(Parser)]
#[command(name = "hyperv", version)]
struct Typed {
    /// prepare, create (or deploy), start, stop, reboot, delete, status, statuses, getconsole, Suspend, Resume, CreateSnapshot,
    /// ListSnapshots, RestoreSnapshot or DeleteSnapshot, in any letter case
    action: OsString,
    /// The JSON file that CloudStack writes for the call
    payload: PathBuf,
    /// Seconds until CloudStack kills this process; 1800 if missing or no whole number above zero
    #[arg(allow_hyphen_values = true)]
    timeout: Option<OsString>,
}

/// clap's sentences run over several lines and begin with the wrong one; ours names what is missing.
fn no_call(error: &clap::Error) -> NoCall {
    let usage = "call it as: hyperv <action> <payload.json> <timeout_seconds>";
    let message = match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            return NoCall::Help(error.to_string().trim_end().to_owned());
        }
        ErrorKind::MissingRequiredArgument => match error.get(ContextKind::InvalidArg) {
            Some(ContextValue::Strings(missing)) => {
                format!("an operand is missing: {}", missing.join(" "))
            }
            _ => "an operand is missing".to_owned(),
        },
        ErrorKind::UnknownArgument => match error.get(ContextKind::InvalidArg) {
            Some(ContextValue::String(unknown)) => format!("the operand `{unknown}` is unknown"),
            _ => "an operand is unknown".to_owned(),
        },
        _ => "the operands are wrong".to_owned(),
    };
    NoCall::Misuse(Error::new(message).with_hint(usage))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Cli, DEFAULT_TIMEOUT, NoCall};

    fn parse(arguments: &[&str]) -> Result<Cli, NoCall> {
        Cli::parse(&arguments.iter().map(Into::into).collect::<Vec<_>>())
    }

    #[test]
    fn an_odd_timeout_is_the_default() {
        for timeout in ["abc", "0", "", "-5", "1.5", "99999999999999999999"] {
            assert_eq!(parse(&["create", "p.json", timeout]).unwrap().timeout, DEFAULT_TIMEOUT, "{timeout}");
        }
        assert_eq!(parse(&["create", "p.json"]).unwrap().timeout, DEFAULT_TIMEOUT);
        assert_eq!(parse(&["create", "p.json", "60"]).unwrap().timeout, Duration::from_secs(60));
    }

    #[test]
    fn a_call_with_a_number_is_cloudstacks_whatever_the_action_is_named() {
        assert_eq!(parse(&["--help", "p.json", "60"]).unwrap().action, "--help");
        assert!(matches!(parse(&["--help"]), Err(NoCall::Help(_))));
    }
}
