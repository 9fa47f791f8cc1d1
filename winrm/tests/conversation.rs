//! What the client says, in which order, and what it makes of each way in which no answer comes. A list of prepared answers
//! stands in for the host, so nothing is waited for.

#![cfg(test)]

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use winrm::{Client, Command, Error, ErrorKind, Ids, Interrupt, Output, Reply, Timeouts, Transport, TransportError};

/// Plays answers back, and keeps what was asked.
struct Playback {
    answers: VecDeque<Result<Reply, TransportError>>,
    said: Arc<Mutex<Vec<Said>>>,
}

/// One message, and how long its answer was to be waited for.
type Said = (String, Duration);

impl Transport for Playback {
    fn send(&mut self, body: Vec<u8>, timeout: Duration, _: &Interrupt) -> Result<Reply, TransportError> {
        assert!(!timeout.is_zero());
        self.said.lock().unwrap().push((summary(&String::from_utf8(body).unwrap()), timeout));
        self.answers.pop_front().expect("an answer for every message")
    }
}

/// The verb, and the identifiers of shell and command where the message has them.
fn summary(message: &str) -> String {
    let between = |before: &str, after: &str| {
        message.split_once(before).and_then(|(_, rest)| rest.split_once(after)).map(|(inside, _)| inside)
    };
    let action = between("<a:Action s:mustUnderstand=\"true\">", "<").unwrap();
    let mut summary = action.rsplit('/').next().unwrap().to_owned();
    let ids = [
        between("<w:Selector Name=\"ShellId\">", "<"),
        between("<rsp:Shell ShellId=\"", "\""),
        between("CommandId=\"", "\""),
    ];
    for id in ids.into_iter().flatten() {
        summary.push(' ');
        summary.push_str(id);
    }
    summary
}

/// Counts.
struct Counting(u32);

impl Ids for Counting {
    fn next(&mut self) -> String {
        self.0 += 1;
        format!("ID{}", self.0)
    }
}

fn answer(status: u16, body: &str) -> Result<Reply, TransportError> {
    let body = format!(
        "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" \
         xmlns:f=\"http://schemas.microsoft.com/wbem/wsman/1/wsmanfault\" \
         xmlns:rsp=\"http://schemas.microsoft.com/wbem/wsman/1/windows/shell\"><s:Body>{body}</s:Body></s:Envelope>"
    );
    Ok(Reply { status, body: body.into_bytes(), ..Reply::default() })
}

fn shell(id: &str) -> Result<Reply, TransportError> {
    answer(200, &format!("<rsp:Shell><rsp:ShellId>{id}</rsp:ShellId></rsp:Shell>"))
}

fn command(id: &str) -> Result<Reply, TransportError> {
    answer(200, &format!("<rsp:CommandResponse><rsp:CommandId>{id}</rsp:CommandId></rsp:CommandResponse>"))
}

fn sent() -> Result<Reply, TransportError> {
    answer(200, "<rsp:SendResponse/>")
}

/// Output "hi", in the given state.
fn output(state: &str) -> Result<Reply, TransportError> {
    answer(
        200,
        &format!(
            "<rsp:ReceiveResponse><rsp:Stream Name=\"stdout\">aGk=</rsp:Stream><rsp:CommandState \
             State=\"http://schemas.microsoft.com/wbem/wsman/1/windows/shell/CommandState/{state}\"/></rsp:ReceiveResponse>"
        ),
    )
}

fn deleted() -> Result<Reply, TransportError> {
    answer(200, "")
}

fn fault(code: u32) -> Result<Reply, TransportError> {
    answer(500, &format!("<s:Fault><s:Detail><f:WSManFault Code=\"{code}\"/></s:Detail></s:Fault>"))
}

fn silence() -> Result<Reply, TransportError> {
    Err(TransportError::TimedOut { sent: true })
}

fn lost() -> Result<Reply, TransportError> {
    Err(TransportError::Lost { sent: true, reason: "reset".to_owned() })
}

/// Runs a command with input against prepared answers; returns the result and what was said.
fn run(answers: Vec<Result<Reply, TransportError>>) -> (Result<Output, Error>, Vec<String>) {
    run_with(b"input", answers)
}

fn run_with(input: &[u8], answers: Vec<Result<Reply, TransportError>>) -> (Result<Output, Error>, Vec<String>) {
    let (result, said) = run_within(LONG, Timeouts::default(), input, answers);
    (result, said.into_iter().map(|(message, _)| message).collect())
}

const LONG: Duration = Duration::from_secs(600);

fn run_within(
    time: Duration,
    timeouts: Timeouts,
    input: &[u8],
    answers: Vec<Result<Reply, TransportError>>,
) -> (Result<Output, Error>, Vec<Said>) {
    let said = Arc::new(Mutex::new(Vec::new()));
    let playback = Playback { answers: answers.into(), said: Arc::clone(&said) };
    let ids = Box::new(Counting(0));
    let to = "https://hv1:5986/wsman".to_owned();
    let mut client = Client::over(playback, to, ids, timeouts);
    let command = Command { line: "work", input, sign: Some(b"hi") };
    let result = client.run(&command, Instant::now() + time);
    let said = said.lock().unwrap().clone();
    (result, said)
}

