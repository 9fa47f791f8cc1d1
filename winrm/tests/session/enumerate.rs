//! Queries of WMI, over a real login.

use std::time::{Duration, Instant, SystemTime};

use simulated_host::{Action, Fault, FaultForm, Host, Options, Rule, Verb, Wmi, World};
use winrm::{Client, Enumeration, Error, ErrorKind, Query};

use super::{asked, settings, soon, start};

const NAMESPACE: &str = "root/virtualization/v2";
const ALL: &str = "SELECT Name, ElementName, EnabledState, TimeOfLastStateChange FROM Msvm_ComputerSystem";

/// A host with so many machines, beside itself.
fn with_machines(count: usize, options: Options) -> Host {
    start(
        options
            .world((0..count).fold(World::default(), |world, number| world.with_unmarked_vm(format!("vm-{number}")))),
    )
}

fn names(host: &Host) -> Result<Enumeration<String>, Error> {
    names_by(host, &Query::new(NAMESPACE, ALL))
}

fn names_by(host: &Host, query: &Query<'_>) -> Result<Enumeration<String>, Error> {
    let mut client = Client::connect(settings(host)).unwrap();
    client.enumerate(query, soon(), |object| object.text("ElementName").unwrap_or("?").to_owned())
}

#[test]
fn one_answer_takes_two_requests_and_starts_nothing() {
    let host = with_machines(3, Options::new());
    let before = SystemTime::now();
    let found = names(&host).unwrap();
    assert_eq!(found.rows, ["HV01", "vm-0", "vm-1", "vm-2"]);
    let date = found.date.unwrap();
    let apart = date.duration_since(before).unwrap_or_else(|error| error.duration());
    assert!(apart < Duration::from_secs(5), "{apart:?}");
    let counters = host.state().counters;
    assert_eq!((counters.http_requests, counters.connections, counters.logins), (2, 1, 1));
    assert_eq!((counters.of(Verb::Enumerate), counters.of(Verb::Pull)), (1, 0));
    assert_eq!((counters.powershell_starts, counters.of(Verb::Create)), (0, 0));
}

#[test]
fn two_thousand_take_one_request_more_for_each_further_answer() {
    let host = with_machines(2000, Options::new());
    let found = names(&host).unwrap();
    assert_eq!((found.rows.len(), found.rows.last().map(String::as_str)), (2001, Some("vm-1999")));
    let counters = host.state().counters;
    let pulls = counters.of(Verb::Pull);
    assert!((1..=3).contains(&pulls), "{pulls}");
    assert_eq!((counters.http_requests, counters.connections), (2 + pulls, 1));
    assert_eq!(u64::try_from(found.pages).unwrap(), 1 + pulls);
}

#[test]
fn pages_of_fifty_are_put_together() {
    let host = with_machines(120, Options::new().wmi(Wmi::new().page(50)));
    let found = names(&host).unwrap();
    assert_eq!((found.rows.len(), found.pages), (121, 3));
    assert_eq!(asked(&host, Verb::Pull), 2);
}

#[test]
fn a_condition_and_both_slashes() {
    let host = with_machines(3, Options::new());
    let one = format!("{ALL} WHERE ElementName = 'VM-1'");
    assert_eq!(names_by(&host, &Query::new(r"root\virtualization\v2", &one)).unwrap().rows, ["vm-1"]);
    let none = format!("{ALL} WHERE ElementName = 'vm-9'");
    assert_eq!(names_by(&host, &Query::new(NAMESPACE, &none)).unwrap().rows.len(), 0);
}

#[test]
fn every_form_of_an_object_says_the_same() {
    let row = serde_json::json!({"Name": "aged", "State": 32769, "Age": 30, "ReplicationMode": 1});
    for wmi in [Wmi::new(), Wmi::new().whole_instances(), Wmi::new().plain_times(), Wmi::new().localized()] {
        let world = World::default().with_unmarked_vm("web-01").with_state_row(row.clone());
        let host = start(Options::new().world(world).wmi(wmi));
        let mut client = Client::connect(settings(&host)).unwrap();
        let found = client
            .enumerate(&Query::new(NAMESPACE, ALL), soon(), |object| {
                let age =
                    object.time("TimeOfLastStateChange").map(|time| SystemTime::now().duration_since(time).unwrap());
                (
                    object.text("ElementName").map(str::to_owned),
                    object.number("EnabledState"),
                    age.map(|age| age.as_secs()),
                )
            })
            .unwrap();
        let row = |name: &str, state, age| (Some(name.to_owned()), Some(state), age);
        assert_eq!(found.rows[..2], [row("HV01", 2, None), row("web-01", 2, None)]);
        let (name, state, age) = &found.rows[2];
        assert_eq!((name.as_deref(), *state), (Some("aged"), Some(32769)));
        assert!(age.is_some_and(|age| (30..40).contains(&age)), "{age:?}");
    }
}

#[test]
fn a_host_that_does_not_tell_the_time_is_no_error() {
    let host = with_machines(1, Options::new().without_date());
    let found = names(&host).unwrap();
    assert_eq!((found.rows.len(), found.date), (2, None));
}

