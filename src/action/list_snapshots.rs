//! `ListSnapshots`: a table that CloudStack's interface shows, always with the same columns, and short enough for its pipe.

use std::collections::HashSet;

use powershell::{ListSnapshots, SnapshotRow};
use serde_json::{Value, json};

use crate::error::Error;
use crate::remote::{self, Remote};
use crate::reply::Reply;
use crate::request::HostedVm;

pub(super) fn perform(vm: &HostedVm, remote: &mut dyn Remote) -> Result<Reply, Error> {
    let (name, uuid, vhd_path) = super::arguments::of(vm);
    let list = remote::run(remote, &ListSnapshots { name, uuid, vhd_path })?;
    Ok(fitting(list.snapshots))
}

/// The table with every name whole or, where it would not fit, with the longest ones cut: then only the id means such a snapshot.
fn fitting(mut rows: Vec<SnapshotRow>) -> Reply {
    let whole = table(&rows);
    if whole.line().is_ok() {
        return whole;
    }
    let names: Vec<String> = rows.iter().map(|row| row.name.clone()).collect();
    let longest = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
    // The most characters of a name that all of them can keep, by halving.
    let (mut fits, mut too_many) = (0, longest);
    while too_many - fits > 1 {
        let most = usize::midpoint(fits, too_many);
        cut(&mut rows, &names, most);
        if table(&rows).line().is_ok() { fits = most } else { too_many = most }
    }
    cut(&mut rows, &names, fits);
    table(&rows)
}

/// Cuts names of more than `most` characters. None becomes another row's name: who typed it would mean that one.
fn cut(rows: &mut [SnapshotRow], names: &[String], most: usize) {
    let mut taken: HashSet<String> = names.iter().filter(|name| name.chars().count() <= most).cloned().collect();
    for (row, name) in rows.iter_mut().zip(names) {
        if name.chars().count() <= most {
            row.name.clone_from(name);
            continue;
        }
        let shortened = (0..=most).rev().map(|kept| name.chars().take(kept).chain(['\u{2026}']).collect::<String>());
        row.name = shortened
            .into_iter()
            .find(|short| !names.contains(short) && !taken.contains(short))
            .unwrap_or_else(|| row.id.clone());
        taken.insert(row.name.clone());
    }
}

fn table(rows: &[SnapshotRow]) -> Reply {
    let rows: Vec<Value> = rows
        .iter()
        .map(|row| {
            json!({"Name": row.name, "CreationTime": row.creation_time, "Id": row.id, "Parent": row.parent, "Current": row.current})
        })
        .collect();
    Reply::table(rows)
}

#[cfg(test)]
mod tests {
    use powershell::SnapshotRow;
    use serde_json::Value;

    use super::fitting;

    fn shown(names: &[String]) -> Vec<String> {
        let rows = names.iter().enumerate().map(|(number, name)| SnapshotRow {
            name: name.clone(),
            creation_time: "2025-09-25T10:11:12".to_owned(),
            id: format!("{number:08}-d9cb-469f-a165-70867728950e"),
            parent: String::new(),
            current: number == 0,
        });
        let line = fitting(rows.collect()).line().unwrap();
        let reply: Value = serde_json::from_str(&line).unwrap();
        let table = reply["message"].as_array().unwrap();
        table.iter().map(|row| row["Name"].as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn what_fits_is_whole() {
        let names: Vec<String> = (0..50).map(|number| "\u{1f600}".repeat(49) + &format!("{number:02}")).collect();
        assert_eq!(shown(&names), names);
        assert_eq!(shown(&[]), [""; 0]);
    }

    #[test]
    fn the_longest_are_cut_and_stay_apart() {
        let short = |number| format!("s{number}");
        let mut names: Vec<String> = (0..48).map(|number| "\u{1f600}".repeat(150 + number)).collect();
        names.extend([short(1), short(2)]);
        let shown = shown(&names);
        assert_eq!(shown[48..], names[48..]);
        let cut: Vec<_> = shown.iter().filter(|name| name.ends_with('\u{2026}')).collect();
        assert!(!cut.is_empty() && cut.iter().all(|name| !names.contains(name)));
        let different: std::collections::HashSet<_> = shown.iter().collect();
        assert_eq!(different.len(), 50);
        // As little as is needed: one character more of each would not fit.
        let kept = cut.iter().map(|name| name.chars().count()).max().unwrap();
        assert!(kept > 90, "{kept}");
    }

    #[test]
    fn no_cut_name_is_anothers() {
        let long = "\u{1f600}".repeat(6000);
        let trap: Vec<String> = (0..6000)
            .map(|kept| "\u{1f600}".repeat(kept) + "\u{2026}")
            .filter(|name| name.chars().count() > 4980)
            .take(3)
            .collect();
        let mut names = vec![long];
        names.extend(trap);
        let shown = shown(&names);
        assert!(shown.iter().zip(&names).all(|(one, other)| one == other || !names.contains(one)));
    }
}
