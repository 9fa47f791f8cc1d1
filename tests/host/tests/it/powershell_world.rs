//! The machine behind a PowerShell: what a test sees of it, and how it interferes.

use crate::session::Session;
use serde_json::json;
use simulated_host::{Language, Mishap, PowerState, ServerVersion, Windows};

const DISK: &str = r"D:\Hyper-V\Virtual Hard Disks\a.vhdx";
const MAKE_A_VM: &str = r"
$disk = 'D:\Hyper-V\Virtual Hard Disks\a.vhdx'
Copy-Item -LiteralPath 'D:\Templates\ubuntu2404.vhdx' -Destination $disk
$vm = Hyper-V\New-VM -Name a -Generation 2 -MemoryStartupBytes 1GB -VHDPath $disk -Path 'D:\Hyper-V\Virtual Machines'
Hyper-V\Set-VM -VM $vm -Notes 'mine' -ProcessorCount 4 -StaticMemory
Hyper-V\Set-VMFirmware -VM $vm -EnableSecureBoot On -SecureBootTemplate MicrosoftUEFICertificateAuthority
Hyper-V\Add-VMNetworkAdapter -VM $vm -Name NIC1 -SwitchName 'External vSwitch' -StaticMacAddress 020100CC0001
Hyper-V\Set-VMNetworkAdapterVlan -VMNetworkAdapter (Hyper-V\Get-VMNetworkAdapter -VM $vm -Name NIC1) -Access -VlanId 100
Hyper-V\Checkpoint-VM -VM $vm -SnapshotName before
Hyper-V\Start-VM -VM $vm
";

#[test]
fn what_scripts_made_is_seen() {
    let Some(mut session) = Session::start(Windows::new()) else {
        return;
    };
    session.on_hyper_v(MAKE_A_VM);
    let state = session.host.state();
    let vm = state.vm("a").unwrap();
    assert_eq!((vm.state, vm.generation, vm.memory_bytes, vm.processors), (PowerState::Running, 2, 1 << 30, 4));
    assert_eq!((vm.notes.as_str(), vm.secure_boot.as_str()), ("mine", "linux"));
    assert_eq!(vm.checkpoints, ["before"]);
    assert_eq!(
        json!(vm.nic("NIC1").unwrap()),
        json!({"name": "NIC1", "mac": "020100CC0001", "switch": "External vSwitch", "vlan": 100})
    );
    assert_eq!(vm.nic("Network Adapter").unwrap().vlan, None);
    // The checkpoint put a file above the disk.
    assert_eq!(vm.disks.len(), 1);
    assert_ne!(vm.disks, [DISK]);
    assert!(state.has_file(DISK) && state.has_file(&vm.disks[0]));
    assert!(state.inventory.folders.contains(&r"D:\Hyper-V\Virtual Machines\a".to_owned()));
}

#[test]
fn calls_are_logged_and_struck() {
    let Some(mut session) = Session::start(Windows::new()) else {
        return;
    };
    session.windows.kill_after(2).unwrap();
    let killed = session.try_on_hyper_v(MAKE_A_VM);
    assert_eq!(killed.code, -1, "{killed:?}");
    let calls = session.windows.calls().unwrap();
    let cmdlets: Vec<_> = calls.iter().map(|call| call.cmdlet.as_str()).collect();
    assert_eq!(cmdlets, ["Copy-Item", "New-VM"]);
    assert!(calls[1].changes && calls[1].number == 2 && calls[1].occurrence == 1);
    assert_eq!(calls[1].argument("VHDPath"), Some(DISK));
    assert!(session.host.state().vm("a").is_some());

    session.windows.recover().unwrap();
    session.windows.forget_calls().unwrap();
    let no_memory = Mishap::error("OutOfMemory").hresult("0x8007000E");
    session.windows.fail(no_memory.cmdlet("Start-VM").occurrence(1)).unwrap();
    let said = session
        .on_hyper_v("try { Hyper-V\\Start-VM -Name a } catch { $_.FullyQualifiedErrorId }; Hyper-V\\Start-VM -Name a");
    assert_eq!(said, "OutOfMemory,Microsoft.HyperV.PowerShell.Commands.StartVM\r\n");
    assert_eq!(session.windows.calls().unwrap().len(), 2);
    assert_eq!(session.host.state().vm("a").unwrap().state, PowerState::Running);
}

