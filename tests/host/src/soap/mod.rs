//! WS-Management messages as the host reads and writes them: [MS-WSMV] 2.2, no network here.

pub(crate) mod answer;
pub(crate) mod duration;
pub(crate) mod element;
pub(crate) mod fault;
mod known_fault;
pub(crate) mod request;

pub(crate) mod namespace {
    //! Namespaces of [MS-WSMV] 2.2.1.
    pub(crate) const SOAP: &str = "http://www.w3.org/2003/05/soap-envelope";
    pub(crate) const ADDRESSING: &str = "http://schemas.xmlsoap.org/ws/2004/08/addressing";
    pub(crate) const MANAGEMENT: &str = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd";
    pub(crate) const MICROSOFT: &str = "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd";
    pub(crate) const SHELL: &str = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell";
    pub(crate) const TRANSFER: &str = "http://schemas.xmlsoap.org/ws/2004/09/transfer";
    pub(crate) const ENUMERATION: &str = "http://schemas.xmlsoap.org/ws/2004/09/enumeration";
    /// What every resource of WMI begins with.
    pub(crate) const WMI: &str = "http://schemas.microsoft.com/wbem/wsman/1/wmi/";
    pub(crate) const FAULT: &str = "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault";
    pub(crate) const ANONYMOUS: &str = "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous";
}
