//! Faults that the host plays when it is told to.

use crate::client::Client;
use crate::conversation::{Echo, open, run, stream};
use crate::envelope::{create, receive, send};
use crate::ntlm::Login;
use simulated_host::{Action, Fault, FaultForm, Host, Options, Point, Rule, Verb};
use std::sync::Arc;
use std::time::Duration;

#[test]
fn a_connection_is_reset_before_or_after_the_verb() {
    for (action, shells) in [(Action::Reset, 0), (Action::ResetAfter, 1), (Action::Cut, 1)] {
        let host = Host::start(Options::new().rule(Rule::new(Verb::Create, action.clone()).nth(1))).unwrap();
        let mut client = Client::logged_in(&host);
        assert!(client.try_soap(&create().text()).is_err(), "{action:?}");
        assert_eq!(host.state().counters.shells_open, shells, "{action:?}");
        // The rule was for the first time only.
        open(&mut Client::logged_in(&host));
    }
}

#[test]
fn faults_and_pages_instead_of_answers() {
    let host = Host::start(Options::new()).unwrap();
    let mut client = Client::logged_in(&host);
    let mut play = |action| {
        host.fail(Rule::new(Verb::Create, action).nth(1));
        let reply = client.soap(&create().text());
        host.recover();
        reply
    };
    assert_eq!(play(Action::status(503)).status, 503);
    let page = play(Action::page(500));
    assert_eq!((page.status, page.all("content-type")), (500, vec!["text/html; charset=utf-8"]));
    assert_eq!(play(Action::Fault(Fault::access_denied())).fault_code(), 5);
    let quota = play(Action::Fault(Fault::too_many_shells().in_form(FaultForm::WmiError)));
    assert_eq!(quota.between("<p:error_Code xsi:type=\"cim:cimUnsignedInt\">", "<"), "2150859173");
    assert!(!play(Action::Fault(Fault::timed_out().in_form(FaultForm::Bare))).body.contains("s:Detail"));
    assert_eq!(host.state().counters.shells_open, 0);
}

#[test]
fn an_account_without_rights_may_log_in_and_no_more() {
    let host = Host::start(Options::new().deny()).unwrap();
    assert_eq!(Client::logged_in(&host).soap(&create().text()).fault_code(), 5);
}

#[test]
fn a_receive_whose_client_went_away_takes_nothing_with_it() {
    let host = Host::start_with(Options::new(), Arc::new(Echo)).unwrap();
    let mut client = Client::logged_in(&host);
    let shell = open(&mut client);
    let id = run(&mut client, &shell, "copy");
    let mut gone = Client::logged_in(&host);
    gone.write_soap(&receive(&shell, &id).text());
    while host.state().counters.of(Verb::Receive) < 1 {
        std::thread::yield_now();
    }
    drop(gone);
    while host.state().counters.connections_open > 1 {
        std::thread::yield_now();
    }
    client.soap(&send(&shell, &id, b"here", false).text());
    let reply = client.soap(&receive(&shell, &id).text());
    assert_eq!(stream(&reply, "stdout"), b"here");
}

#[test]
fn a_connection_that_is_cut_before_tls() {
    let host = Host::start(Options::new().rule(Rule::new(Point::Connect, Action::Reset).first(1))).unwrap();
    assert!(Client::try_connect(&host).is_err());
    assert_eq!(Client::connect(&host).log_in(&Login::of(&host), "").status, 200);
    assert_eq!(host.state().counters.connections, 2);
}

#[test]
fn silence_holds_the_connection_open() {
    for (action, shells) in [(Action::Silence, 0), (Action::SilenceAfter, 1)] {
        let host = Host::start(Options::new().rule(Rule::new(Verb::Create, action))).unwrap();
        let mut client = Client::logged_in(&host);
        client.patience(Duration::from_millis(100));
        let error = client.try_soap(&create().text()).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock);
        assert_eq!(host.state().counters.shells_open, shells);
    }
}