#[test]
fn a_machine_as_it_was_asked_for() {
    let windows = Windows::new()
        .version(ServerVersion::V2016)
        .language(Language::German)
        .without(r"D:\ISO")
        .with_switch("Second")
        .with_file(r"D:\Some Folder\a.txt", "text")
        .with_disk(r"D:\b.vhdx", 1 << 30)
        .with_machine(json!({
            "Name": "b", "State": "Running", "Drives": [{"Path": r"D:\b.vhdx"}],
            "Adapters": [{"Name": "NIC1", "SwitchName": "Second", "MacAddress": "020100CC0002"}],
        }));
    let Some(mut session) = Session::start(windows) else {
        return;
    };
    // Seen before any script has run, and the same after one has.
    let before = session.host.state();
    let vm = before.vm("b").unwrap();
    assert_eq!((vm.state, vm.disks.as_slice()), (PowerState::Running, &[r"D:\b.vhdx".to_owned()][..]));
    assert_eq!(vm.nics[0].switch.as_deref(), Some("Second"));
    assert!(before.has_file(r"d:\some folder\A.TXT") && !before.has_file(r"D:\ISO\alma9.iso"));
    let said = session.on_hyper_v(
        r"
$vm = Hyper-V\Get-VM
$name = (Hyper-V\New-VM -Name c -NoVHD -Generation 2 | Hyper-V\Get-VMNetworkAdapter).Name
$newer = try { Hyper-V\Set-VM -VM $vm -AutomaticCheckpointsEnabled $false; 'known' } catch { 'unknown' }
$disk = try { $null = Get-Content -LiteralPath 'D:\b.vhdx'; 'free' } catch { 'held' }
'{0} {1} {2} {3} {4}' -f $vm.Id, $name, $newer, $disk, (Hyper-V\Get-VHD -Path 'D:\b.vhdx').Size",
    );
    let german = "Netzwerkkarte";
    assert_eq!(said, format!("{} {german} unknown held 1073741824\r\n", vm.id));
    let after = session.host.state();
    assert_eq!((&after.vm("b").unwrap().nics, &after.vm("b").unwrap().disks), (&vm.nics, &vm.disks));
}

#[test]
fn a_test_changes_the_world_between_two_scripts() {
    let Some(mut session) = Session::start(Windows::new()) else {
        return;
    };
    session.on_hyper_v("Hyper-V\\New-VM -Name a -NoVHD -Generation 2 | Out-Null");
    session.windows.edit(|world| world["Machines"][0]["Notes"] = json!("theirs")).unwrap();
    session.windows.write(r"D:\New\x.txt", "x").unwrap();
    session.windows.remove(r"D:\templates\UBUNTU2404.vhdx").unwrap();
    let said = session.on_hyper_v(
        "(Hyper-V\\Get-VM).Notes; Test-Path -LiteralPath D:\\new\\X.txt; Test-Path -LiteralPath D:\\Templates\\ubuntu2404.vhdx",
    );
    assert_eq!(said, "theirs\r\nTrue\r\nFalse\r\n");
    assert_eq!(session.windows.read(r"D:\New\x.txt").unwrap(), b"x");
    assert!(session.windows.read(r"D:\..\state.json").is_err());
    assert_eq!(session.host.state().vm("a").unwrap().notes, "theirs");
}

#[test]
fn a_stand_in_at_fault_says_so() {
    let Some(mut session) = Session::start(Windows::new()) else {
        return;
    };
    session.try_on_hyper_v("Get-Content -LiteralPath relative.txt");
    assert!(session.windows.internal_errors().is_some());
}
