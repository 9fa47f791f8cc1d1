//! How long a guest gets to shut down.

use super::field::{self, Levels};
use crate::error::Error;
use crate::payload::Payload;

/// Seconds where no key says otherwise.
const DEFAULT: u32 = 120;

/// Reads `shutdown_timeout` in seconds: the VM's key wins over the host's, and that over the rest.
///
/// # Errors
/// Where it is no number of seconds.
pub(super) fn shutdown_timeout(payload: &Payload) -> Result<u32, Error> {
    let seconds = Levels::of_vm_or_host(payload).find(&["shutdown_timeout"]).optional(field::number(0, 86_400))?;
    Ok(seconds.unwrap_or(DEFAULT))
}

#[cfg(test)]
mod tests {
    use super::shutdown_timeout;
    use crate::payload::{Payload, Scalar};

    #[test]
    fn the_vms_key_wins() {
        let mut payload = Payload::default();
        assert_eq!(shutdown_timeout(&payload).unwrap(), 120);
        let mut set = |level: fn(&mut Payload) -> &mut crate::payload::Details, value: &str| {
            level(&mut payload).insert("shutdown_timeout".to_owned(), Scalar::Text(value.into()));
            shutdown_timeout(&payload).ok()
        };
        assert_eq!(set(|payload| &mut payload.externaldetails.extension, "20"), Some(20));
        assert_eq!(set(|payload| &mut payload.externaldetails.host, "30"), Some(30));
        assert_eq!(set(|payload| &mut payload.externaldetails.virtualmachine, "0"), Some(0));
        assert_eq!(set(|payload| &mut payload.externaldetails.virtualmachine, "86401"), None);
    }
}
