//! A wrong password does not lock the account: one process learns from the other.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::json;
use simulated_host::{Account, Action, ChannelBinding, Host, Options, Rule, Verb};
use tempfile::TempDir;

use crate::case::{Case, Ran, hyperv};

const WRONG: &str = "Wr0ng-passw0rd";

/// `status` with a wrong password and a log that all calls share.
fn wrong(host: &Host, folder: &TempDir) -> Case {
    right(host, folder).host_key("password", json!(WRONG))
}

fn right(host: &Host, folder: &TempDir) -> Case {
    Case::new("status", "status.json").on(host).log_at(&log(folder))
}

fn log(folder: &TempDir) -> PathBuf {
    folder.path().join("hyperv.log")
}

fn start() -> (Host, TempDir) {
    (Host::start(Options::new()).unwrap(), TempDir::new().unwrap())
}

fn logins(host: &Host) -> u64 {
    host.state().counters.logins
}

/// The one file that remembers.
fn memory(folder: &TempDir) -> PathBuf {
    let files: Vec<_> = fs::read_dir(folder.path().join("hyperv.log.logins")).unwrap().collect();
    let [Ok(file)] = &files[..] else { panic!("{files:?}") };
    file.path()
}

/// Makes it seem to lie further back.
fn age(memory: &Path, seconds: u64) {
    let text = fs::read_to_string(memory).unwrap();
    let words: Vec<_> = text.split_whitespace().collect();
    let [mark, time, refusals] = words[..] else { panic!("{text}") };
    let time = time.parse::<u64>().unwrap() - seconds;
    fs::write(memory, format!("{mark} {time:>14} {refusals:>7}\n")).unwrap();
}

#[test]
fn fifty_calls_with_a_wrong_password_make_one_login() {
    let (host, folder) = start();
    wrong(&host, &folder).run().fails(&["refuses the login", "password"]);
    for _ in 0..49 {
        wrong(&host, &folder).run().fails(&["held back", "password", "at once"]);
    }
    assert_eq!((logins(&host), host.state().counters.connections), (1, 1));
}

/// Also where the host takes its time to say no, as one that asks a domain controller.
#[test]
fn fifty_calls_at_once_make_one_login_too() {
    for latency in [0, 1200] {
        let folder = TempDir::new().unwrap();
        let host = Host::start(Options::new().latency(Duration::from_millis(latency))).unwrap();
        thread::scope(|scope| {
            for _ in 0..50 {
                scope.spawn(|| wrong(&host, &folder).run().fails(&["password"]));
            }
        });
        assert_eq!(logins(&host), 1, "{latency} ms");
        assert!(fs::read_to_string(memory(&folder)).unwrap().trim_end().ends_with(" 1"));
    }
}

#[test]
fn right_logins_do_not_wait_for_each_other() {
    let folder = TempDir::new().unwrap();
    let host = Host::start(Options::new().latency(Duration::from_millis(300))).unwrap();
    right(&host, &folder).run().fails(&["has no VM"]);
    // Once one has worked, the next have no lock to wait for: whoever holds it holds up nobody.
    let file = fs::File::options().read(true).write(true).open(memory(&folder)).unwrap();
    file.lock().unwrap();
    let running = right(&host, &folder).start();
    assert!(running.end_within(Duration::from_secs(4)).is_some(), "it waits for a login that it knows to be right");
}

#[test]
fn a_refusal_of_others_does_not_end_what_has_begun() {
    let (host, folder) = start();
    host.fail(Rule::new(Verb::Receive, Action::Reset).first(1));
    wrong(&host, &folder).run().fails(&["refuses the login"]);
    let memory = memory(&folder);
    let refused = fs::read(&memory).unwrap();
    let case = Case::new("create", "create.json").on(&host).log_at(&log(&folder));
    let slow = Rule::new(Verb::Command, Action::Slow(Duration::from_millis(800))).first(1);
    host.fail(slow);
    let running = case.start();
    while host.state().counters.of(Verb::Command) == 0 {
        thread::sleep(Duration::from_millis(5));
    }
    // As if this very login had just been refused to another process.
    let right = fs::read_to_string(&memory).unwrap();
    let mark: String = right.chars().take(8).collect();
    let told = String::from_utf8(refused).unwrap();
    fs::write(&memory, told.replacen(told.split(' ').next().unwrap(), &mark, 1)).unwrap();
    running.end().succeeds("Instance created");
    assert_eq!(host.state().counters.connections, 3);
}

#[test]
fn what_is_not_of_winrm_says_nothing_about_a_password() {
    let (host, folder) = start();
    wrong(&host, &folder).run().fails(&["refuses the login"]);
    let memory = memory(&folder);
    age(&memory, 31);
    host.fail(Rule::new(Verb::Enumerate, Action::status(503)));
    right(&host, &folder).timeout("4").run().fails(&["503"]);
    assert!(fs::read_to_string(&memory).unwrap().trim_end().ends_with(" 1"), "503 is taken for a login that works");
}

