//! What was typed: `hyperv <action> <payload.json> <timeout_seconds>`, or one of the verbs for people.

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
    /// A folder to record it into.
    pub record: Option<PathBuf>,
}

/// What is to be done.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Typed {
    /// A call of CloudStack's, or of a person in its place.
    Call(Cli),
    /// A recorded call is run anew, and prints what it would.
    Replay(PathBuf),
    /// Recorded calls are run anew, to see what has become different.
    ReplayAll {
        /// The recordings.
        folders: Vec<PathBuf>,
        /// Whether they are brought up to date.
        update: bool,
    },
    /// Everything is tried on a host.
    Selftest(Selftest),
}

/// Why there is no call to carry out.
#[derive(Debug)]
pub enum NoCall {
    /// The user asked for the help or the version.
    Help(String),
    /// The operands are wrong.
    Misuse(Error),
}

/// A selftest, as typed.
#[derive(Clone, Debug, Eq, Parser, PartialEq)]
#[command(name = "hyperv selftest", version)]
pub struct Selftest {
    /// One of CloudStack's payloads of a create; or one made by hand, with the details of host and template
    pub payload: PathBuf,
    /// Goes on without asking
    #[arg(long)]
    pub yes: bool,
    /// Tries also what takes minutes: a shell's idle time during a long Receive
    #[arg(long)]
    pub long: bool,
    /// Where the results go; a new folder here if missing
    #[arg(long)]
    pub folder: Option<PathBuf>,
}

/// A custom action may have any name, even `--help`: what looks like a call from CloudStack is one.
fn is_call(arguments: &[OsString]) -> bool {
    matches!(arguments, [_, _, timeout] if timeout.to_str().is_some_and(|text| text.parse::<u64>().is_ok()))
}

impl Typed {
    /// Reads the operands, without the program's name.
    ///
    /// # Errors
    /// [`NoCall`] where they ask for the help, or are none of ours.
    pub fn parse(arguments: &[OsString]) -> Result<Self, NoCall> {
        if let [action, payload, timeout] = arguments
            && is_call(arguments)
        {
            return Ok(Self::Call(Cli::new(action, payload.into(), Some(timeout))));
        }
        let program = OsString::from("hyperv");
        if let Some((verb, operands)) = arguments.split_first()
            && verb == "replay"
        {
            let operands = std::iter::once(&program).chain(operands);
            let ReplayOperands { folders, update } =
                ReplayOperands::try_parse_from(operands).map_err(|error| no_call(&error, REPLAY_USAGE))?;
            return Ok(Self::ReplayAll { folders, update });
        }
        if arguments.first().is_some_and(|verb| verb == "selftest") {
            return Selftest::try_parse_from(arguments)
                .map(Self::Selftest)
                .map_err(|error| no_call(&error, SELFTEST_USAGE));
        }
        let operands = std::iter::once(&program).chain(arguments);
        let typed = Operands::try_parse_from(operands).map_err(|error| no_call(&error, CALL_USAGE))?;
        match (typed.action, typed.payload, typed.replay) {
            (Some(action), Some(payload), _) => {
                let call = Cli::new(&action, payload, typed.timeout.as_deref());
                Ok(Self::Call(Cli { record: typed.record, ..call }))
            }
            (_, _, Some(folder)) => Ok(Self::Replay(folder)),
            _ => Err(NoCall::Misuse(Error::new("an operand is missing").with_hint(CALL_USAGE))),
        }
    }
}

const USAGE: &str = "hyperv [--record <FOLDER>] <ACTION> <PAYLOAD> [TIMEOUT]
       hyperv --replay <FOLDER>
       hyperv replay <FOLDER>... [--update]
       hyperv selftest <PAYLOAD> [--yes] [--long] [--folder <FOLDER>]";
const CALL_USAGE: &str = "call it as: hyperv <action> <payload.json> <timeout_seconds>";
const SELFTEST_USAGE: &str = "call it as: hyperv selftest <payload.json> [--yes] [--long] [--folder <folder>]";
const REPLAY_USAGE: &str = "call it as: hyperv replay <folder>... [--update]";

