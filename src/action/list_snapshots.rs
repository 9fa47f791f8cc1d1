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
    while lengthen_one(&mut rows, &names) {}
    table(&rows)
}

/// Gives a cut name the next of its characters, if there is room for one somewhere: what is left over is less than all could use.
fn lengthen_one(rows: &mut [SnapshotRow], names: &[String]) -> bool {
    let mut places: Vec<usize> = (0..rows.len()).collect();
    // The shortest first, so that the longest stay the ones that are cut.
    places.sort_by_key(|place| rows.get(*place).map_or(0, |row| row.name.chars().count()));
    // What did not fit for one does not fit for another, and need not be tried: a table takes long to write.
    let mut too_much = usize::MAX;
    for place in places {
        let Some((row, name)) = rows.get(place).zip(names.get(place)) else { continue };
        let Some(kept) = row.name.strip_suffix('\u{2026}').filter(|_| row.name != *name) else { continue };
        let most = kept.chars().count() + 1;
        let longer: String = match most < name.chars().count() {
            true => name.chars().take(most).chain(['\u{2026}']).collect(),
            false => name.clone(),
        };
        if longer != *name && (names.contains(&longer) || rows.iter().any(|row| row.name == longer)) {
            continue;
        }
        // Nothing where the dots took more than what they stood for.
        let more = width(&longer).checked_sub(width(&row.name));
        if more.is_some_and(|more| more >= too_much) {
            continue;
        }
        let Some(row) = rows.get_mut(place) else { continue };
        let shorter = std::mem::replace(&mut row.name, longer);
        if table(rows).line().is_ok() {
            return true;
        }
        too_much = more.unwrap_or(too_much);
        if let Some(row) = rows.get_mut(place) {
            row.name = shorter;
        }
    }
    false
}

/// How much of the line a name takes: beyond ASCII, each UTF-16 unit is an escape.
fn width(name: &str) -> usize {
    Value::from(name).to_string().encode_utf16().map(|unit| if unit < 127 { 1 } else { 6 }).sum()
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

    fn line(names: &[String]) -> String {
        let rows = names.iter().enumerate().map(|(number, name)| SnapshotRow {
            name: name.clone(),
            creation_time: "2025-09-25T10:11:12".to_owned(),
            id: format!("{number:08}-d9cb-469f-a165-70867728950e"),
            parent: String::new(),
            current: number == 0,
        });
        fitting(rows.collect()).line().unwrap()
    }

    fn shown(names: &[String]) -> Vec<String> {
        let reply: Value = serde_json::from_str(&line(names)).unwrap();
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

    /// Far more rows than Hyper-V allows. It took as many tables for each character that was left, and many seconds.
    #[test]
    fn every_row_of_many_is_not_tried_for_nothing() {
        let names: Vec<String> = (0..200).map(|row| format!("{row} {}", "\u{7f}".repeat(300 + row % 7))).collect();
        let shown = shown(&names);
        assert!(shown.iter().zip(&names).all(|(one, name)| one == name || one.ends_with('\u{2026}')));
    }

    /// Whatever the names are: no two rows are alike, and one character more of any would not fit.
    #[test]
    fn never_more_is_cut_than_needed() {
        let alphabets = ["\u{1f600}", "x", "\u{fc}\"a", "\u{1f600}x\\"];
        for seed in 0..4_usize {
            let name = |row: usize| -> String {
                let alphabet = alphabets.iter().cycle().nth(row + seed).unwrap();
                let length = 100 + (row * 7919 + seed * 104_729) % 300;
                alphabet.chars().cycle().skip(row % 2).take(length).collect()
            };
            // Names may repeat on the host; what is cut must be told apart.
            let names: Vec<String> = (0..50).map(name).collect();
            let shown = shown(&names);
            let frame = line(&names).len() - length(&shown);
            let mut cut = 0;
            for row in (0..50).filter(|row| shown[*row] != names[*row]) {
                cut += 1;
                let kept = shown[row].strip_suffix('\u{2026}').unwrap();
                assert!(names[row].starts_with(kept) && !names.contains(&shown[row]));
                assert_eq!(shown.iter().filter(|other| **other == shown[row]).count(), 1);
                let longer: String = names[row].chars().take(kept.chars().count() + 1).chain(['\u{2026}']).collect();
                let mut more = shown.clone();
                more[row].clone_from(&longer);
                let is_anothers = shown.contains(&longer) || names.contains(&longer);
                assert!(frame + length(&more) >= 60 * 1024 || is_anothers, "{seed} {row}");
            }
            assert!(cut > 0, "nothing had to be cut");
        }
    }

    /// Of these names in the line, escapes and all.
    fn length(names: &[String]) -> usize {
        let texts = names.iter().map(|name| Value::from(name.as_str()).to_string());
        texts.map(|text| text.encode_utf16().map(|unit| if unit < 127 { 1 } else { 6 }).sum::<usize>() - 2).sum()
    }
}
