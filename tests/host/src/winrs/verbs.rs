//! The verbs on a shell that is open ([MS-WSMV] 3.1.4.11 to 3.1.4.14, 3.1.4.4).

use crate::command_line;
use crate::soap::answer::{Body, ENVELOPE_OVERHEAD, envelope};
use crate::soap::element::Element;
use crate::soap::fault::{Fault, FaultForm};
use crate::soap::namespace::{SHELL, TRANSFER};
use crate::soap::request::Request;
use crate::winrs::command::{Command, NotTaken};
use crate::winrs::part::{check_children, only_part, part};
use crate::winrs::pipe::{Batch, Nothing, Stream};
use crate::winrs::service::{Client, Service, identifier_taken};
use crate::winrs::shell::{NotAdded, Shell};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use std::sync::Arc;

impl Service {
    pub(crate) fn command(&self, request: &Request, client: Client<'_>) -> Result<Vec<u8>, Fault> {
        let (shell, _in_use) = self.shell(request, client)?;
        let asked = only_part(&request.body, "CommandLine")?;
        check_children(asked, &["Command"], &["Arguments"])?;
        let mut line = part(asked, "Command")?.text.clone();
        for argument in asked.children_named(SHELL, "Arguments") {
            line.push(' ');
            line.push_str(&argument.text);
        }
        let id = self.identifier(asked.attribute("CommandId"))?;
        let start = || {
            if command_line::fits(&line) && command_line::starts_powershell(&line) {
                self.tallies.powershell_starts.one();
            }
            Command::start(id.clone(), line, shell.surroundings.clone(), Arc::clone(&self.executor))
        };
        shell.add(&id, self.settings.max_processes, start).map_err(|not_added| match not_added {
            NotAdded::TooMany => Fault::with_code(2_150_859_174),
            NotAdded::IdTaken => identifier_taken(),
        })?;
        Ok(answer(request, SHELL, "Command", |body| {
            body.open("rsp:CommandResponse", &[]);
            body.leaf("rsp:CommandId", &[], &id);
            body.close("rsp:CommandResponse");
        }))
    }

    pub(crate) fn send(&self, request: &Request, client: Client<'_>) -> Result<Vec<u8>, Fault> {
        let (shell, _in_use) = self.shell(request, client)?;
        for stream in only_part(&request.body, "Send")?.children_named(SHELL, "Stream") {
            if stream.attribute("Name") != Some("stdin") {
                return Err(Fault::with_code(87));
            }
            let command = command_of(&shell, stream)?;
            let piece = BASE64_STANDARD
                .decode(stream.text.split_ascii_whitespace().collect::<String>())
                .map_err(|_| Fault::schema("A stream is not written in base64. "))?;
            let end = stream.attribute("End").is_some_and(|end| end.eq_ignore_ascii_case("true") || end == "1");
            command.send(piece, end).map_err(|not_taken| match not_taken {
                NotTaken::Closed => Fault::with_code(109).in_form(FaultForm::ProviderFault),
                NotTaken::TooMuch => Fault::with_code(2_150_858_815),
            })?;
        }
        Ok(answer(request, SHELL, "Send", |body| body.empty("rsp:SendResponse")))
    }

    pub(crate) async fn receive(&self, request: &Request, client: Client<'_>) -> Result<Vec<u8>, Fault> {
        let (shell, _in_use) = self.shell(request, client)?;
        let command = command_of(&shell, part(only_part(&request.body, "Receive")?, "DesiredStream")?)?;
        let budget = request.max_envelope.saturating_sub(ENVELOPE_OVERHEAD);
        let batch = command.pipe.take(budget, request.timeout).await.map_err(|nothing| match nothing {
            Nothing::TimedOut => Fault::timed_out(),
            Nothing::Aborted => Fault::with_code(995),
        })?;
        if batch.exit.is_some() && self.settings.forget_finished {
            shell.remove(&command.id);
        }
        Ok(answer(request, SHELL, "Receive", |body| write_batch(body, &batch, &command.id)))
    }

    pub(crate) fn signal(&self, request: &Request, client: Client<'_>) -> Result<Vec<u8>, Fault> {
        let (shell, _in_use) = self.shell(request, client)?;
        let signal = only_part(&request.body, "Signal")?;
        let command = command_of(&shell, signal)?;
        // The specification spells the last word of a signal in two ways; hosts take both.
        let code = part(signal, "Code")?.trimmed().to_ascii_lowercase();
        match code.strip_prefix(&format!("{SHELL}/signal/")) {
            Some("terminate") => {
                command.abort();
                shell.remove(&command.id);
            }
            Some("ctrl_c" | "ctrl_break") => command.interrupt(),
            _ => return Err(Fault::with_code(87)),
        }
        Ok(answer(request, SHELL, "Signal", |body| body.empty("rsp:SignalResponse")))
    }

    pub(crate) fn delete(&self, request: &Request, client: Client<'_>) -> Result<Vec<u8>, Fault> {
        let id = request.shell_id.as_deref().ok_or_else(Fault::not_found)?;
        if !self.shells.close(id, client.user) {
            return Err(Fault::not_found());
        }
        Ok(answer(request, TRANSFER, "Delete", |_| {}))
    }
}

fn answer(request: &Request, namespace: &str, verb: &str, write_body: impl FnOnce(&mut Body)) -> Vec<u8> {
    envelope(&format!("{namespace}/{verb}Response"), Some(&request.message_id), write_body)
}

/// A command by the attribute that names it; without one the host says that a parameter is wrong.
fn command_of(shell: &Shell, element: &Element) -> Result<Arc<Command>, Fault> {
    let id = element.attribute("CommandId").ok_or_else(|| Fault::with_code(87).in_form(FaultForm::ProviderFault))?;
    shell.command(id).ok_or_else(Fault::not_found)
}

fn write_batch(body: &mut Body, batch: &Batch, command_id: &str) {
    body.open("rsp:ReceiveResponse", &[]);
    for (stream, piece) in &batch.pieces {
        let attributes = [("Name", stream.name()), ("CommandId", command_id)];
        body.leaf("rsp:Stream", &attributes, &BASE64_STANDARD.encode(piece));
    }
    if batch.exit.is_some() {
        for stream in Stream::ALL {
            let attributes = [("Name", stream.name()), ("CommandId", command_id), ("End", "true")];
            body.leaf("rsp:Stream", &attributes, "");
        }
    }
    let state = if batch.exit.is_some() { "Done" } else { "Running" };
    let state = format!("{SHELL}/CommandState/{state}");
    body.open("rsp:CommandState", &[("CommandId", command_id), ("State", &state)]);
    if let Some(code) = batch.exit {
        body.leaf("rsp:ExitCode", &[], &code.to_string());
    }
    body.close("rsp:CommandState");
    body.close("rsp:ReceiveResponse");
}
