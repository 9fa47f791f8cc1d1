//! A failed script in the operator's words: what the host says, and what to do about it.

use powershell::{AnswerError, Failure};

use crate::deadline::Haste;
use crate::error::Error;

/// The error for the operator; the details go to the log.
pub fn explain(name: &str, haste: Haste, error: AnswerError) -> Error {
    match error {
        AnswerError::Failed(failure) => failed(name, haste, &failure),
        AnswerError::Incomplete => Error::new(format!("{error}")).with_hint("run the action again"),
        AnswerError::LanguageMode => Error::new(format!("{error}"))
            .with_hint("allow FullLanguage for the login that this extension uses (AppLocker or App Control policy)"),
        AnswerError::Blocked => Error::new(format!("{error}")).with_hint("allow it in the host's virus scanner"),
        other if haste == Haste::Report => {
            Error::new(format!("the script `{name}` gave no answer: {other}")).with_source(other)
        }
        other => Error::new(format!("the script `{name}` gave no answer, and what it did is unknown: {other}"))
            .with_hint("look at the VM on the host before you run the action again")
            .for_tenants("the host gave no answer, and whether it was done is not known; look at the instance before you try again")
            .with_outcome_unknown()
            .with_source(other),
    }
}

fn failed(name: &str, haste: Haste, failure: &Failure) -> Error {
    for line in &failure.log {
        tracing::info!(script = name, said = ?line, "The host says");
    }
    tracing::warn!(
        script = name,
        step = failure.step,
        code = failure.code,
        category = failure.category,
        fqeid = failure.fqeid,
        hresult = failure.hresult,
        rollback = ?failure.rollback,
        "The script failed"
    );
    let left: &[String] = failure.rollback.as_ref().map_or(&[], |rollback| &rollback.failed);
    let mut message = describe(failure);
    if !left.is_empty() {
        message.push_str(&format!(
            "; not everything could be undone, and the next action on this VM will try again: {}",
            left.join(", ")
        ));
    }
    let error = match told(failure) {
        Some(told) => Error::new(message).for_tenants(told),
        None => Error::new(message),
    };
    let error = error.with_source(codes(failure));
    match remedy(&failure.code, haste) {
        Some(remedy) => error.with_hint(remedy),
        None => error,
    }
}

/// What is the same in every language.
fn codes(failure: &Failure) -> anyhow::Error {
    let Failure { code, category, fqeid, hresult, step, .. } = failure;
    anyhow::anyhow!("code {code}, category {category}, fqeid {fqeid}, hresult {hresult}, step {step}")
}

/// What a code of ours means is said by the script itself; what the host said comes behind a sentence of ours.
fn describe(failure: &Failure) -> String {
    let message = failure.message.trim().trim_end_matches('.');
    let sentence = match failure.code.as_str() {
        "out_of_memory" => "the host has not enough free memory for this VM",
        "disk_full" => "the host's disk is full",
        "in_use" => "another program on the host holds a file that is needed",
        "exists" => "a file that would be made is there already",
        "unavailable" => "the host's Hyper-V service does not answer",
        "access_denied" => "the host's account has not the rights that are needed",
        "disk_not_plain" => "the host's folder makes files that Hyper-V cannot use as a disk",
        "host_error" => "the host refused",
        _ => return message.to_owned(),
    };
    let step = match failure.step.as_str() {
        "" => String::new(),
        step => format!(" (at the step '{step}')"),
    };
    format!("{sentence}{step}: {message}")
}

/// What a tenant may know. The script makes its sentences about snapshots of nothing but their names and ids.
fn told(failure: &Failure) -> Option<String> {
    let sentence = match failure.code.as_str() {
        "snapshot_exists" | "snapshot_limit" | "snapshot_not_found" | "snapshot_ambiguous" => {
            return Some(told_with_remedy(failure));
        }
        "vm_off" => "the instance is not running; start it first",
        "network_refused" | "network_isolated" | "network_saved" | "network_mode" => {
            "the instance's network on its host is not the one that CloudStack gave it last; stop and start the instance"
        }
        "network_unrestorable" => {
            "the snapshot holds the memory of the instance with other network adapters than it has now, and cannot be restored; nothing was changed"
        }
        "restore_down" => {
            "the snapshot could not be brought to run on the instance's network, and the instance is down; start it"
        }
        "restore_late" => "restoring took too long, and the instance is down; start it",
        "restore_unfinished" => {
            "a snapshot was being restored, and that was not finished; restore it again, or stop and start the instance"
        }
        "vm_not_found" | "vm_renamed" | "vm_ambiguous" => {
            "the instance was not found on its host; ask the administrator"
        }
        "vm_foreign" | "record_foreign" => {
            "another virtual machine stands in the instance's place; ask the administrator"
        }
        "vm_unfinished" | "vm_unproven" => "an earlier action on the instance was not finished; ask the administrator",
        "busy" => "another action on the instance is still going on; try again later",
        "deadline" => "there was not enough time; try again later",
        "in_use" => "the host still works on the instance's disks; try again later",
        "disk_full" => "the host has no space left; ask the administrator",
        "out_of_memory" => "the host has not enough free memory; try again later",
        "not_paused" | "not_running" => {
            "the instance did not get into the state that was asked for; look at it before you try again"
        }
        "unavailable" | "storage_lost" => "the host of this instance is not well; try again later",
        _ => return None,
    };
    Some(sentence.to_owned())
}

