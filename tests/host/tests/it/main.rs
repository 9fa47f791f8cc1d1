//! The host as a client sees it: every test here speaks to it over TLS, as raw as it goes.

#[cfg(test)]
mod client;
#[cfg(test)]
mod conversation;
#[cfg(test)]
mod create;
#[cfg(test)]
mod enumerate;
#[cfg(test)]
mod envelope;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod http;
#[cfg(test)]
mod login;
#[cfg(test)]
mod ntlm;
#[cfg(test)]
mod odd_requests;
#[cfg(test)]
mod output;
#[cfg(test)]
mod powershell;
#[cfg(test)]
mod powershell_wmi;
#[cfg(test)]
mod powershell_world;
#[cfg(test)]
mod serve;
#[cfg(test)]
mod session;
#[cfg(test)]
mod shell;
#[cfg(test)]
mod state;
mod warm;
