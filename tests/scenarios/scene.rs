//! Where a scenario plays: a Windows machine, and a host that speaks WinRM for it.

use std::ops::Deref;

use simulated_host::{Call, Host, Options, PowerShell, StandIn, State, Windows};

use crate::case::Case;

/// A machine and its host. Dropped, it looks whether the stand-in itself was at fault.
pub(crate) struct Scene {
    // In this order: nothing may reach the machine any more when it is dropped.
    pub(crate) host: Host,
    windows: StandIn,
}

impl Scene {
    /// A healthy machine.
    pub(crate) fn new(powershell: &PowerShell) -> Self {
        Self::with(powershell, Windows::new())
    }

    pub(crate) fn with(powershell: &PowerShell, windows: Windows) -> Self {
        let windows = windows.open(powershell.clone()).unwrap();
        let host = windows.host(Options::new()).unwrap();
        Self { host, windows }
    }

    /// As [`Scene::with`], after a script that found nothing to do. Only then is all of a machine there that a test gave by
    /// its name alone.
    pub(crate) fn settled(powershell: &PowerShell, windows: Windows) -> Self {
        let scene = Self::with(powershell, windows);
        let nobody = Case::new("stop", "stop.json")
            .set(&["virtualmachinename"], "nobody".into())
            .set(&["cloudstack.vm.details", "name"], "nobody".into());
        nobody.on(&scene.host).run().reply();
        scene
    }

    /// What the state page tells.
    pub(crate) fn state(&self) -> State {
        self.host.state()
    }

    /// The calls that may have changed something.
    pub(crate) fn changes(&self) -> Vec<Call> {
        let calls = self.windows.calls().unwrap();
        calls.into_iter().filter(|call| call.changes).collect()
    }
}

impl Deref for Scene {
    type Target = StandIn;

    fn deref(&self) -> &StandIn {
        &self.windows
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        // What a scenario saw of a stand-in at fault is worth nothing; while it fails anyway its own words count.
        if let Some(errors) = self.windows.internal_errors() {
            println!("the stand-in was at fault: {errors}");
            assert!(std::thread::panicking(), "the stand-in was at fault: {errors}");
        }
    }
}
