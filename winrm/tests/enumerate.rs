//! What the client says to enumerate, and what it makes of each way in which an enumeration breaks off. A list of prepared
//! answers stands in for the host.

#![cfg(test)]

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use winrm::{Client, Enumeration, Error, ErrorKind, Ids, Interrupt, Query, Reply, Timeouts, Transport, TransportError};

type Answered = Result<Reply, TransportError>;

/// Plays answers back, and keeps what was asked.
struct Playback {
    answers: VecDeque<Answered>,
    said: Arc<Mutex<Vec<String>>>,
}

impl Transport for Playback {
    fn send(&mut self, body: Vec<u8>, _: Duration, _: &Interrupt) -> Answered {
        let message = String::from_utf8(body).unwrap();
        let between = |before: &str| message.split_once(before).and_then(|(_, rest)| rest.split_once('<'));
        let said = match between("<n:EnumerationContext>") {
            Some((context, _)) => format!("Pull {context}"),
            None if message.contains("<n:Enumerate ") => "Enumerate".to_owned(),
            None => message,
        };
        self.said.lock().unwrap().push(said);
        self.answers.pop_front().expect("an answer for every message")
    }
}

struct SameId;

impl Ids for SameId {
    fn next(&mut self) -> String {
        "ID".to_owned()
    }
}

fn at(seconds: u64) -> Option<SystemTime> {
    Some(UNIX_EPOCH + Duration::from_secs(seconds))
}

fn envelope(status: u16, body: &str, date: Option<SystemTime>) -> Answered {
    let body = format!(
        "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" \
         xmlns:w=\"http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd\" \
         xmlns:n=\"http://schemas.xmlsoap.org/ws/2004/09/enumeration\" \
         xmlns:f=\"http://schemas.microsoft.com/wbem/wsman/1/wsmanfault\"><s:Body>{body}</s:Body></s:Envelope>"
    );
    Ok(Reply { status, body: body.into_bytes(), date })
}

/// An answer with these objects, and a context unless it is the last.
fn answer(verb: &str, names: &[&str], context: Option<&str>, date: Option<SystemTime>) -> Answered {
    let items: String =
        names.iter().map(|name| format!("<w:XmlFragment><Name>{name}</Name></w:XmlFragment>")).collect();
    let rest = match context {
        None => "<n:EndOfSequence/>".to_owned(),
        Some(context) => format!("<n:EnumerationContext>{context}</n:EnumerationContext>"),
    };
    let body = format!("<n:{verb}Response>{rest}<n:Items>{items}</n:Items></n:{verb}Response>");
    envelope(200, &body, date)
}

fn enumerated(names: &[&str], context: Option<&str>) -> Answered {
    answer("Enumerate", names, context, at(1000))
}

fn pulled(names: &[&str], context: Option<&str>) -> Answered {
    answer("Pull", names, context, at(2000))
}

fn fault(code: u32) -> Answered {
    envelope(500, &format!("<s:Fault><s:Detail><f:WSManFault Code=\"{code}\"/></s:Detail></s:Fault>"), None)
}

fn lost() -> Answered {
    Err(TransportError::Lost { sent: true, reason: "reset".to_owned() })
}

type Names = Enumeration<String>;

fn run(answers: Vec<Answered>) -> (Result<Names, Error>, Vec<String>) {
    run_within(Duration::from_secs(600), Timeouts::default(), answers)
}

fn run_within(time: Duration, timeouts: Timeouts, answers: Vec<Answered>) -> (Result<Names, Error>, Vec<String>) {
    let said = Arc::new(Mutex::new(Vec::new()));
    let playback = Playback { answers: answers.into(), said: Arc::clone(&said) };
    let mut client = Client::over(playback, "https://hv1:5986/wsman".to_owned(), Box::new(SameId), timeouts);
    let query = Query::new("root/cimv2", "SELECT Name FROM Win32_Service");
    let result = client.enumerate(&query, Instant::now() + time, |object| object.text("Name").unwrap().to_owned());
    let said = said.lock().unwrap().clone();
    (result, said)
}

#[test]
fn one_answer_may_hold_everything() {
    let (result, said) = run(vec![enumerated(&["a", "b"], None)]);
    assert_eq!(result.unwrap(), Enumeration { rows: vec!["a".to_owned(), "b".to_owned()], date: at(1000), pages: 1 });
    assert_eq!(said, ["Enumerate"]);
}

