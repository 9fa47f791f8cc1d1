//! Enumerate and Pull, as raw as they go.

use crate::client::{Client, Reply};
use crate::conversation::SCHEMA;
use crate::envelope::{Envelope, create};
use crate::ntlm::Login;
use serde_json::json;
use simulated_host::{Account, Host, Options, PowerState, Verb, Vm, Wmi, World};
use std::time::Duration;

const ENUMERATION: &str = "http://schemas.xmlsoap.org/ws/2004/09/enumeration";
const WMI: &str = "http://schemas.microsoft.com/wbem/wsman/1/wmi/";
const WQL: &str = "http://schemas.microsoft.com/wbem/wsman/1/WQL";
const NO_CONTEXT: u32 = 2_150_858_779;

fn message(verb: &str, class: &str, body: &str) -> Envelope {
    let body = format!(r#"<n:{verb} xmlns:n="{ENUMERATION}">{body}</n:{verb}>"#);
    let (action, resource) = (format!("{ENUMERATION}/{verb}"), format!("{WMI}root/virtualization/v2/{class}"));
    Envelope { action, resource, body, ..create() }
}

fn filter(wql: &str) -> String {
    format!(r#"<w:OptimizeEnumeration/><w:MaxElements>32000</w:MaxElements><w:Filter Dialect="{WQL}">{wql}</w:Filter>"#)
}

fn query(wql: &str) -> Envelope {
    message("Enumerate", "*", &filter(wql))
}

pub(crate) fn all() -> Envelope {
    query("SELECT Name, ElementName, EnabledState, TimeOfLastStateChange FROM Msvm_ComputerSystem")
}

fn pull(context: &str, most: usize) -> Envelope {
    let body = format!("<n:EnumerationContext>{context}</n:EnumerationContext><n:MaxElements>{most}</n:MaxElements>");
    message("Pull", "*", &body)
}

fn host_with(machines: usize, options: Options) -> Host {
    let world = (0..machines).fold(World::default(), |world, number| world.with_unmarked_vm(format!("vm-{number}")));
    Host::start(options.world(world)).unwrap()
}

fn fragments(reply: &Reply) -> usize {
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.body.matches("<w:XmlFragment>").count()
}

fn context(reply: &Reply) -> String {
    reply.between("<n:EnumerationContext>", "<").to_owned()
}

/// All values of a property, in the order of the answer.
pub(crate) fn values<'r>(reply: &'r Reply, property: &str) -> Vec<&'r str> {
    let open = format!("<{property}>");
    reply.body.split(open.as_str()).skip(1).filter_map(|rest| rest.split('<').next()).collect()
}

#[test]
fn a_projection_has_its_properties_in_order_and_in_no_namespace() {
    let vm = Vm { name: "a&b".to_owned(), id: "11111111-2222-3333-4444-55555555555a".to_owned(), ..Vm::default() };
    let host = Host::start(Options::new().world(World::default().with_vm(vm))).unwrap();
    let reply = Client::logged_in(&host).soap(&all().text());
    let nil = r#"<TimeOfLastStateChange xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"></TimeOfLastStateChange>"#;
    let row = |name: &str, id: &str, state: u16| {
        format!(
            "<w:XmlFragment><ElementName>{name}</ElementName><EnabledState>{state}</EnabledState><Name>{id}</Name>{nil}</w:XmlFragment>"
        )
    };
    let expected = format!(
        r#"<n:EnumerateResponse xmlns:n="{ENUMERATION}"><n:EnumerationContext/><w:Items>{}{}</w:Items><w:EndOfSequence/></n:EnumerateResponse>"#,
        row("HV01", "HV01", 2),
        row("a&amp;b", "11111111-2222-3333-4444-55555555555A", 3)
    );
    assert!(reply.body.contains(&expected), "{}\n{expected}", reply.body);
    assert!(reply.body.contains(&format!("<a:Action>{ENUMERATION}/EnumerateResponse</a:Action>")));
    assert!(reply.all("date")[0].ends_with(" GMT"), "{reply:?}");
}

