//! Answers of a host.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::element::{Element, ReadError};
use super::fault::Fault;
use super::namespace::{ADDRESSING, COMMAND_STATE, SHELL, SOAP, TRANSFER, WSMAN};

/// Longer than any identifier of a shell or command; a GUID has 36 characters.
const LONGEST_ID: usize = 128;

/// What a host says to a message: what was asked for, or why not.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer<T> {
    /// What was asked for.
    Content(T),
    /// Why not.
    Fault(Fault),
}

/// What a command has done since the last Receive.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Received {
    /// Bytes of its standard output, which may end in the middle of a character.
    pub stdout: Vec<u8>,
    /// Bytes of its standard error.
    pub stderr: Vec<u8>,
    /// Whether it goes on.
    pub state: CommandState,
}

/// Whether a command goes on. [MS-WSMV] 2.2.4.10
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum CommandState {
    /// It does (`Running` or `Pending`).
    #[default]
    Running,
    /// It has ended (`Done`).
    Done {
        /// What it ended with. Missing where it could not be started or was killed; hosts were seen
        /// to write the same code signed and unsigned.
        exit_code: Option<i64>,
    },
}

/// The answer to Create: the identifier that the host gave the shell. [MS-WSMV] 3.1.4.5.2
///
/// # Errors
///
/// Any [`ReadError`]: the answer makes no sense. So it is with the functions below.
pub fn created(document: &[u8]) -> Result<Answer<String>, ReadError> {
    read(document, |body| match body.optional(TRANSFER, "ResourceCreated")? {
        Some(resource) => match selected_shell(resource)? {
            Some(id) => identifier(id, "Selector"),
            None => shell_id(body),
        },
        None => shell_id(body),
    })
}

/// The answer to Command: the identifier that the host gave the command. [MS-WSMV] 3.1.4.11
///
/// # Errors
///
/// Any [`ReadError`].
pub fn started(document: &[u8]) -> Result<Answer<String>, ReadError> {
    read(document, |body| {
        let response = body.required(SHELL, "CommandResponse")?;
        identifier(response.required(SHELL, "CommandId")?.flat()?, "CommandId")
    })
}

/// The answer to Send. [MS-WSMV] 3.1.4.13
///
/// # Errors
///
/// Any [`ReadError`].
pub fn sent(document: &[u8]) -> Result<Answer<()>, ReadError> {
    read(document, |body| body.required(SHELL, "SendResponse").map(drop))
}

/// The answer to Receive for the command `command_id`. [MS-WSMV] 3.1.4.14
///
/// # Errors
///
/// Any [`ReadError`]; output of another command is [`ReadError::OtherCommand`].
pub fn received(document: &[u8], command_id: &str) -> Result<Answer<Received>, ReadError> {
    read(document, |body| {
        let response = body.required(SHELL, "ReceiveResponse")?;
        let mut received = Received::default();
        for stream in response.all(SHELL, "Stream") {
            of_command(stream, command_id)?;
            let bytes = decode(stream.flat()?)?;
            match stream.attribute("Name") {
                Some("stdout") => received.stdout.extend(bytes),
                Some("stderr") => received.stderr.extend(bytes),
                _ => return Err(ReadError::Value("Stream")),
            }
        }
        if let Some(state) = response.optional(SHELL, "CommandState")? {
            of_command(state, command_id)?;
            received.state = command_state(state)?;
        }
        Ok(received)
    })
}

/// The answer to Signal. [MS-WSMV] 3.1.4.12
///
/// # Errors
///
/// Any [`ReadError`].
pub fn signalled(document: &[u8]) -> Result<Answer<()>, ReadError> {
    read(document, |body| body.required(SHELL, "SignalResponse").map(drop))
}

/// The answer to Delete, which has nothing in it. [MS-WSMV] 3.1.4.4
///
/// # Errors
///
/// Any [`ReadError`].
pub fn deleted(document: &[u8]) -> Result<Answer<()>, ReadError> {
    read(document, |_| Ok(()))
}