#[test]
fn each_answer_says_how_to_go_on() {
    let (result, said) = run(vec![
        enumerated(&["a"], Some("one")),
        pulled(&[], Some("two")),
        pulled(&["b"], Some("three")),
        pulled(&["c"], None),
    ]);
    let found = result.unwrap();
    assert_eq!((found.rows.concat().as_str(), found.pages), ("abc", 4));
    assert_eq!(found.date, at(1000), "the clock is that of the first answer");
    assert_eq!(said, ["Enumerate", "Pull one", "Pull two", "Pull three"]);
}

#[test]
fn what_breaks_off_begins_anew_and_leaves_nothing_behind() {
    let turned_away = Ok(Reply { status: 503, ..Reply::default() });
    let breaks =
        [lost(), Err(TransportError::TimedOut { sent: true }), turned_away, fault(2_150_858_779), fault(2_150_859_174)];
    for broken in breaks {
        let row = format!("{broken:?}");
        let (result, said) = run(vec![
            enumerated(&["a", "b"], Some("one")),
            broken,
            enumerated(&["a"], Some("two")),
            pulled(&["c"], None),
        ]);
        assert_eq!(result.unwrap().rows.concat(), "ac", "{row}");
        assert_eq!(said, ["Enumerate", "Pull one", "Enumerate", "Pull two"], "{row}");
    }
    let (result, said) = run(vec![lost(), enumerated(&["a"], None)]);
    assert_eq!((result.unwrap().rows.concat().as_str(), said.len()), ("a", 2));
}

#[test]
fn a_pull_that_had_nothing_in_its_time_is_sent_again() {
    for code in [2_150_858_793, 2_150_858_780] {
        let (result, said) = run(vec![enumerated(&["a"], Some("one")), fault(code), pulled(&["b"], None)]);
        assert_eq!(result.unwrap().rows.concat(), "ab");
        assert_eq!(said, ["Enumerate", "Pull one", "Pull one"]);
    }
    let (result, _) = run(vec![fault(2_150_858_793)]);
    assert!(result.unwrap_err().fault().unwrap().is_timed_out());
}

#[test]
fn a_host_that_says_no_is_asked_once() {
    for code in [5, 2_150_859_012, 2_150_858_752, 2_150_858_778, 2_150_859_003] {
        for answers in [vec![fault(code)], vec![enumerated(&["a"], Some("one")), fault(code)]] {
            let count = answers.len();
            let (result, said) = run(answers);
            let error = result.unwrap_err();
            assert_eq!(error.fault().and_then(|fault| fault.wsman_code), Some(code));
            assert!(!error.outcome_unknown());
            assert_eq!(said.len(), count, "{code}");
        }
    }
}

#[test]
fn an_answer_that_makes_no_sense_is_an_error_and_no_part() {
    let nonsense = envelope(200, "<n:PullResponse/>", None);
    let (result, said) = run(vec![enumerated(&["a"], Some("one")), nonsense]);
    let error = result.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Protocol(_)), "{error}");
    assert!(error.to_string().starts_with("fetching the rest of what WMI found failed"), "{error}");
    assert_eq!(said.len(), 2);
}

#[test]
fn an_enumeration_without_end_is_not_kept() {
    let long = "x".repeat(1024 * 1024);
    let pages = (0..40).map(|_| pulled(&[&long], Some("again")));
    let (result, said) = run(std::iter::once(enumerated(&[], Some("one"))).chain(pages).collect());
    let error = result.unwrap_err();
    assert!(error.to_string().contains("more than 16 MiB"), "{error}");
    assert!(said.len() < 20, "{}", said.len());
}

#[test]
fn time_that_is_up_ends_it() {
    let impatient = Timeouts { patience: Duration::ZERO, ..Timeouts::default() };
    let (result, said) = run_within(Duration::ZERO, impatient, Vec::new());
    assert!(result.unwrap_err().is_too_slow() && said.is_empty());
    let (result, said) = run_within(Duration::from_secs(600), impatient, vec![enumerated(&["a"], Some("one")), lost()]);
    assert!(matches!(result.unwrap_err().kind(), ErrorKind::Lost(_)));
    assert_eq!(said.len(), 2);
}