/// The remedies for these are the tenant's own affair too.
fn told_with_remedy(failure: &Failure) -> String {
    match remedy(&failure.code, Haste::Action) {
        Some(remedy) => format!("{}; {remedy}", failure.message),
        None => failure.message.clone(),
    }
}

/// What to do, by code.
fn remedy(code: &str, haste: Haste) -> Option<&'static str> {
    Some(match code {
        "vm_foreign" | "record_foreign" => {
            "nothing was touched; rename or remove it on the host, or give this VM another name"
        }
        "vm_not_found" => "look whether it was moved to another host, or removed",
        "vm_moved" => "nothing was touched; look for the VM on the other hosts of the cluster",
        "vm_ambiguous" => "nothing was touched; rename the ones that are not CloudStack's",
        "vm_renamed" => "nothing was touched; give the VM its name back on the host",
        "vm_unfinished" => "nothing was touched; stop it through CloudStack, or delete it if it is not needed",
        "vm_unproven" => {
            "nothing was touched; remove the VM on the host or, if it is needed, set the line cloudstack-phase in its Notes to complete"
        }
        "record_unreadable" => "nothing was touched; repair or remove the record on the host",
        "disk_exists" => "nothing was touched; move the file away if no VM needs it",
        "switch_not_found" | "switch_ambiguous" => "correct network_switch of the host, or the switch",
        "template_not_found" => "correct template_path, or copy the template to the host",
        "iso_not_found" => "correct iso_path, or copy the ISO to the host",
        "template_in_use" | "template_differencing" => "use a whole disk that no VM uses",
        "folder_not_found" => "make the folder, or correct vhd_path and vm_path of the host",
        "no_room" => "free space on the host's drive, or use another host",
        "network_refused" => "stop the VM and start it through CloudStack",
        "network_saved" => {
            "start it on the host, or throw its saved memory away with Remove-VMSavedState, and start it through CloudStack then"
        }
        "network_mode" => "set it with Set-VMNetworkAdapterVlan -Untagged, and try again",
        "network_isolated" => "remove the isolation with Set-VMNetworkAdapterIsolation -IsolationMode None",
        "replication_active" => "nothing was touched; run that command if the replica is not needed any more",
        "delete_incomplete" => "run it again when what holds the files has ended",
        "restart_failed" => "the VM is down; look at its event log on the host, then start it through CloudStack",
        "vm_off" => "start the VM through CloudStack",
        "network_unrestorable" => {
            "nothing was touched; restore it with the VM's former adapters, or delete the snapshot"
        }
        "restore_down" | "restore_late" => "start the VM through CloudStack; the snapshot's disk is in place",
        "restore_unfinished" => "restore the snapshot again, or stop and start the VM through CloudStack",
        "snapshot_exists" => "take another name",
        "snapshot_not_found" => "look for its name or id with ListSnapshots",
        "snapshot_limit" => "delete some",
        "snapshot_ambiguous" => "name one by its id",
        "not_off" | "not_running" | "not_paused" => "look at the VM's event log on the host",
        "busy" => "run it again when the other action has ended",
        "deadline" => haste.remedy(),
        "out_of_memory" => "free memory on the host, or use another one",
        "disk_full" => "free space on the host's drive",
        "disk_not_plain" => "switch compression or encryption off for vhd_path",
        "access_denied" => {
            "log in with an administrator of the host; for a local account other than Administrator set LocalAccountTokenFilterPolicy to 1"
        }
        "unavailable" => "start the service vmms on the host",
        "hyperv_missing" => "install the role Hyper-V with its management tools",
        "storage_lost" => "bring the host's storage back",
        _ => return None,
    })
}
