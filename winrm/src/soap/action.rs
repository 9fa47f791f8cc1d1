//! What a message asks for.

use std::fmt;

/// The verbs of a remote shell and of an enumeration. [MS-WSMV] 3.1.4.1, 3.1.4.5, 3.1.4.8 to 3.1.4.14
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Action {
    /// Make a shell.
    Create,
    /// Start a command in it.
    Command,
    /// Give the command input.
    Send,
    /// Wait for output.
    Receive,
    /// End the command.
    Signal,
    /// Remove the shell and all that runs in it.
    Delete,
    /// Ask for objects.
    Enumerate,
    /// Ask for the next of them.
    Pull,
}

impl Action {
    /// The value of `a:Action`.
    pub fn uri(self) -> &'static str {
        match self {
            Self::Create => "http://schemas.xmlsoap.org/ws/2004/09/transfer/Create",
            Self::Command => "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/Command",
            Self::Send => "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/Send",
            Self::Receive => "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/Receive",
            Self::Signal => "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/Signal",
            Self::Delete => "http://schemas.xmlsoap.org/ws/2004/09/transfer/Delete",
            Self::Enumerate => "http://schemas.xmlsoap.org/ws/2004/09/enumeration/Enumerate",
            Self::Pull => "http://schemas.xmlsoap.org/ws/2004/09/enumeration/Pull",
        }
    }
}

/// The verb's own name, as in the specification.
impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}
