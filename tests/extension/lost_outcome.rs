//! A script of which it is not known what became: it is not sent again, and the error says what the VM does now.

use simulated_host::{Action, Fault, Host, Options, Rule, ScriptError, Verb, Wmi};

use crate::case::Case;

const NAME: &str = "i-2-45-VM";

/// A host with the VM, running, whose shell forgets the script once it has run.
fn forgetful(options: Options) -> Host {
    let host = Host::start(options).unwrap();
    Case::new("create", "create.json").on(&host).run().succeeds("Instance created");
    host.fail(Rule::new(Verb::Receive, Action::Fault(Fault::not_found())));
    host
}

fn call(action: &str, host: &Host) -> Case {
    Case::new(action, &format!("{action}.json")).on(host)
}

#[test]
fn what_the_vm_does_now_is_told_by_one_query() {
    for (action, state) in [("start", "running"), ("reboot", "running"), ("stop", "off")] {
        let host = forgetful(Options::new());
        let before = host.state().counters;
        call(action, &host).run().fails(&["not known", &format!("the VM is {state} now"), "look at the VM"]);
        let counters = host.state().counters;
        assert_eq!(counters.scripts_run - before.scripts_run, 1, "{action}");
        assert_eq!((counters.of(Verb::Enumerate), counters.shells_open), (1, 0), "{action}");
    }
}

#[test]
fn a_vm_that_is_not_there_is_told_as_well() {
    let host = forgetful(Options::new());
    host.change(|world| world.with_changed(NAME, |vm| vm.name = "renamed".to_owned()));
    call("stop", &host).run().fails(&["not known", "shows no VM of that name now"]);
}

#[test]
fn a_host_that_does_not_tell_leaves_it_open() {
    let host = forgetful(Options::new().wmi(Wmi::new().denied()));
    let ran = call("stop", &host).run();
    ran.fails(&["not known", "look at the VM"]);
    assert!(!ran.stdout.contains(" now"), "{}", ran.stdout);
}

#[test]
fn other_actions_do_not_ask() {
    for action in ["delete", "prepare"] {
        let host = forgetful(Options::new());
        call(action, &host).run().fails(&["not known"]);
        assert_eq!(host.state().counters.of(Verb::Enumerate), 0, "{action}");
    }
}

#[test]
fn a_failure_that_is_known_is_not_looked_into() {
    let host = forgetful(Options::new());
    host.recover();
    host.fail_script(ScriptError::new("out_of_memory", "Not enough memory."));
    call("start", &host).run().fails(&["memory"]);
    assert_eq!(host.state().counters.of(Verb::Enumerate), 0);
}

#[test]
fn a_deadline_that_passed_leaves_time_for_it() {
    let host = forgetful(Options::new());
    host.recover();
    // Silent once: the rest of the call's time.
    host.fail(Rule::new(Verb::Receive, Action::SilenceAfter));
    call("stop", &host).timeout("6").run().fails(&["time is up", "not known", "the VM is off now"]);
}
