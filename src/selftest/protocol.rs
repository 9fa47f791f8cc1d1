//! What is asked of WinRM itself, in shells of its own that hold nothing but `powershell.exe`.

use std::time::{Duration, Instant};

use winrm::ChannelBinding;
use winrm::soap::request::{Request, wmi_resource};
use winrm::soap::response;

use super::report::Fact;
use super::wire::{HOLD, Wire, content, unchanged};
use crate::error::Error;
use crate::request::Connection;

const NOTHING: &str = "powershell.exe -NoProfile -NonInteractive -Command \"exit 0\"";
const MODULE: &str = "powershell.exe -NoProfile -NonInteractive -Command \"Import-Module Hyper-V; exit 0\"";
const VARIABLE: &str = "powershell.exe -NoProfile -NonInteractive -Command \"[Environment]::GetEnvironmentVariable('HYPERV_SELFTEST').Length\"";
const SLEEP: &str = "powershell.exe -NoProfile -NonInteractive -Command \"Start-Sleep -Seconds 90\"";

/// More than cmd.exe takes in one line.
const LONG_VALUE: usize = 9000;

/// What is tried: its name, and the trial, which is told the name of a VM that runs.
type Trial = (&'static str, fn(&mut Wire, &str) -> Result<Vec<Fact>, Error>);

const TRIALS: [Trial; 6] = [
    ("identifiers", |wire, _| identifiers(wire)),
    ("idle time of 60 s", |wire, _| idle_time(wire)),
    (VARIABLE_FACT, |wire, _| environment(wire)),
    ("command line beyond cmd.exe", |wire, _| long_line(wire)),
    ("projection", projection),
    ("milliseconds", |wire, _| milliseconds(wire)),
];

const VARIABLE_FACT: &str = "environment variable of 9,000 characters";
const HELD_FACT: &str = "receive held for 65 s";

/// Asks everything, until it is over. Whatever fails is a fact too, and ends nothing else.
pub(super) fn ask(wire: &mut Wire, vm: &str, long: bool, is_over: &dyn Fn() -> bool) -> Vec<Fact> {
    let held: Option<Trial> = long.then_some((HELD_FACT, |wire, _| held_receive(wire)));
    let mut facts = Vec::new();
    for (name, trial) in TRIALS.into_iter().chain(held).take_while(|_| !is_over()) {
        match trial(wire, vm) {
            Ok(found) => facts.extend(found),
            Err(error) => facts.push(Fact::new(name, format!("not answered: {error}"))),
        }
    }
    if !long {
        facts.push(Fact::new(HELD_FACT, "not tried; --long does"));
    }
    facts
}

/// Whether every login of this selftest is bound to its TLS connection.
pub(super) fn binding(connection: &Connection) -> Fact {
    let told = match connection.channel_binding {
        ChannelBinding::Bind => "sent with every login",
        ChannelBinding::Omit => "switched off by the payload",
    };
    Fact::new("channel binding", told)
}

/// Whether the host keeps identifiers that the client chose, and what it says to one that is in use.
fn identifiers(wire: &mut Wire) -> Result<Vec<Fact>, Error> {
    let wanted = wire.new_id();
    let create = Request::Create { shell_id: &wanted, utf8: true };
    let reply = wire.say(&create, HOLD, unchanged)?;
    let shell = content(&reply, response::created).map_err(|no| Error::new(no.told()))?;
    let mut facts = vec![
        Fact::new("login with an empty type-1 message", "taken: this message came with type-3"),
        Fact::new("ShellId of the client", kept(&wanted, &shell)),
    ];
    let again = wire.say(&create, HOLD, unchanged)?;
    let second = content(&again, response::created);
    if let Ok(other) = &second
        && !other.eq_ignore_ascii_case(&shell)
    {
        wire.close(other);
    }
    facts.push(Fact::new("Create of a ShellId in use", second.map_or_else(|no| no.told(), |id| kept(&wanted, &id))));
    let command = wire.new_id();
    let start = Request::Command { shell_id: &shell, command_id: &command, command_line: NOTHING };
    for name in ["CommandId of the client", "Command of a CommandId in use"] {
        let answer = wire.say(&start, HOLD, unchanged).map(|reply| match content(&reply, response::started) {
            Ok(id) => kept(&command, &id),
            Err(no) => no.told(),
        });
        facts.push(Fact::new(name, answer.unwrap_or_else(|error| format!("not answered: {error}"))));
    }
    wire.close(&shell);
    Ok(facts)
}

fn kept(wanted: &str, given: &str) -> String {
    match (wanted == given, wanted.eq_ignore_ascii_case(given)) {
        (true, _) => "kept to the letter".to_owned(),
        (false, true) => "kept, in other letters".to_owned(),
        (false, false) => "not kept: the host gave another one".to_owned(),
    }
}

fn idle_time(wire: &mut Wire) -> Result<Vec<Fact>, Error> {
    let (shell, reply) = wire.open(shortest_idle_time)?;
    let text = String::from_utf8_lossy(&reply.body).into_owned();
    let told = between(&text, "IdleTimeOut>", "<").unwrap_or("nothing of it");
    let facts = vec![Fact::new("idle time of 60 s", format!("accepted; the host answers {told}"))];
    wire.close(&shell);
    Ok(facts)
}

fn shortest_idle_time(message: String) -> String {
    message.replace("<rsp:IdleTimeOut>PT180S<", "<rsp:IdleTimeOut>PT60S<")
}

fn environment(wire: &mut Wire) -> Result<Vec<Fact>, Error> {
    let value = "x".repeat(LONG_VALUE);
    let variable = format!(
        "<rsp:Environment><rsp:Variable Name=\"HYPERV_SELFTEST\">{value}</rsp:Variable></rsp:Environment></rsp:Shell>"
    );
    let (shell, _) = wire.open(|message| message.replace("</rsp:Shell>", &variable))?;
    let ran = wire.run(&shell, VARIABLE, unchanged);
    wire.close(&shell);
    let printed = ran?.printed;
    let told = match printed.parse::<usize>() {
        Ok(LONG_VALUE) => "arrives whole".to_owned(),
        Ok(length) => format!("arrives with {length} characters"),
        Err(_) => format!("not answered: the host printed {:?}", printed.chars().take(200).collect::<String>()),
    };
    Ok(vec![Fact::new(VARIABLE_FACT, told)])
}

/// Without cmd.exe in between a command line may be longer.
fn long_line(wire: &mut Wire) -> Result<Vec<Fact>, Error> {
    let (shell, _) = wire.open(unchanged)?;
    let line = format!("powershell.exe -NoProfile -NonInteractive -Command \"exit 7 #{}\"", "x".repeat(LONG_VALUE));
    let ran = wire
        .run(&shell, &line, |message| message.replace("WINRS_SKIP_CMD_SHELL\">FALSE<", "WINRS_SKIP_CMD_SHELL\">TRUE<"));
    wire.close(&shell);
    let ran = ran?;
    let told = match ran.code {
        Some(7) => "taken whole".to_owned(),
        code => format!("{}, {} characters printed", exit(code), ran.printed.chars().count()),
    };
    Ok(vec![Fact::new("command line beyond cmd.exe", told)])
}

/// The object as the host writes it, element for element.
fn projection(wire: &mut Wire, vm: &str) -> Result<Vec<Fact>, Error> {
    let resource = wmi_resource("root/virtualization/v2");
    let wql = format!(
        "SELECT Name,ElementName,EnabledState,TimeOfLastStateChange,ReplicationMode FROM Msvm_ComputerSystem WHERE ElementName = '{vm}'"
    );
    let begun = Instant::now();
    let reply = wire.say(&Request::Enumerate { resource: &resource, wql: &wql }, HOLD, unchanged)?;
    let took = begun.elapsed();
    let text = String::from_utf8_lossy(&reply.body).into_owned();
    let told = match between(&text, "Items>", "Items>") {
        Some(items) if reply.status == 200 => {
            items.rsplit_once("</").map_or(items, |(objects, _)| objects).chars().take(3000).collect()
        }
        _ => match content(&reply, |_| Ok(response::Answer::Content(()))) {
            Ok(()) => "no objects in the answer".to_owned(),
            Err(no) => no.told(),
        },
    };
    Ok(vec![Fact::new("projection", told), Fact::new("milliseconds of the WMI query", took.as_millis().to_string())])
}

fn milliseconds(wire: &mut Wire) -> Result<Vec<Fact>, Error> {
    let (shell, _) = wire.open(unchanged)?;
    let mut facts = Vec::new();
    for (name, line) in [("powershell.exe", NOTHING), ("powershell.exe with the Hyper-V module", MODULE)] {
        let told = match wire.run(&shell, line, unchanged) {
            Ok(ran) if ran.code == Some(0) => ran.took.as_millis().to_string(),
            Ok(ran) => exit(ran.code),
            Err(error) => format!("not answered: {error}"),
        };
        facts.push(Fact::new(format!("milliseconds of {name}"), told));
    }
    wire.close(&shell);
    Ok(facts)
}

fn exit(code: Option<i64>) -> String {
    code.map_or_else(|| "no exit code".to_owned(), |code| format!("exit code {code}"))
}

/// One Receive beyond the shell's idle time: is the shell there afterwards?
fn held_receive(wire: &mut Wire) -> Result<Vec<Fact>, Error> {
    let (shell, _) = wire.open(shortest_idle_time)?;
    let result = hold_receive(wire, &shell);
    wire.close(&shell);
    Ok(vec![Fact::new(HELD_FACT, result?)])
}

fn hold_receive(wire: &mut Wire, shell: &str) -> Result<String, Error> {
    let command = wire.start(shell, SLEEP, unchanged)?;
    let receive = Request::Receive { shell_id: shell, command_id: &command };
    let begun = Instant::now();
    let first = wire.say(&receive, Duration::from_secs(65), unchanged)?;
    let after = begun.elapsed().as_secs();
    let told = |reply: &_| match content(reply, |body| response::received(body, &command)) {
        Ok(_) => "output".to_owned(),
        Err(no) => no.told(),
    };
    let second = wire.say(&receive, Duration::from_secs(5), unchanged)?;
    Ok(format!("answered after {after} s with {}; the next one with {}", told(&first), told(&second)))
}

fn between<'t>(text: &'t str, from: &str, to: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(from)?;
    rest.split_once(to).map(|(found, _)| found)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use winrm::soap::request::{Header, Request, write};

    use super::shortest_idle_time;

    /// Messages are changed as text: they must have that text.
    #[test]
    fn the_changed_parts_are_there() {
        let header = Header { to: "https://h:5986/wsman", message_id: "1", operation_timeout: Duration::from_secs(20) };
        let text = |request: &Request<'_>| String::from_utf8(write(&header, request)).unwrap();
        let create = text(&Request::Create { shell_id: "S", utf8: true });
        assert!(create.contains("</rsp:Shell>") && shortest_idle_time(create).contains(">PT60S<"));
        let command = text(&Request::Command { shell_id: "S", command_id: "C", command_line: "x" });
        assert!(command.contains("WINRS_SKIP_CMD_SHELL\">FALSE<"));
    }
}
