//! The options about TLS.

use clap::{Args, ValueEnum};
use simulated_host::{Certificate, KeyKind, Options, Tls};

#[derive(Debug, Args)]
pub(super) struct TlsArgs {
    /// Certificate to show
    #[arg(long, value_enum, default_value = "trusted")]
    certificate: CertificateArg,
    /// Key and signature of the certificate
    #[arg(long, value_enum, default_value = "p256-sha256")]
    key: KeyArg,
    /// Versions and ciphers of TLS
    #[arg(long, value_enum, default_value = "modern")]
    tls: TlsArg,
}

impl TlsArgs {
    pub(super) fn apply(&self, options: Options) -> Options {
        options.certificate(self.certificate.into()).key(self.key.into()).tls(self.tls.into())
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum CertificateArg {
    Trusted,
    SelfSigned,
    Expired,
    NotYetValid,
    WrongName,
    AuthorityAsServer,
    SelfSignedAuthority,
    NoAlternativeName,
    #[value(name = "version-1")]
    Version1,
    Borrowed,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum KeyArg {
    P256Sha256,
    P384Sha384,
    RsaSha256,
    RsaSha384,
    ShortRsaSha256,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum TlsArg {
    Modern,
    #[value(name = "server-2012-r2")]
    Server2012R2,
    Obsolete,
}

impl From<CertificateArg> for Certificate {
    fn from(arg: CertificateArg) -> Self {
        match arg {
            CertificateArg::Trusted => Self::Trusted,
            CertificateArg::SelfSigned => Self::SelfSigned,
            CertificateArg::Expired => Self::Expired,
            CertificateArg::NotYetValid => Self::NotYetValid,
            CertificateArg::WrongName => Self::WrongName,
            CertificateArg::AuthorityAsServer => Self::AuthorityAsServer,
            CertificateArg::SelfSignedAuthority => Self::SelfSignedAuthority,
            CertificateArg::NoAlternativeName => Self::NoAlternativeName,
            CertificateArg::Version1 => Self::Version1,
            CertificateArg::Borrowed => Self::Borrowed,
        }
    }
}

impl From<KeyArg> for KeyKind {
    fn from(arg: KeyArg) -> Self {
        match arg {
            KeyArg::P256Sha256 => Self::P256Sha256,
            KeyArg::P384Sha384 => Self::P384Sha384,
            KeyArg::RsaSha256 => Self::RsaSha256,
            KeyArg::RsaSha384 => Self::RsaSha384,
            KeyArg::ShortRsaSha256 => Self::ShortRsaSha256,
        }
    }
}

impl From<TlsArg> for Tls {
    fn from(arg: TlsArg) -> Self {
        match arg {
            TlsArg::Modern => Self::Modern,
            TlsArg::Server2012R2 => Self::Server2012R2,
            TlsArg::Obsolete => Self::Obsolete,
        }
    }
}
