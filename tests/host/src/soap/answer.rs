//! Answers as a Windows host writes them: one line, the same prefixes, the same order of headers.

use crate::guid;
use crate::soap::fault::{Blame, Fault, FaultForm};
use crate::soap::namespace::{ADDRESSING, ANONYMOUS, FAULT, MANAGEMENT, MICROSOFT, SHELL, SOAP, TRANSFER};
use quick_xml::Writer;
use quick_xml::events::{BytesEnd, BytesStart, BytesText, Event};

/// Bytes that an envelope takes beside its body: namespaces, headers, and a little to spare.
pub(crate) const ENVELOPE_OVERHEAD: usize = 2_048;

const FAULT_ACTION: &str = "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault";
const FAULT_DETAIL: &str = "http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail/";
const WMI_ERROR: &str = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/microsoft/windows/management/MSFT_WmiError";
const CIM_BINDING: &str = "http://schemas.dmtf.org/wbem/wsman/1/cimbinding.xsd";
const CIM_COMMON: &str = "http://schemas.dmtf.org/wbem/wscim/1/common";
const SCHEMA_INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// Writes elements one after the other. It writes into memory, where nothing can fail.
#[derive(Default)]
pub(crate) struct Body {
    bytes: Vec<u8>,
}

impl Body {
    /// An element with text and no children.
    pub(crate) fn leaf(&mut self, name: &str, attributes: &[(&str, &str)], text: &str) {
        self.open(name, attributes);
        self.write(Event::Text(BytesText::new(text)));
        self.close(name);
    }

    pub(crate) fn open(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.write(Event::Start(BytesStart::new(name).with_attributes(attributes.iter().copied())));
    }

    pub(crate) fn close(&mut self, name: &str) {
        self.write(Event::End(BytesEnd::new(name)));
    }

    pub(crate) fn empty(&mut self, name: &str) {
        self.write(Event::Empty(BytesStart::new(name)));
    }

    /// XML that is whole already.
    pub(crate) fn raw(&mut self, xml: &[u8]) {
        self.bytes.extend_from_slice(xml);
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    fn write(&mut self, event: Event<'_>) {
        // Writing to a vector never fails.
        Writer::new(&mut self.bytes).write_event(event).unwrap_or_default();
    }
}

/// A whole answer to the message of that identifier.
pub(crate) fn envelope(action: &str, relates_to: Option<&str>, write_body: impl FnOnce(&mut Body)) -> Vec<u8> {
    let mut body = Body::default();
    body.open(
        "s:Envelope",
        &[
            ("xml:lang", "en-US"),
            ("xmlns:s", SOAP),
            ("xmlns:a", ADDRESSING),
            ("xmlns:x", TRANSFER),
            ("xmlns:w", MANAGEMENT),
            ("xmlns:rsp", SHELL),
            ("xmlns:p", MICROSOFT),
        ],
    );
    body.open("s:Header", &[]);
    body.leaf("a:Action", &[], action);
    body.leaf("a:MessageID", &[], &format!("uuid:{}", guid::new().to_uppercase()));
    body.leaf("a:To", &[], ANONYMOUS);
    if let Some(relates_to) = relates_to {
        body.leaf("a:RelatesTo", &[], relates_to);
    }
    body.close("s:Header");
    body.open("s:Body", &[]);
    write_body(&mut body);
    body.close("s:Body");
    body.close("s:Envelope");
    body.bytes
}

/// A fault as the answer to the message of that identifier.
pub(crate) fn fault(fault: &Fault, machine: &str, relates_to: Option<&str>) -> Vec<u8> {
    envelope(FAULT_ACTION, relates_to, |body| {
        body.open("s:Fault", &[]);
        write_code(body, fault);
        body.open("s:Reason", &[]);
        body.leaf("s:Text", &[("xml:lang", "en-US")], &fault.reason);
        body.close("s:Reason");
        write_detail(body, fault, machine);
        body.close("s:Fault");
    })
}

fn write_code(body: &mut Body, fault: &Fault) {
    let value = match fault.blame {
        Blame::Sender => "s:Sender",
        Blame::Receiver => "s:Receiver",
        Blame::MustUnderstand => "s:MustUnderstand",
    };
    body.open("s:Code", &[]);
    body.leaf("s:Value", &[], value);
    if !fault.subcode.is_empty() {
        body.open("s:Subcode", &[]);
        let enumeration = ("xmlns:n", "http://schemas.xmlsoap.org/ws/2004/09/enumeration");
        let attributes: &[_] = if fault.subcode.starts_with("n:") { &[enumeration] } else { &[] };
        body.leaf("s:Value", attributes, fault.subcode);
        body.close("s:Subcode");
    }
    body.close("s:Code");
}

fn write_detail(body: &mut Body, fault: &Fault, machine: &str) {
    if fault.form == FaultForm::Bare {
        return;
    }
    body.open("s:Detail", &[]);
    if let Some(detail) = fault.detail {
        body.leaf("w:FaultDetail", &[], &format!("{FAULT_DETAIL}{detail}"));
    }
    if fault.form == FaultForm::WmiError {
        write_wmi_error(body, fault);
    } else {
        let code = fault.code.to_string();
        body.open("f:WSManFault", &[("xmlns:f", FAULT), ("Code", &code), ("Machine", machine)]);
        body.open("f:Message", &[]);
        if fault.form == FaultForm::ProviderFault {
            let attributes = [("provider", "Shell cmd plugin"), ("path", r"%systemroot%\system32\winrscmd.dll")];
            body.leaf("f:ProviderFault", &attributes, &fault.reason);
        } else {
            body.write(Event::Text(BytesText::new(&fault.reason)));
        }
        body.close("f:Message");
        body.close("f:WSManFault");
    }
    body.close("s:Detail");
}

/// The form that quota faults take when they come from the CIM side of the service.
fn write_wmi_error(body: &mut Body, fault: &Fault) {
    let namespaces = [
        ("b:IsCIM_Error", "true"),
        ("xmlns:b", CIM_BINDING),
        ("xmlns:p", WMI_ERROR),
        ("xmlns:cim", CIM_COMMON),
        ("xmlns:xsi", SCHEMA_INSTANCE),
    ];
    body.open("p:MSFT_WmiError", &namespaces);
    let number = [("xsi:type", "cim:cimUnsignedInt")];
    let text = [("xsi:type", "cim:cimString")];
    body.leaf("p:CIMStatusCode", &number, "27");
    body.leaf("p:Message", &text, &fault.reason);
    body.leaf("p:MessageID", &text, &format!("HRESULT 0x{:08x}", fault.code));
    body.leaf("p:error_Category", &number, "30");
    body.leaf("p:error_Code", &number, &fault.code.to_string());
    body.leaf("p:error_Type", &text, "HRESULT");
    body.leaf("p:error_WindowsErrorMessage", &text, &fault.reason);
    body.close("p:MSFT_WmiError");
}
