//! `hyperv selftest`: a PowerShell runs its script `probe` too.

use serde_json::json;
use simulated_host::{Language, Mishap, PowerShell, ServerVersion, Windows};

use crate::Scenario;
use crate::scene::Scene;
use crate::selftested::{Selftest, Selftested};
use crate::world::likeness;

pub(crate) const SCENARIOS: &[Scenario] = &[
    ("selftest::on_server_2022", on_server_2022),
    ("selftest::on_a_german_server_2016", on_a_german_server_2016),
    ("selftest::a_probe_that_is_killed", a_probe_that_is_killed),
];

fn on_server_2022(powershell: &PowerShell) {
    let scene = Scene::settled(powershell, Windows::new());
    let tested = tested(&scene);
    assert_eq!(tested.facts("os_language"), ["1033"]);
    assert_eq!(tested.facts("environment variable"), ["arrives whole"]);
}

fn on_a_german_server_2016(powershell: &PowerShell) {
    let windows = Windows::new().language(Language::German).version(ServerVersion::V2016);
    let scene = Scene::settled(powershell, windows);
    let tested = tested(&scene);
    assert_eq!(
        (tested.facts("os_language"), tested.facts("os_version")),
        (vec!["1031".to_owned()], vec!["10.0.14393".to_owned()])
    );
}

/// What it has made by then is removed all the same.
fn a_probe_that_is_killed(powershell: &PowerShell) {
    for cmdlet in ["Copy-Item", "New-VM", "Save-VM"] {
        let scene = Scene::settled(powershell, Windows::new());
        let before = likeness(&scene.inventory().unwrap());
        scene.fail(Mishap::kill().cmdlet(cmdlet).containing("-probe").after()).unwrap();
        let tested = Selftest::on(&scene.host, &["--yes"]).run();
        assert_eq!(tested.ran.code, Some(1));
        assert!(tested.text().contains("FAILED   the questions"), "{}", tested.text());
        assert!(tested.text().contains("cleaning up: what the questions made"), "{}", tested.text());
        assert_eq!(tested.report()["left"], json!([]));
        assert_eq!(tested.steps("failed"), [""; 0]);
        assert_eq!(likeness(&scene.inventory().unwrap()), before, "{cmdlet}: {}", tested.text());
    }
}

/// All passes, all that the stand-in can be asked is answered, and the host is as it was.
fn tested(scene: &Scene) -> Selftested {
    let before = likeness(&scene.inventory().unwrap());
    let tested = Selftest::on(&scene.host, &["--yes"]).run();
    tested.passes();
    assert_eq!(likeness(&scene.inventory().unwrap()), before, "{}", tested.text());
    let is = |fact: &str, words: &[&str]| {
        let found = tested.facts(fact).join("\n");
        assert!(words.iter().all(|word| found.contains(word)), "{fact}: {found}\n{}", tested.text());
    };
    is("suspend while off", &["Off -> Off: error InvalidState", "Commands.SuspendVM"]);
    is("suspend while paused", &["Paused -> Paused: error"]);
    is("restore while running", &["Running -> "]);
    is("memory of 33 MB", &["error InvalidParameter"]);
    is("memory of 34 MB", &["35651584"]);
    is("remove while saved", &["Saved -> "]);
    is("left after remove while saved", &["0"]);
    is("rights of copy", &["CommandNotFoundException"]);
    is("clustered", &["False"]);
    is("copy", &["copied"]);
    tested
}
