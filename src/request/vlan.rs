//! The VLAN of a NIC.

use super::field::{Problem, shown};

/// How an adapter's frames are tagged.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Vlan {
    /// Not at all.
    Untagged,
    /// With one VLAN, 1 to 4094.
    Access(u16),
}

impl Vlan {
    /// Reads a `broadcastUri`: `vlan://100` or `vlan://untagged`.
    ///
    /// # Errors
    /// Another kind of network, which a Hyper-V switch cannot give, or a number that is no VLAN.
    pub fn parse(uri: &str) -> Result<Self, Problem> {
        let (scheme, id) = uri.split_once(':').unwrap_or((uri, ""));
        if !scheme.eq_ignore_ascii_case("vlan") {
            return Err(Problem::from(format!(
                "names a network of the kind {}, and a Hyper-V switch has only VLANs: use a network of isolation method VLAN, or an untagged one",
                shown(scheme)
            )));
        }
        let id = id.strip_prefix("//").unwrap_or(id);
        if id.eq_ignore_ascii_case("untagged") {
            return Ok(Self::Untagged);
        }
        let is_number = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
        match id.parse() {
            Ok(id) if is_number && (1..=4094).contains(&id) => Ok(Self::Access(id)),
            _ => Err(Problem::from(format!("must have a VLAN from 1 to 4094, or untagged, not {}", shown(id)))),
        }
    }

    /// Nothing for untagged.
    pub const fn id(self) -> Option<u16> {
        match self {
            Self::Untagged => None,
            Self::Access(id) => Some(id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Vlan;

    #[test]
    fn uris() {
        assert_eq!(Vlan::parse("vlan://100"), Ok(Vlan::Access(100)));
        assert_eq!(Vlan::parse("VLAN://Untagged"), Ok(Vlan::Untagged));
        for bad in [
            "vlan://0",
            "vlan://4095",
            "vlan://+1",
            "vlan://",
            "vlan://1 ",
            "100",
            "vxlan://5000",
            "pvlan://100-i200",
            "lswitch:9f",
            "ovn://x",
            "vlan://100-200",
            "vlan://65637",
        ] {
            assert!(Vlan::parse(bad).is_err(), "{bad}");
        }
    }
}
