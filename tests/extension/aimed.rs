//! A payload that sends a call to a simulated host.

use serde_json::{Value, json};
use simulated_host::Host;

/// Puts that host's address and login into a payload, and its CA file instead of no verification.
pub(crate) fn aim_at(host: &Host, payload: &mut Value) {
    let details = &mut payload["externaldetails"]["host"];
    details["url"] = json!(format!("127.0.0.1:{}", host.port()));
    details["username"] = json!(host.username());
    details["password"] = json!(host.password());
    details["verify_tls_certificate"] = json!("true");
    details["tls_ca_file"] = json!(host.ca_file());
}
