//! Channel binding: the certificate that the client saw, told inside the login ([RFC 5929] 4, [MS-NLMP] 2.2.2.1).
//!
//! [RFC 5929]: https://www.rfc-editor.org/rfc/rfc5929

use crate::certificate::SignatureHash;
use crate::ntlm::crypto::Block;
use md5::{Digest, Md5};
use sha2::{Sha256, Sha384};

/// What the host asks of a login, as `CbtHardeningLevel` of the WinRM service does.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum ChannelBinding {
    /// Bindings are not looked at.
    None,
    /// Bindings that are sent must be those of this certificate; none at all will pass. The default of Windows.
    #[default]
    Relaxed,
    /// Bindings must be sent, and be those of this certificate.
    Strict,
}

/// The value of `MsvAvChannelBindings` for a certificate: MD5 over the `gss_channel_bindings_struct` whose only
/// filled field is the application data.
pub(crate) fn expected(certificate: &[u8], hash: SignatureHash) -> Block {
    let mut application_data = b"tls-server-end-point:".to_vec();
    match hash {
        SignatureHash::Sha256 => application_data.extend(Sha256::digest(certificate)),
        SignatureHash::Sha384 => application_data.extend(Sha384::digest(certificate)),
    }
    let length = u32::try_from(application_data.len()).unwrap_or(u32::MAX);
    Md5::new().chain_update([0; 16]).chain_update(length.to_le_bytes()).chain_update(application_data).finalize().into()
}
