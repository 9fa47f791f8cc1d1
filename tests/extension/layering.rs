//! The layers import one way. These tests fail on any other edge.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Package, package that it may use, whether only its tests may.
const EDGES: [(&str, &str, bool); 4] = [
    ("cloudstack-hyperv", "winrm", false),
    ("cloudstack-hyperv", "powershell", false),
    ("cloudstack-hyperv", "simulated-host", true),
    ("winrm", "simulated-host", true),
];

/// Crate, and the only product files that may name it.
const IMPORTERS: [(&str, &str, &[&str]); 8] = [
    ("reqwest", "winrm/src", &["transport/http.rs"]),
    ("rustls", "winrm/src", &["transport/tls.rs"]),
    ("ntlmclient", "winrm/src", &["auth/ntlm.rs"]),
    ("quick_xml", "winrm/src", &["soap/element.rs", "soap/request.rs"]),
    ("quick_xml", "src", &["recording/xml.rs"]),
    ("clap", "src", &["cli.rs"]),
    ("tracing_subscriber", "src", &["log.rs"]),
    ("serde_path_to_error", "src", &["payload.rs"]),
];

#[test]
fn packages_depend_on_each_other_only_as_designed() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--locked", "--format-version", "1"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut found = BTreeSet::new();
    for package in metadata["packages"].as_array().unwrap() {
        for dependency in
            package["dependencies"].as_array().unwrap().iter().filter(|dependency| !dependency["path"].is_null())
        {
            let is_dev = dependency["kind"] == "dev";
            found.insert((text(&package["name"]), text(&dependency["name"]), is_dev));
        }
    }
    let allowed = EDGES.map(|(from, to, is_dev)| (from.to_owned(), to.to_owned(), is_dev)).into_iter().collect();
    assert_eq!(found, allowed);
}

#[test]
fn one_file_knows_both_winrm_and_powershell() {
    let both: Vec<_> =
        sources("src").into_iter().filter(|file| names(file, "winrm") && names(file, "powershell")).collect();
    assert_eq!(both, [root().join("src/remote.rs")]);
}

#[test]
fn foreign_crates_have_one_door_each() {
    for (crate_name, folder, allowed) in IMPORTERS {
        let found: BTreeSet<_> = sources(folder).into_iter().filter(|file| names(file, crate_name)).collect();
        let allowed: BTreeSet<_> = allowed.iter().map(|file| root().join(folder).join(file)).collect();
        assert_eq!(found, allowed, "{crate_name}");
    }
}

#[test]
fn layers_inside_a_package_look_down_only() {
    // Folder or file, and what it must not name.
    let forbidden = [
        ("src/payload.rs", &["request", "action", "remote", "reply"][..]),
        ("src/request", &["action", "remote", "reply", "run"]),
        ("src/action", &["payload", "cli", "log"]),
        ("src/recording", &["action", "remote", "run", "log"]),
        ("src/power_state.rs", &["request", "action", "remote", "reply"]),
        ("winrm/src/soap", &["client", "shell", "transport", "auth"]),
        ("winrm/src/auth", &["client", "shell", "transport"]),
        ("winrm/src/transport", &["client", "shell"]),
        ("winrm/src/shell.rs", &["client"]),
    ];
    for (place, modules) in forbidden {
        for file in sources(place) {
            let code = code(&file);
            for module in modules {
                assert!(!code.contains(&format!("crate::{module}")), "{} names {module}", file.display());
            }
        }
    }
}

#[test]
fn only_main_prints() {
    for folder in ["src", "winrm/src", "powershell/src"] {
        for file in sources(folder).into_iter().filter(|file| !file.ends_with("src/main.rs")) {
            let code = code(&file);
            for word in ["println!", "print!", "stdout(", "stderr(", "process::exit"] {
                assert!(!code.contains(word), "{} uses {word}", file.display());
            }
        }
    }
}

/// Whether a file uses a crate: a path through it, in code.
fn names(file: &Path, crate_name: &str) -> bool {
    let code = code(file);
    code.match_indices(&format!("{crate_name}::")).any(|(at, _)| {
        let before = code.get(..at).and_then(|before| before.chars().next_back());
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
    })
}

/// A file's text up to its tests, without comments.
fn code(file: &Path) -> String {
    let text = fs::read_to_string(file).unwrap();
    let product = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    product.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// All product files of a folder, or the one file.
fn sources(place: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![root().join(place)];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") {
            found.push(path);
        }
    }
    assert!(!found.is_empty(), "{place} has no sources");
    found
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
