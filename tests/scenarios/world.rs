//! What the scenarios agree on: the VM of `create.json`, and how two states are compared.

use std::sync::OnceLock;

use serde_json::Value;
use simulated_host::{Inventory, PowerShell};

use crate::case::Case;
use crate::scene::Scene;

pub(crate) const NAME: &str = "i-2-45-VM";
pub(crate) const FOLDER: &str = r"D:\Hyper-V\Virtual Hard Disks";
pub(crate) const DISK: &str = r"D:\Hyper-V\Virtual Hard Disks\i-2-45-VM.vhdx";
pub(crate) const RECORD: &str = r"D:\Hyper-V\Virtual Hard Disks\i-2-45-VM.cloudstack.json";

pub(crate) fn create(scene: &Scene) -> Case {
    Case::new("create", "create.json").on(&scene.host)
}

/// A scene with a VM that a create has finished.
pub(crate) fn finished(powershell: &PowerShell) -> Scene {
    static MADE: Made = Made::new();
    MADE.scene(powershell, |powershell| {
        let scene = Scene::new(powershell);
        create(&scene).run().succeeds("Instance created");
        scene
    })
}

/// What some calls have left: the world, and every file. Only the first scene is made; the others are its likeness.
pub(crate) struct Made(OnceLock<Left>);

struct Left {
    world: Value,
    /// Contents and path.
    files: Vec<(Vec<u8>, String)>,
}

impl Made {
    pub(crate) const fn new() -> Self {
        Self(OnceLock::new())
    }

    pub(crate) fn scene(&self, powershell: &PowerShell, make: fn(&PowerShell) -> Scene) -> Scene {
        let left = self.0.get_or_init(|| {
            let scene = make(powershell);
            let paths = scene.inventory().unwrap().files;
            let files = paths.into_iter().map(|path| (scene.read(&path).unwrap(), path)).collect();
            Left { world: scene.world().unwrap(), files }
        });
        let scene = Scene::new(powershell);
        for (contents, path) in &left.files {
            scene.write(path, contents).unwrap();
        }
        scene.edit(|it| *it = left.world.clone()).unwrap();
        scene
    }
}

/// The stop that CloudStack sends after a create whose end it did not see.
pub(crate) fn stop_unseen(scene: &Scene) -> Case {
    Case::new("stop", "stop-after-failed-create.json").on(&scene.host)
}

/// The `method` of a stop, which must succeed.
#[track_caller]
pub(crate) fn method(case: &Case) -> String {
    let ran = case.run();
    let reply = ran.reply();
    assert_eq!(ran.code, Some(0), "{reply}\nlog:\n{}", ran.log);
    reply["method"].as_str().unwrap().to_owned()
}

/// Changes the first machine.
pub(crate) fn edit_vm(scene: &Scene, change: impl FnOnce(&mut Value)) {
    scene.edit(|world| change(&mut world["Machines"][0])).unwrap();
}

/// The call fails with these words, and the host stays as it is.
#[track_caller]
pub(crate) fn refused(scene: &Scene, case: &Case, words: &[&str]) {
    let before = likeness(&scene.inventory().unwrap());
    case.run().fails(words);
    assert_eq!(likeness(&scene.inventory().unwrap()), before);
}

/// The record as JSON.
pub(crate) fn record(scene: &Scene) -> Value {
    serde_json::from_slice(&scene.read(RECORD).unwrap()).unwrap()
}

/// Machines, files and folders as text that is the same for every run: GUIDs, and what ends a parked name, are left out.
pub(crate) fn likeness(inventory: &Inventory) -> String {
    let text = serde_json::to_string_pretty(inventory).unwrap();
    let characters: Vec<char> = text.chars().collect();
    let mut alike = String::with_capacity(text.len());
    let mut at = 0;
    while at < characters.len() {
        if is_guid(characters.get(at..at + 36).unwrap_or_default()) {
            alike.push_str("GUID");
            at += 36;
        } else if alike.ends_with(".unclaimed-") {
            alike.push_str("PARKED");
            at += 8;
        } else {
            alike.push(characters[at]);
            at += 1;
        }
    }
    alike
}

fn is_guid(characters: &[char]) -> bool {
    let hyphens = [8, 13, 18, 23];
    characters.len() == 36
        && characters.iter().enumerate().all(
            |(at, c)| {
                if hyphens.contains(&at) { *c == '-' } else { c.is_ascii_hexdigit() }
            },
        )
}