#[test]
fn refusals_are_told_apart_and_cost_two_requests() {
    type Test = fn(&winrm::soap::Fault) -> bool;
    let table: [(Options, Test); 4] = [
        (Options::new().wmi(Wmi::new().denied()), winrm::soap::Fault::is_access_denied),
        (Options::new().deny(), winrm::soap::Fault::is_access_denied),
        (Options::new().wmi(Wmi::new().without_namespace()), winrm::soap::Fault::is_class_missing),
        (Options::new().wmi(Wmi::new().filter_refused()), winrm::soap::Fault::is_filter_refused),
    ];
    for (options, is_it) in table {
        let host = with_machines(1, options);
        let error = names(&host).unwrap_err();
        assert!(error.fault().is_some_and(is_it), "{error}");
        assert_eq!(error.step(), winrm::soap::Action::Enumerate);
        assert_eq!(host.state().counters.http_requests, 2);
    }
    let host = with_machines(1, Options::new());
    let other = names_by(&host, &Query::new("root/nothing", ALL)).unwrap_err();
    assert!(other.fault().is_some_and(winrm::soap::Fault::is_class_missing), "{other}");
    let column = names_by(&host, &Query::new(NAMESPACE, "SELECT Colour FROM Msvm_ComputerSystem")).unwrap_err();
    assert!(column.fault().is_some_and(winrm::soap::Fault::is_filter_refused), "{column}");
}

#[test]
fn a_connection_that_breaks_between_pages_is_made_anew_and_all_is_asked_again() {
    let paged = || Options::new().wmi(Wmi::new().page(50));
    for (options, pulls) in [
        (paged().drop_after_pages(1), 3),
        (paged().drop_after_pages(2), 4),
        (paged().rule(Rule::new(Verb::Pull, Action::ResetAfter).nth(1)), 3),
        (paged().rule(Rule::new(Verb::Pull, Action::Cut).nth(2)), 4),
    ] {
        let host = with_machines(120, options);
        let mut client = Client::connect(settings(&host)).unwrap();
        let query = Query::new(NAMESPACE, ALL);
        let found = client.enumerate(&query, soon(), |object| object.text("ElementName").map(str::to_owned)).unwrap();
        let unique: std::collections::BTreeSet<_> = found.rows.iter().collect();
        assert_eq!((found.rows.len(), unique.len()), (121, 121));
        let counters = host.state().counters;
        assert_eq!((counters.logins, counters.of(Verb::Enumerate), counters.of(Verb::Pull)), (2, 2, pulls));
    }
}

#[test]
fn a_full_host_is_waited_for_and_an_expired_context_is_left() {
    let quota = Action::Fault(Fault::with_code(2_150_859_174).in_form(FaultForm::WmiError));
    let gone = Action::Fault(Fault::with_code(2_150_858_779));
    for (verb, action) in [(Verb::Enumerate, quota), (Verb::Pull, gone)] {
        let host = with_machines(60, Options::new().wmi(Wmi::new().page(50)).rule(Rule::new(verb, action).first(1)));
        let mut client = Client::connect(settings(&host)).unwrap();
        assert_eq!(client.enumerate(&Query::new(NAMESPACE, ALL), soon(), |_| ()).unwrap().rows.len(), 61);
        assert_eq!((asked(&host, Verb::Enumerate), host.state().counters.logins), (2, 1));
    }
}

#[test]
fn a_deadline_ends_it_at_every_step() {
    for verb in [Verb::Enumerate, Verb::Pull] {
        let options = Options::new().wmi(Wmi::new().page(50)).rule(Rule::new(verb, Action::Silence));
        let host = with_machines(60, options);
        let mut client = Client::connect(settings(&host)).unwrap();
        let deadline = Instant::now() + Duration::from_millis(600);
        let error = client.enumerate(&Query::new(NAMESPACE, ALL), deadline, |_| ()).unwrap_err();
        assert!(error.is_too_slow() && !error.outcome_unknown(), "{verb:?}: {error}");
    }
}

#[test]
fn commands_and_queries_share_the_login() {
    let host = with_machines(1, Options::new());
    let mut client = Client::connect(settings(&host)).unwrap();
    client.run(&winrm::Command::new("hostname"), soon()).unwrap();
    client.enumerate(&Query::new(NAMESPACE, ALL), soon(), |_| ()).unwrap();
    let counters = host.state().counters;
    assert_eq!((counters.connections, counters.logins, counters.http_requests), (1, 1, 6));
}

#[test]
fn a_wrong_password_is_sent_once() {
    let host = with_machines(1, Options::new());
    let mut settings = settings(&host);
    settings.credentials = winrm::Credentials::new(host.username(), "wrong".into(), None).unwrap();
    let error = Client::connect(settings).unwrap().enumerate(&Query::new(NAMESPACE, ALL), soon(), |_| ()).unwrap_err();
    assert!(error.is_login_refused() && matches!(error.kind(), ErrorKind::Login(_)), "{error}");
    assert_eq!(host.state().counters.logins, 1);
}
