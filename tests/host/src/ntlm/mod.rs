//! NTLM as a server checks it: [MS-NLMP], written apart from every client so that it can disagree with one.
//!
//! Only NTLMv2 over Unicode is taken, which is what `LmCompatibilityLevel` 5 means on a Windows host.

pub(crate) mod acceptor;
pub(crate) mod binding;
pub(crate) mod crypto;
pub(crate) mod message;

pub use acceptor::Refusal;
pub use binding::ChannelBinding;
