use serde_json::json;

use super::*;

fn learned() -> Placeholders {
    let mut names = Placeholders::default();
    names.learn_from_payload(&json!({
        "virtualmachinename": "i-2-45-VM",
        "cloudstack.vm.details": {"nics": [{"ip": "10.1.1.27", "netmask": "255.255.255.0"}]},
        "externaldetails": {"host": {
            "url": "https://hv1.contoso.com:5986/wsman", "username": "CONTOSO\\J\u{fc}rgen", "x": "\\\\files\\iso\\a.iso",
            "console_url": "https://gate.example.net/{vm_name}"
        }}
    }));
    names
}

#[test]
fn names_become_placeholders_wherever_they_stand() {
    let names = learned();
    let table = [
        ("https://HV1.contoso.com:5986/wsman", "https://host-1.domain-1.example:5986/wsman"),
        ("HV1 is down, hv12 is not; hv1-old", "host-1 is down, hv12 is not; hv1-old"),
        ("by Contoso\\j\u{fc}rgen", "by domain-2\\user-1"),
        (r#"{"hv1":"J\u00FCrgen"}"#, r#"{"hv1":"user-1"}"#),
        (r"a\nHV1 says \u0027hv1\u0027", r"a\nhost-1 says \u0027host-1\u0027"),
        (r"D:\\nHV1, D:\\HV1", r"D:\\nHV1, D:\\host-1"),
        ("_x000A_HV1_x000D_", "_x000A_host-1_x000D_"),
        ("10.1.1.27, 10.1.1.27. 110.1.1.27 10.1.1.27.5", "192.0.2.1, 192.0.2.1. 110.1.1.27 10.1.1.27.5"),
        ("\\\\files\\iso; 255.255.255.0; i-2-45-VM", "\\\\host-2\\iso; 255.255.255.0; i-2-45-VM"),
        ("#hyperv hv1 begin\r\nhv1\r\n#hyperv hv1 end", "#hyperv hv1 begin\r\nhost-1\r\n#hyperv hv1 end"),
    ];
    for (text, expected) in table {
        assert_eq!(names.text(text), expected);
    }
}

#[test]
fn an_address_is_the_same_in_every_spelling() {
    let mut names = Placeholders::default();
    names.learn_from_payload(
        &json!({"externaldetails": {"host": {"url": "https://[FD00:0::1]:5986", "ip": "fd00::2/64"}}}),
    );
    let text = "[fd00::1]:5986, FD00:0::1, fd00::2, fd00::1:5 and fd00::12";
    assert_eq!(names.text(text), "[2001:db8::1]:5986, 2001:db8::1, 2001:db8::2, fd00::1:5 and fd00::12");
}

#[test]
fn the_administrator_is_no_one() {
    let mut names = Placeholders::default();
    names.learn_from_payload(&json!({"externaldetails": {"host": {"username": "Administrator"}}}));
    let text = "ask the administrator; the login of `Administrator`; the built-in Administrator; Administrators";
    let expected = "ask the administrator; the login of `user-1`; the built-in Administrator; Administrators";
    assert_eq!(names.text(text), expected);
}

#[test]
fn an_answer_tells_more_names() {
    let mut names = Placeholders::default();
    let fault = "<f Machine=\"HV01\"><Owner>HV01\\admin</Owner><m>admin of HV01</m><a>http://schemas.x/HV01</a></f>";
    let mut fault = Element::parse(fault.as_bytes()).unwrap();
    names.learn_from_answer(&fault);
    names.replace_in_envelope(&mut fault);
    let text =
        "<f Machine=\"host-1\"><Owner>host-1\\user-1</Owner><m>user-1 of host-1</m><a>http://schemas.x/HV01</a></f>";
    assert_eq!(Some(fault), Element::parse(text.as_bytes()));
    names.learn_from_text(b"the record was written by the host HV02; at 10.0.0.7, Version=\"1.1.0.1\", 1.2.3");
    assert_eq!(names.text("HV02 10.0.0.7 1.1.0.1 1.2.3"), "host-2 192.0.2.1 1.1.0.1 1.2.3");
    assert_eq!(
        unc_servers(r"at \\\\files\\iso, \\fs2\x or D:\\x\\y, \\\\.\\pipe, \\win\\sys32"),
        ["fs2", "files", "."]
    );
}
