//! CLIXML to text: what powershell.exe writes to a redirected standard error.

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};

/// The error and warning texts of a CLIXML document; any other text as it is.
///
/// Several documents may follow each other, a byte order mark may stand in front, and the end may be missing where
/// the process was killed. Progress records are left out: they are not for people.
pub(crate) fn to_text(stderr: &str) -> String {
    let stderr = stderr.trim_start_matches('\u{feff}');
    let Some((before, documents)) = stderr.split_once("#< CLIXML") else {
        return stderr.to_owned();
    };
    let mut text = before.to_owned();
    for document in documents.split("#< CLIXML") {
        read_document(document, &mut text);
    }
    text
}

fn read_document(document: &str, text: &mut String) {
    let mut reader = Reader::from_str(document);
    // A document that was cut, or is none, ends where it stops making sense. What was read until then is worth showing.
    reader.config_mut().check_end_names = false;
    let mut record = None;
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(start) if is_readable(&start) => record = Some(String::new()),
            Event::Text(piece) => append(&mut record, Some(&piece)),
            Event::GeneralRef(reference) => append(&mut record, resolve(&reference).as_deref()),
            Event::End(_) => text.push_str(&unescape(&record.take().unwrap_or_default())),
            Event::Eof => break,
            _ => {}
        }
    }
    text.push_str(&unescape(&record.unwrap_or_default()));
}

/// `<S S="Error">` and `<S S="Warning">`.
fn is_readable(start: &BytesStart<'_>) -> bool {
    let stream = start.attributes().flatten().find(|attribute| attribute.key.as_ref() == "S");
    start.local_name().as_ref() == "S"
        && stream.is_some_and(|stream| {
            stream.value.eq_ignore_ascii_case("error") || stream.value.eq_ignore_ascii_case("warning")
        })
}

fn append(record: &mut Option<String>, piece: Option<&str>) {
    if let (Some(record), Some(piece)) = (record, piece) {
        record.push_str(piece);
    }
}

fn resolve(reference: &BytesRef<'_>) -> Option<String> {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return Some(character.to_string());
    }
    resolve_predefined_entity(reference).map(str::to_owned)
}

/// `_x000D_` stands for one UTF-16 unit ([MS-PSRP] 2.2.5.3.2).
fn unescape(text: &str) -> String {
    let mut units: Vec<u16> = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("_x") {
        units.extend(before.encode_utf16());
        match escaped_unit(after) {
            Some((unit, remaining)) => {
                units.push(unit);
                rest = remaining;
            }
            None => {
                units.extend("_x".encode_utf16());
                rest = after;
            }
        }
    }
    units.extend(rest.encode_utf16());
    String::from_utf16_lossy(&units)
}

fn escaped_unit(after: &str) -> Option<(u16, &str)> {
    let (digits, rest) = after.split_at_checked(4)?;
    let rest = rest.strip_prefix('_')?;
    // from_str_radix would take a sign.
    let is_hexadecimal = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hexadecimal.then(|| u16::from_str_radix(digits, 16).ok().map(|unit| (unit, rest))).flatten()
}

#[cfg(test)]
mod tests {
    use super::to_text;

    const PROGRESS: &str =
        r#"<Obj S="progress" RefId="0"><MS><PR N="Record"><AV>Preparing modules for first use.</AV></PR></MS></Obj>"#;

    fn document(body: &str) -> String {
        format!(
            "#< CLIXML\r\n<Objs Version=\"1.1.0.1\" xmlns=\"http://schemas.microsoft.com/powershell/2004/04\">{body}</Objs>"
        )
    }

    #[test]
    fn errors_are_text_and_progress_is_none() {
        let body = format!(r#"{PROGRESS}<S S="Error">Get-VM : no &lt;vm&gt;_x000D__x000A_</S><S S="Error">second</S>"#);
        assert_eq!(to_text(&document(&body)), "Get-VM : no <vm>\r\nsecond");
        assert_eq!(to_text(&document(PROGRESS)), "");
    }

    #[test]
    fn byte_order_mark_second_document_and_plain_text() {
        let two = format!(
            "\u{feff}{}{}",
            document(r#"<S S="Error">a</S>"#),
            document(r#"<S S="warning">b_x005F_x0041_</S>"#)
        );
        assert_eq!(to_text(&two), "ab_x0041_");
        assert_eq!(to_text("The command line is too long."), "The command line is too long.");
    }

    #[test]
    fn a_cut_document_gives_what_there_is() {
        let whole = document(r#"<S S="Error">first</S><S S="Error">second</S>"#);
        assert_eq!(to_text(whole.get(..whole.len() - 14).unwrap()), "firstsec");
        assert_eq!(to_text(r#"#< CLIXML <Objs><S S="Error">half_x00"#), "half_x00");
    }

    #[test]
    fn a_pair_of_surrogates_is_one_character() {
        assert_eq!(to_text(&document(r#"<S S="Error">_xD83D__xDE00_ _x+041_</S>"#)), "\u{1f600} _x+041_");
    }
}
