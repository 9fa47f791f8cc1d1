//! Objects as XML: DSP0230 9 for whole ones, [MS-WSMV] 3.1.4.1.13 with its notes 58 and 59 for a projection.

use crate::soap::answer::Body;
use crate::soap::namespace::WMI;
use crate::wmi::class::{CLASS, NAMESPACE, PROPERTIES, Row, Value};
use crate::wmi::settings::Wmi;
use std::time::SystemTime;
use time::OffsetDateTime;

const SCHEMA_INSTANCE: (&str, &str) = ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance");
const CIM: (&str, &str) = ("xmlns:cim", "http://schemas.dmtf.org/wbem/wscim/1/common");
const NIL: (&str, &str) = ("xsi:nil", "true");

/// Writes one object: whole, or the selected properties in a `w:XmlFragment`, where they have no namespace.
pub(crate) fn write(row: &Row, selected: Option<&[&'static str]>, wmi: &Wmi) -> Vec<u8> {
    let mut body = Body::default();
    match selected {
        Some(properties) => {
            body.open("w:XmlFragment", &[]);
            let form = Form { prefix: "", datetime: "Datetime", plain_times: wmi.plain_times };
            properties.iter().for_each(|name| form.property(&mut body, name, row));
            body.close("w:XmlFragment");
        }
        None => {
            let element = format!("p:{CLASS}");
            let class = format!("{WMI}{NAMESPACE}/{CLASS}");
            let kind = format!("p:{CLASS}_Type");
            body.open(&element, &[SCHEMA_INSTANCE, ("xmlns:p", &class), CIM, ("xsi:type", &kind)]);
            let form = Form { prefix: "p:", datetime: "cim:Datetime", plain_times: wmi.plain_times };
            PROPERTIES.iter().for_each(|name| form.property(&mut body, name, row));
            body.close(&element);
        }
    }
    body.into_bytes()
}

struct Form {
    prefix: &'static str,
    datetime: &'static str,
    plain_times: bool,
}

impl Form {
    fn property(&self, body: &mut Body, name: &str, row: &Row) {
        let element = format!("{}{name}", self.prefix);
        match row.get(name).unwrap_or(&Value::Null) {
            // A fragment declares the prefix where it needs it.
            Value::Null if self.prefix.is_empty() => body.leaf(&element, &[SCHEMA_INSTANCE, NIL], ""),
            Value::Null => body.leaf(&element, &[NIL], ""),
            Value::Text(text) => body.leaf(&element, &[], text),
            Value::Number(number) => body.leaf(&element, &[], &number.to_string()),
            Value::Numbers(numbers) => numbers.iter().for_each(|number| body.leaf(&element, &[], &number.to_string())),
            Value::Time(time) if self.plain_times => body.leaf(&element, &[], &cim(*time)),
            Value::Time(time) => {
                body.open(&element, &[]);
                body.leaf(self.datetime, &[], &xml(*time));
                body.close(&element);
            }
        }
    }
}

/// `2026-11-25T22:41:09.123456Z`.
fn xml(time: SystemTime) -> String {
    let time = OffsetDateTime::from(time);
    let (year, month, day) = time.to_calendar_date();
    let (hour, minute, second, micro) = time.to_hms_micro();
    format!("{year:04}-{:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micro:06}Z", u8::from(month))
}

/// `20261125224109.123456+000`. DSP0004 5.2.4
fn cim(time: SystemTime) -> String {
    let time = OffsetDateTime::from(time);
    let (year, month, day) = time.to_calendar_date();
    let (hour, minute, second, micro) = time.to_hms_micro();
    format!("{year:04}{:02}{day:02}{hour:02}{minute:02}{second:02}.{micro:06}+000", u8::from(month))
}