/// The fault in an answer that came with an HTTP status other than 200, if it is one.
pub fn fault(document: &[u8]) -> Option<Fault> {
    let envelope = Element::parse(document).ok()?;
    let body = body(&envelope).ok()?;
    let fault = body.optional(SOAP, "Fault").ok()??;
    Some(Fault::read(fault))
}

fn read<T>(document: &[u8], content: impl FnOnce(&Element) -> Result<T, ReadError>) -> Result<Answer<T>, ReadError> {
    let envelope = Element::parse(document)?;
    answer_in(body(&envelope)?, content)
}

pub(super) fn answer_in<T>(
    body: &Element,
    content: impl FnOnce(&Element) -> Result<T, ReadError>,
) -> Result<Answer<T>, ReadError> {
    if let Some(fault) = body.optional(SOAP, "Fault")? {
        return Ok(Answer::Fault(Fault::read(fault)));
    }
    content(body).map(Answer::Content)
}

pub(super) fn body(envelope: &Element) -> Result<&Element, ReadError> {
    if !envelope.is(SOAP, "Envelope") {
        return Err(ReadError::Missing("Envelope"));
    }
    envelope.required(SOAP, "Body")
}

/// The selector of the shell. Hosts before 2012 write its name with a capital D.
fn selected_shell(resource: &Element) -> Result<Option<&str>, ReadError> {
    let Some(parameters) = resource.optional(ADDRESSING, "ReferenceParameters")? else {
        return Ok(None);
    };
    let Some(set) = parameters.optional(WSMAN, "SelectorSet")? else {
        return Ok(None);
    };
    let is_shell =
        |selector: &&Element| selector.attribute("Name").is_some_and(|name| name.eq_ignore_ascii_case("ShellId"));
    let mut found = set.all(WSMAN, "Selector").filter(is_shell);
    match (found.next(), found.next()) {
        (_, Some(_)) => Err(ReadError::Twice("Selector")),
        (Some(selector), None) => selector.flat().map(Some),
        (None, None) => Ok(None),
    }
}

fn shell_id(body: &Element) -> Result<String, ReadError> {
    let shell = body.optional(SHELL, "Shell")?.ok_or(ReadError::Missing("ShellId"))?;
    identifier(shell.required(SHELL, "ShellId")?.flat()?, "ShellId")
}

fn identifier(text: &str, name: &'static str) -> Result<String, ReadError> {
    let allowed = |c: char| c.is_ascii_graphic() && !matches!(c, '<' | '>' | '&');
    if text.is_empty() || text.len() > LONGEST_ID || !text.chars().all(allowed) {
        return Err(ReadError::Value(name));
    }
    Ok(text.to_owned())
}

fn of_command(element: &Element, command_id: &str) -> Result<(), ReadError> {
    match element.attribute("CommandId") {
        Some(id) if !id.eq_ignore_ascii_case(command_id) => Err(ReadError::OtherCommand),
        _ => Ok(()),
    }
}

fn decode(text: &str) -> Result<Vec<u8>, ReadError> {
    let joined: String;
    let text = if text.contains(|c: char| c.is_ascii_whitespace()) {
        joined = text.split_ascii_whitespace().collect();
        &joined
    } else {
        text
    };
    STANDARD.decode(text).map_err(|_| ReadError::Value("Stream"))
}

fn command_state(state: &Element) -> Result<CommandState, ReadError> {
    let name = state.attribute("State").and_then(|uri| uri.strip_prefix(COMMAND_STATE));
    let exit_code = match state.optional(SHELL, "ExitCode")? {
        Some(code) => Some(code.flat()?.parse().map_err(|_| ReadError::Value("ExitCode"))?),
        None => None,
    };
    match name {
        Some("Done") => Ok(CommandState::Done { exit_code }),
        Some("Running" | "Pending") => Ok(CommandState::Running),
        _ => Err(ReadError::Value("CommandState")),
    }
}
