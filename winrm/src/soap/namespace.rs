//! The XML namespaces of WS-Management. [MS-WSMV] 2.2.1

pub(crate) const SOAP: &str = "http://www.w3.org/2003/05/soap-envelope";
pub(crate) const ADDRESSING: &str = "http://schemas.xmlsoap.org/ws/2004/08/addressing";
pub(crate) const TRANSFER: &str = "http://schemas.xmlsoap.org/ws/2004/09/transfer";
pub(crate) const WSMAN: &str = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd";
pub(crate) const MICROSOFT_WSMAN: &str = "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd";
pub(crate) const SHELL: &str = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell";
pub(crate) const ENUMERATION: &str = "http://schemas.xmlsoap.org/ws/2004/09/enumeration";
pub(crate) const FAULT: &str = "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault";

/// Where `nil` is from, the attribute of a value that is none. XML Schema part 1, 2.6.2
pub(crate) const SCHEMA_INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// How the namespace of that class ends; hosts put different beginnings before it.
pub(crate) const WMI_ERROR: &str = "/MSFT_WmiError";

/// The resource that shells of cmd.exe are made from. [MS-WSMV] 2.2.4.38
pub(crate) const SHELL_RESOURCE: &str = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd";

/// What the resource of everything in WMI begins with; the namespace follows, and `*` for all of its
/// classes. [MS-WSMV] 3.1.4.1.1
pub(crate) const WMI_RESOURCE: &str = "http://schemas.microsoft.com/wbem/wsman/1/wmi/";

/// The filter that is a query of WMI. [MS-WSMV] 3.1.4.1.13
pub(crate) const WQL: &str = "http://schemas.microsoft.com/wbem/wsman/1/WQL";

/// "Answer on the connection that asked." [WS-Addressing] 3.3
pub(crate) const ANONYMOUS: &str = "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous";

/// Ends a command and its children. [MS-WSMV] 2.2.4.37
pub(crate) const TERMINATE: &str = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/signal/terminate";

/// What every command state begins with; then follows `Pending`, `Running` or `Done`. [MS-WSMV]
/// 2.2.4.10
pub(crate) const COMMAND_STATE: &str = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/CommandState/";