#[test]
fn the_identifiers_of_the_host_are_used_from_then_on() {
    let (result, said) = run(vec![shell("S"), command("C"), sent(), output("Running"), output("Done"), deleted()]);
    assert_eq!(result.unwrap().stdout, b"hihi");
    assert_eq!(said, ["Create ID1", "Command S ID3", "Send S C", "Receive S C", "Receive S C", "Delete S"]);
}

#[test]
fn a_shell_that_may_have_been_made_is_removed_before_another_is_asked_for() {
    let (result, said) = run(vec![silence(), deleted(), shell("S"), command("C"), sent(), output("Done"), deleted()]);
    assert!(result.is_ok(), "{result:?}");
    assert_eq!(
        said,
        ["Create ID1", "Delete ID1", "Create ID4", "Command S ID6", "Send S C", "Receive S C", "Delete S"]
    );
}

#[test]
fn a_command_that_waits_for_its_input_may_be_started_again() {
    let (result, said) =
        run(vec![shell("S"), lost(), deleted(), shell("T"), command("C"), sent(), output("Done"), deleted()]);
    assert!(result.is_ok(), "{result:?}");
    assert_eq!(said.iter().filter(|message| message.starts_with("Command")).count(), 2);
}

#[test]
fn a_command_without_input_is_started_once() {
    let (result, said) = run_with(b"", vec![shell("S"), lost(), deleted()]);
    let error = result.unwrap_err();
    assert!(error.outcome_unknown() && matches!(error.kind(), ErrorKind::Lost(_)), "{error}");
    assert_eq!(said, ["Create ID1", "Command S ID3", "Delete S"]);
}

#[test]
fn after_lost_input_a_sign_of_life_decides() {
    let (result, said) =
        run(vec![shell("S"), command("C"), lost(), fault(2_150_858_793), output("Running"), output("Done"), deleted()]);
    assert_eq!(result.unwrap().stdout, b"hihi");
    assert_eq!(said.iter().filter(|message| message.starts_with("Send")).count(), 1);

    let (result, said) = run(vec![shell("S"), command("C"), lost(), fault(2_150_858_843), deleted()]);
    let error = result.unwrap_err();
    assert!(error.outcome_unknown() && matches!(error.kind(), ErrorKind::Lost(_)), "{error}");
    assert_eq!(said.last().unwrap(), "Delete S");
}

#[test]
fn output_is_asked_for_again_after_every_loss() {
    let turned_away = Ok(Reply { status: 503, ..Reply::default() });
    let (result, said) =
        run(vec![shell("S"), command("C"), sent(), lost(), silence(), turned_away, output("Done"), deleted()]);
    assert_eq!(result.unwrap().stdout, b"hi");
    assert_eq!(said.iter().filter(|message| message.starts_with("Create")).count(), 1);
}

#[test]
fn a_profile_that_is_being_unloaded_is_waited_for() {
    let (result, said) = run(vec![fault(2_147_943_418), shell("S"), command("C"), sent(), output("Done"), deleted()]);
    assert!(result.is_ok(), "{result:?}");
    assert_eq!(said.iter().filter(|message| message.starts_with("Create")).count(), 2);
}

#[test]
fn a_login_that_is_refused_in_the_middle_leaves_the_outcome_open() {
    use winrm::auth::LoginError;
    let refused = Err(TransportError::Login(LoginError::Refused { user: "x".to_owned() }));
    let (result, said) = run(vec![shell("S"), command("C"), sent(), lost(), refused, deleted()]);
    let error = result.unwrap_err();
    assert!(error.is_login_refused() && error.outcome_unknown(), "{error}");
    assert_eq!(said.len(), 6);
}

#[test]
fn output_without_end_is_not_kept() {
    let flood = || {
        let piece = "QUFB".repeat(1024 * 1024);
        answer(
            200,
            &format!("<rsp:ReceiveResponse><rsp:Stream Name=\"stdout\">{piece}</rsp:Stream></rsp:ReceiveResponse>"),
        )
    };
    let mut answers = vec![shell("S"), command("C"), sent()];
    answers.extend((0..6).map(|_| flood()));
    answers.push(deleted());
    let (result, _) = run(answers);
    let error = result.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Protocol(_)) && error.outcome_unknown(), "{error}");
}

#[test]
fn a_removal_does_not_hold_up_an_answer() {
    let removal = |time, clean_up| {
        let timeouts = Timeouts { clean_up, ..Timeouts::default() };
        let answers = vec![shell("S"), command("C"), sent(), output("Done"), silence()];
        let (result, said) = run_within(time, timeouts, b"input", answers);
        assert_eq!(result.unwrap().stdout, b"hi");
        let (message, wait) = said.last().unwrap().clone();
        assert_eq!(message, "Delete S");
        wait
    };
    let second = Duration::from_secs(1);
    let wait = removal(LONG, 60 * second);
    assert!(wait <= 2 * second, "{wait:?}");
    // Less than that is left of the time.
    let wait = removal(second, Duration::ZERO);
    assert!(wait <= second, "{wait:?}");
}
