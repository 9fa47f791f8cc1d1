//! Who may log in.

use crate::ntlm::crypto::raised;
use crate::ntlm::message::TargetNames;
use std::fmt;

/// An account of the host, or of the domain that the host is a member of.
#[derive(Clone, Eq, PartialEq)]
pub struct Account {
    pub(crate) name: String,
    pub(crate) password: String,
    pub(crate) domain: Option<Domain>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Domain {
    pub(crate) netbios: String,
    pub(crate) dns: String,
}

impl Account {
    /// An account of this host alone. Any domain passes: Windows looks for an unknown one among its local accounts.
    pub fn local(name: impl Into<String>, password: impl Into<String>) -> Self {
        Self { name: name.into(), password: password.into(), domain: None }
    }

    /// An account of a domain, reached as `DOM\name`, `name@dom.tld` or plainly `name`.
    pub fn in_domain(
        netbios: impl Into<String>,
        dns: impl Into<String>,
        name: impl Into<String>,
        password: impl Into<String>,
    ) -> Self {
        let domain = Some(Domain { netbios: netbios.into(), dns: dns.into() });
        Self { domain, ..Self::local(name, password) }
    }

    /// Whether a login names this account. `user` and `domain` are those of the type-3 message.
    pub(crate) fn is_meant_by(&self, user: &str, domain: &str, host: &TargetNames) -> bool {
        let same = |a: &str, b: &str| raised(a) == raised(b);
        match &self.domain {
            None => same(user, &self.name),
            Some(own) => {
                let here = domain.is_empty() || same(domain, &own.netbios) || same(domain, &own.dns);
                let principal = format!("{}@{}", self.name, own.dns);
                let as_principal = domain.is_empty() && same(user, &principal);
                let elsewhere = same(domain, &host.netbios_computer);
                !elsewhere && (as_principal || (here && same(user, &self.name)))
            }
        }
    }
}

/// Names the account and keeps its password to itself.
impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("name", &self.name).field("domain", &self.domain).finish_non_exhaustive()
    }
}