impl Cli {
    fn new(action: &OsStr, payload: PathBuf, timeout: Option<&OsStr>) -> Self {
        let seconds = timeout.and_then(OsStr::to_str).and_then(|text| text.trim().parse::<u64>().ok());
        Self {
            action: action.to_string_lossy().into_owned(),
            payload,
            timeout: seconds.filter(|seconds| *seconds > 0).map_or(DEFAULT_TIMEOUT, Duration::from_secs),
            record: None,
        }
    }
}

/// CloudStack's HyperV extension: does one action on a Hyper-V host through WinRM.
///
/// Prints one line of JSON and ends with exit code 0 or 1. The others are for people: `replay` runs recorded calls anew and says what
/// has become different, `selftest` tries everything on a host.
#[derive(Parser)]
#[command(name = "hyperv", version, override_usage = USAGE)]
struct Operands {
    /// prepare, create (or deploy), start, stop, reboot, delete, status, statuses, getconsole, Suspend, Resume, CreateSnapshot,
    /// ListSnapshots, RestoreSnapshot or DeleteSnapshot, in any letter case
    #[arg(required_unless_present = "replay")]
    action: Option<OsString>,
    /// The JSON file that CloudStack writes for the call
    #[arg(required_unless_present = "replay")]
    payload: Option<PathBuf>,
    /// Seconds until CloudStack kills this process; 1800 if missing or no whole number above zero
    #[arg(allow_hyphen_values = true)]
    timeout: Option<OsString>,
    /// Records the call into a new folder in this one; so does the variable HYPERV_RECORD
    #[arg(long, value_name = "FOLDER")]
    record: Option<PathBuf>,
    /// Runs the call recorded in this folder anew, without a network
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["action", "payload", "timeout", "record"])]
    replay: Option<PathBuf>,
}

/// Runs recorded calls anew, without a network, and prints for each whether all is the same.
#[derive(Parser)]
#[command(name = "hyperv replay", override_usage = "hyperv replay <FOLDER>... [--update]")]
struct ReplayOperands {
    /// Folders of recordings
    #[arg(required = true)]
    folders: Vec<PathBuf>,
    /// Writes requests, scripts, arguments and reply as they are now into the folders
    #[arg(long)]
    update: bool,
}

/// clap's sentences run over several lines and begin with the wrong one; ours names what is missing.
fn no_call(error: &clap::Error, usage: &str) -> NoCall {
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

    use super::{Cli, DEFAULT_TIMEOUT, NoCall, Selftest, Typed};

    fn typed(arguments: &[&str]) -> Result<Typed, NoCall> {
        Typed::parse(&arguments.iter().map(Into::into).collect::<Vec<_>>())
    }

    fn parse(arguments: &[&str]) -> Result<Cli, NoCall> {
        typed(arguments).map(|typed| match typed {
            Typed::Call(cli) => cli,
            other => panic!("{other:?} is no call"),
        })
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
        for action in ["replay", "--replay", "--record"] {
            assert_eq!(parse(&[action, "p.json", "60"]).unwrap().action, action);
        }
    }

    #[test]
    fn recordings_are_for_people() {
        let call = parse(&["--record", "folder", "stop", "p.json", "60"]).unwrap();
        assert_eq!((call.action.as_str(), call.record), ("stop", Some("folder".into())));
        assert_eq!(typed(&["--replay", "a"]).unwrap(), Typed::Replay("a".into()));
        let all = Typed::ReplayAll { folders: vec!["a".into(), "b".into()], update: true };
        assert_eq!(typed(&["replay", "a", "b", "--update"]).unwrap(), all);
        for wrong in [&["replay"][..], &["--replay"], &["--replay", "a", "stop"], &["--record", "a", "stop"]] {
            assert!(matches!(typed(wrong), Err(NoCall::Misuse(_))), "{wrong:?}");
        }
    }

    #[test]
    fn a_selftest_is_none_of_cloudstacks() {
        assert_eq!(parse(&["selftest", "p.json", "60"]).unwrap().action, "selftest");
        let selftest = Selftest { payload: "p.json".into(), yes: false, long: false, folder: None };
        assert_eq!(typed(&["selftest", "p.json"]).unwrap(), Typed::Selftest(selftest));
        assert!(matches!(typed(&["selftest"]), Err(NoCall::Misuse(_))));
    }
}