#[test]
fn a_class_without_a_filter_has_whole_objects() {
    let host = host_with(1, Options::new());
    let body = "<w:OptimizeEnumeration/><w:MaxElements>10</w:MaxElements>";
    let reply = Client::logged_in(&host).soap(&message("Enumerate", "Msvm_ComputerSystem", body).text());
    assert_eq!(reply.body.matches("<p:Msvm_ComputerSystem ").count(), 2, "{}", reply.body);
    assert_eq!(values(&reply, "p:ElementName"), ["HV01", "vm-0"]);
    assert!(reply.body.contains(r#"<p:ProcessID xsi:nil="true">"#));
    assert_eq!(values(&reply, "p:OperationalStatus"), ["2", "2"]);
}

#[test]
fn what_has_no_answer() {
    let host = host_with(1, Options::new());
    let mut client = Client::logged_in(&host);
    let elsewhere = |path: &str| Envelope { resource: format!("{WMI}{path}"), ..all() };
    let name = "SELECT Name FROM Msvm_ComputerSystem";
    let xpath = filter(name).replace(WQL, "http://www.w3.org/TR/1999/REC-xpath-19991116");
    for (envelope, code) in [
        // A query belongs to the resource of all classes, and that one needs it.
        (message("Enumerate", "Msvm_ComputerSystem", &filter(name)), 2_150_859_003),
        (message("Enumerate", "*", ""), 2_150_858_778),
        (query("SELECT Colour FROM Msvm_ComputerSystem"), 2_150_858_778),
        (query("SELECT Name FROM Msvm_ComputerSystem WHERE Colour = 'red'"), 2_150_858_778),
        (query("anything"), 2_150_858_778),
        (query("SELECT Name FROM Msvm_Nothing"), 2_150_858_752),
        (message("Enumerate", "Msvm_Nothing", ""), 2_150_858_752),
        (message("Enumerate", "*", &xpath), 2_150_858_777),
        (elsewhere("root/cimv2/*"), 2_150_858_752),
        (elsewhere("root"), 2_150_858_752),
        (message("Enumerate", "*", &filter(name).replace("32000", "none")), SCHEMA),
        (message("Enumerate", "*", &filter(name).replace("32000", "0")), SCHEMA),
        (message("Enumerate", "*", "<w:EnumerationMode>EnumerateEPR</w:EnumerationMode>"), SCHEMA),
        (Envelope { body: String::new(), ..all() }, SCHEMA),
        (pull("uuid:none", 1), NO_CONTEXT),
        // Neither half of the service knows the verbs of the other.
        (Envelope { resource: create().resource, ..all() }, 2_150_858_752),
        (Envelope { resource: all().resource, ..create() }, 2_150_858_752),
    ] {
        let reply = client.soap(&envelope.text());
        assert_eq!(reply.fault_code(), code, "{envelope:?}");
    }
    let reply = client.soap(&pull("uuid:none", 1).text());
    assert!(reply.body.contains("n:InvalidEnumerationContext"), "{}", reply.body);
}

#[test]
fn an_enumeration_goes_on_by_its_last_context_alone() {
    let host = host_with(5, Options::new());
    let mut client = Client::logged_in(&host);
    let text = all().text();
    let first = client.soap(&text.replace("32000", "2"));
    assert_eq!(fragments(&first), 2);
    let second = client.soap(&pull(&context(&first), 2).text());
    assert_eq!(fragments(&second), 2);
    assert_eq!(client.soap(&pull(&context(&first), 2).text()).fault_code(), NO_CONTEXT);
    // The wrong resource does not use it up.
    let class = pull(&context(&second), 2).text().replace("v2/*", "v2/Msvm_ComputerSystem");
    assert_eq!(client.soap(&class).fault_code(), NO_CONTEXT);
    let last = client.soap(&pull(&context(&second), 9).text());
    assert_eq!(fragments(&last), 2);
    assert!(last.body.contains("<n:EndOfSequence/>") && !last.body.contains("EnumerationContext"), "{}", last.body);
    // Without OptimizeEnumeration nothing but a context comes; without MaxElements there is one at a time.
    let plain = client.soap(&text.replace("<w:OptimizeEnumeration/>", ""));
    assert_eq!(fragments(&plain), 0);
    assert!(!plain.body.contains("Items") && !plain.body.contains("EndOfSequence"), "{}", plain.body);
    let one = pull(&context(&plain), 7).text().replace("<n:MaxElements>7</n:MaxElements>", "");
    assert_eq!(fragments(&client.soap(&one)), 1);
    assert_eq!(fragments(&client.soap(&text.replace("<w:MaxElements>32000</w:MaxElements>", ""))), 1);
    let counters = host.state().counters;
    assert_eq!((counters.of(Verb::Enumerate), counters.of(Verb::Pull)), (3, 5));
    assert_eq!(counters.soap.get("enumerate"), Some(&3));
}

#[test]
fn a_context_is_its_users_and_grows_old() {
    let options = Options::new().another_account(Account::local("other", "pw"));
    let host = host_with(5, options.wmi(Wmi::new().page(2).context_lifetime(Duration::from_millis(300))));
    let mut client = Client::logged_in(&host);
    let first = context(&client.soap(&all().text()));
    let mut other = Client::connect(&host);
    let login = Login { user: "other".to_owned(), password: "pw".to_owned(), ..Login::of(&host) };
    assert_eq!(other.log_in(&login, "").status, 200);
    assert_eq!(other.soap(&pull(&first, 9).text()).fault_code(), NO_CONTEXT);
    let second = context(&client.soap(&pull(&first, 9).text()));
    std::thread::sleep(Duration::from_millis(350));
    assert_eq!(client.soap(&pull(&second, 9).text()).fault_code(), NO_CONTEXT);
}

#[test]
fn no_answer_is_larger_than_was_asked_for() {
    let host = host_with(2000, Options::new());
    let mut client = Client::logged_in(&host);
    for size in ["8192", "512000"] {
        let with_size = |envelope: Envelope| Envelope { max_size: size.to_owned(), ..envelope }.text();
        let most: usize = size.parse().unwrap();
        let mut reply = client.soap(&with_size(all()));
        let (mut found, mut pulls) = (fragments(&reply), 0);
        while !reply.body.contains("EndOfSequence") {
            assert!(reply.body.len() <= most && reply.body.len() > most * 7 / 10, "{} of {size}", reply.body.len());
            reply = client.soap(&with_size(pull(&context(&reply), 32_000)));
            found += fragments(&reply);
            pulls += 1;
        }
        assert_eq!(found, 2001);
        assert!(pulls > 0, "{size}");
    }
    let long = Vm { name: "x".repeat(9000), ..Vm::default() };
    let host = Host::start(Options::new().world(World::default().with_vm(long))).unwrap();
    let mut client = Client::logged_in(&host);
    let small = |envelope: Envelope| Envelope { max_size: "8192".to_owned(), ..envelope }.text();
    let first = client.soap(&small(all()));
    assert_eq!(client.soap(&small(pull(&context(&first), 9))).fault_code(), 2_150_858_790);
}

#[test]
fn what_a_host_may_be_like() {
    let states =
        [PowerState::Saved, PowerState::Paused, PowerState::Starting, PowerState::Stopping, PowerState::Saving];
    let vm = |(number, state): (usize, PowerState)| Vm { name: format!("vm-{number}"), state, ..Vm::default() };
    let world = states.into_iter().enumerate().map(vm).fold(World::default(), World::with_vm);
    let look = |wmi: Wmi, envelope: &Envelope| {
        let host = Host::start(Options::new().world(world.clone()).wmi(wmi)).unwrap();
        Client::logged_in(&host).soap(&envelope.text())
    };
    let reply = look(Wmi::new(), &all());
    assert_eq!(values(&reply, "EnabledState"), ["2", "32769", "32768", "32770", "32774", "32773"]);
    let reply = look(Wmi::new().documented_states(), &all());
    assert_eq!(values(&reply, "EnabledState"), ["2", "6", "9", "10", "4", "32773"]);
    let captions = query("SELECT Caption FROM Msvm_ComputerSystem");
    assert_eq!(values(&look(Wmi::new(), &captions), "Caption")[..2], ["Hosting Computer System", "Virtual Machine"]);
    let reply = look(Wmi::new().localized(), &captions);
    assert_eq!(values(&reply, "Caption")[..2], ["Hostcomputersystem", "Virtueller Computer"]);
    let reply = look(Wmi::new().whole_instances(), &all());
    assert_eq!((values(&reply, "p:Name").len(), reply.body.contains("XmlFragment")), (6, false));
    assert_eq!(values(&look(Wmi::new().empty(), &all()), "ElementName"), ["HV01"]);
    assert_eq!(fragments(&look(Wmi::new().page(4), &all())), 4);
    assert_eq!(look(Wmi::new().denied(), &all()).fault_code(), 5);
    assert_eq!(look(Wmi::new().without_namespace(), &all()).fault_code(), 2_150_858_752);
    assert_eq!(look(Wmi::new().filter_refused(), &all()).fault_code(), 2_150_858_778);
    let host = Host::start(Options::new().without_date()).unwrap();
    assert!(Client::logged_in(&host).soap(&all().text()).all("date").is_empty());
}

#[test]
fn rows_that_a_test_has_added_are_told_too() {
    let row = json!({"Name": "copy", "State": 3, "Age": 30, "ReplicationMode": 2, "ReplicationState": 4});
    let world = World::default().with_state_row(row).with_unmarked_vm("vm");
    let text = query(
        "SELECT ElementName, EnabledState, ReplicationMode, ReplicationState, TimeOfLastStateChange FROM \
                      Msvm_ComputerSystem WHERE ElementName = 'COPY'",
    );
    for (wmi, time) in [(Wmi::new(), "Datetime"), (Wmi::new().plain_times(), "TimeOfLastStateChange")] {
        let host = Host::start(Options::new().world(world.clone()).wmi(wmi)).unwrap();
        let reply = Client::logged_in(&host).soap(&text.text());
        assert_eq!(values(&reply, "ElementName"), ["copy"]);
        let numbers = ["EnabledState", "ReplicationMode", "ReplicationState"].map(|property| values(&reply, property));
        assert_eq!(numbers, [["3"], ["2"], ["4"]]);
        assert!(values(&reply, time)[0].starts_with("20"), "{}", reply.body);
    }
}

#[test]
fn the_connection_goes_after_so_many_pages_once() {
    let host = host_with(5, Options::new().wmi(Wmi::new().page(2)).drop_after_pages(2));
    for is_lost in [true, false] {
        let mut client = Client::logged_in(&host);
        let first = client.soap(&all().text());
        let second = client.try_soap(&pull(&context(&first), 9).text()).unwrap();
        let third = client.try_soap(&pull(&context(&second), 9).text());
        assert_eq!(third.is_err(), is_lost);
    }
}

#[test]
fn an_account_without_rights_is_denied_queries_too() {
    let host = host_with(1, Options::new().deny());
    assert_eq!(Client::logged_in(&host).soap(&all().text()).fault_code(), 5);
}
