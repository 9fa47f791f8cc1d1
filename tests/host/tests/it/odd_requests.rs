//! Requests that a host must refuse.

use crate::client::Client;
use crate::conversation::SCHEMA;
use crate::envelope::{Envelope, create};
use simulated_host::{Host, Options};

#[test]
fn shells_that_cannot_be() {
    let host = Host::start(Options::new()).unwrap();
    let mut client = Client::logged_in(&host);
    let idle = |value: &str| Envelope { body: create().body.replace("PT180S", value), ..create() };
    let header = |more_headers: &str| Envelope { more_headers: more_headers.to_owned(), ..create() };
    let option = r#"<w:OptionSet><w:Option Name="WINRS_CODEPAGE">12345</w:Option></w:OptionSet>"#;
    let body = |body: &str| Envelope { body: body.to_owned(), ..create() };
    for (envelope, code) in [
        (idle("180"), SCHEMA),
        (idle("PT59S"), 2_150_859_250),
        (header(option), 2_150_859_072),
        (body(""), SCHEMA),
        (body("<rsp:Shell><w:OptionSet/></rsp:Shell>"), SCHEMA),
        (
            body(
                "<rsp:Shell><rsp:IdleTimeOut>PT60S</rsp:IdleTimeOut><rsp:IdleTimeOut>PT60S</rsp:IdleTimeOut></rsp:Shell>",
            ),
            SCHEMA,
        ),
        (Envelope { timeout: "20".to_owned(), ..create() }, SCHEMA),
        (Envelope { resource: "http://schemas.microsoft.com/other".to_owned(), ..create() }, 2_150_858_752),
        (
            Envelope { action: "http://schemas.xmlsoap.org/ws/2004/09/transfer/Put".to_owned(), ..create() },
            2_150_858_771,
        ),
    ] {
        assert_eq!(client.soap(&envelope.text()).fault_code(), code, "{envelope:?}");
    }
    let locale = r#"<w:Locale xml:lang="en-US" s:mustUnderstand="true"/>"#;
    assert!(client.soap(&header(locale).text()).body.contains("<s:Value>s:MustUnderstand</s:Value>"));
    let text = create().text();
    let without_reply_to = text.replace("<a:ReplyTo>", "<a:From>").replace("</a:ReplyTo>", "</a:From>");
    assert!(client.soap(&without_reply_to).body.contains("a:MessageInformationHeaderRequired"));
    let twice = text.replace("<a:MessageID>", "<a:MessageID>uuid:0</a:MessageID><a:MessageID>");
    assert!(client.soap(&twice).body.contains("a:InvalidMessageInformationHeader"));
}