#[test]
fn another_binding_is_another_login() {
    let host = Host::start(Options::new().channel_binding(ChannelBinding::Strict)).unwrap();
    let folder = TempDir::new().unwrap();
    let unbound = right(&host, &folder).host_key("ntlm_channel_binding", json!("off"));
    unbound.run().fails(&["refuses the login"]);
    right(&host, &folder).run().fails(&["has no VM"]);
}

#[test]
fn a_corrected_password_works_at_once_and_clears_the_memory() {
    let (host, folder) = start();
    wrong(&host, &folder).run().fails(&["refuses the login"]);
    right(&host, &folder).run().fails(&["has no VM"]);
    assert_eq!(logins(&host), 2);
    wrong(&host, &folder).run().fails(&["refuses the login"]);
    assert!(fs::read_to_string(memory(&folder)).unwrap().trim_end().ends_with(" 1"));
}

#[test]
fn after_thirty_seconds_a_booting_host_is_asked_again_and_then_for_ten_minutes_no_more() {
    let (host, folder) = start();
    wrong(&host, &folder).run().fails(&["refuses the login"]);
    let memory = memory(&folder);
    age(&memory, 20);
    wrong(&host, &folder).run().fails(&["held back"]);
    assert_eq!(logins(&host), 1);
    age(&memory, 11);
    wrong(&host, &folder).run().fails(&["refuses the login"]);
    assert_eq!(logins(&host), 2);
    age(&memory, 580);
    wrong(&host, &folder).run().fails(&["held back"]);
    assert_eq!(logins(&host), 2);
    age(&memory, 21);
    wrong(&host, &folder).run().fails(&["refuses the login"]);
    assert_eq!(logins(&host), 3);
}

#[test]
fn other_accounts_and_other_hosts_are_not_held_back() {
    let folder = TempDir::new().unwrap();
    let host = || Host::start(Options::new().another_account(Account::local("Operator", "0perat0r!"))).unwrap();
    let (host, other) = (host(), host());
    wrong(&host, &folder).run().fails(&["refuses the login"]);
    let operator = |host| right(host, &folder).host_key("username", json!("Operator"));
    operator(&host).host_key("password", json!("0perat0r!")).run().fails(&["has no VM"]);
    operator(&host).host_key("password", json!(WRONG)).run().fails(&["refuses the login"]);
    wrong(&other, &folder).run().fails(&["refuses the login"]);
    assert_eq!((logins(&host), logins(&other)), (3, 1));
}

#[test]
fn a_memory_that_makes_no_sense_holds_nobody_back() {
    let (host, folder) = start();
    wrong(&host, &folder).run().fails(&["refuses the login"]);
    let path = memory(&folder);
    let ahead = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() + 3600;
    let mark: String = fs::read_to_string(&path).unwrap().chars().take(8).collect();
    let torn = [
        "",
        "\0\0\0",
        "abc",
        &format!("{mark}           soon       1\n"),
        &format!("{mark} {ahead:>14} {:>7}\n", 2),
        &"9".repeat(5000),
    ];
    for (n, text) in (2..).zip(torn) {
        fs::write(&path, text).unwrap();
        wrong(&host, &folder).run().fails(&["refuses the login"]);
        assert_eq!(logins(&host), n, "{text:?}");
    }
}

#[test]
fn without_a_log_it_lies_in_a_folder_of_this_users_own() {
    let (host, folder) = start();
    let payload = folder.path().join("payload.json");
    fs::write(&payload, wrong(&host, &folder).text()).unwrap();
    let run = |place: &Path| {
        let mut command = hyperv(folder.path(), &["status", payload.to_str().unwrap(), "60"]);
        Ran::from(command.env_remove("HYPERV_LOG").env("XDG_RUNTIME_DIR", place))
    };
    let place = TempDir::new().unwrap();
    run(place.path()).fails(&["refuses the login"]);
    run(place.path()).fails(&["held back"]);
    assert_eq!(logins(&host), 1);
    let own = fs::read_dir(place.path()).unwrap().next().unwrap().unwrap();
    assert_eq!(own.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    let file = fs::read_dir(own.path()).unwrap().next().unwrap().unwrap();
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    // What it holds is of no use to a thief.
    let text = fs::read_to_string(file.path()).unwrap();
    assert!(text.len() < 40 && !text.contains(WRONG) && !text.contains("Administrator"), "{text}");
    // A folder that others can reach, or a link to one, is not used; the login is.
    for trap in ["open", "link"] {
        let place = TempDir::new().unwrap();
        let trapped = place.path().join(own.file_name());
        match trap {
            "open" => {
                fs::create_dir(&trapped).unwrap();
                fs::set_permissions(&trapped, fs::Permissions::from_mode(0o777)).unwrap();
            }
            _ => symlink(own.path(), &trapped).unwrap(),
        }
        run(place.path()).fails(&["refuses the login"]);
        run(place.path()).fails(&["refuses the login"]);
    }
    assert_eq!(logins(&host), 5);
}
