use super::{Absent, PowerState, Row, of_all, of_one};

const NAME: &str = "i-2-45-VM";

fn row(enabled_state: u32) -> Row {
    Row { name: NAME.to_owned(), enabled_state, age: Some(3600.0), replication_mode: 0, replication_state: 0 }
}

fn copy(enabled_state: u32, replication_mode: u32, replication_state: u32) -> Row {
    Row { replication_mode, replication_state, ..row(enabled_state) }
}

#[track_caller]
fn check(rows: &[Row], expected: Result<PowerState, Absent>) {
    assert_eq!(of_one(NAME, rows), expected, "{rows:?}");
    assert_eq!(of_all(rows).get(NAME).copied(), expected.ok(), "{rows:?}");
}

#[test]
fn every_number_of_both_tables() {
    let (on, off) = (PowerState::On, PowerState::Off);
    let table = [(2, on), (3, off), (4, on), (6, off), (9, on), (10, on), (11, on)];
    let old = [(32768, on), (32769, off), (32770, on), (32771, on), (32773, on), (32774, on), (32776, on), (32777, on)];
    for (number, state) in table.into_iter().chain(old).chain([(32779, off), (32780, on)]) {
        check(&[row(number)], Ok(state));
    }
    for number in [0, 1, 5, 7, 8, 12, 32767, 32772, 32775, 32778, 32797, 65535, u32::MAX] {
        check(&[row(number)], Ok(PowerState::Unknown));
    }
}

/// Running, Off, Stopping, Saved, Paused, Starting, Reset, Saving, Pausing, Resuming, FastSaved, FastSaving: critical each.
#[test]
fn no_version_of_windows_has_a_critical_vm_taken_for_off_and_none_that_is_down_for_on() {
    let is_up = [true, false, true, false, true, true, true, true, true, true, false, true];
    for first in [32781, 32783, 32785] {
        for (number, is_up) in (first..).zip(is_up) {
            let state = of_one(NAME, &[row(number)]).unwrap();
            assert!(state != PowerState::Off && (is_up || state == PowerState::Unknown), "{first} {number} {state:?}");
        }
    }
    // What is up in every version is said to be.
    for number in [32781, 32785, 32787, 32789, 32790, 32792, 32794, 32796] {
        check(&[row(number)], Ok(PowerState::On));
    }
}

#[test]
fn what_went_down_just_now_may_come_back() {
    for number in [3, 6, 32769, 32779] {
        for (age, state) in [
            (Some(0.0), PowerState::Unknown),
            (Some(30.0), PowerState::Unknown),
            (Some(89.9), PowerState::Unknown),
            (Some(90.0), PowerState::Off),
            (Some(120.0), PowerState::Off),
            (None, PowerState::Off),
            (Some(-89.9), PowerState::Unknown),
            (Some(-90.0), PowerState::Off),
            (Some(-86_400.0), PowerState::Off),
        ] {
            check(&[Row { age, ..row(number) }], Ok(state));
        }
    }
    check(&[Row { age: Some(1.0), ..row(2) }], Ok(PowerState::On));
}

#[test]
fn an_absent_vm_is_never_off() {
    check(&[], Err(Absent::NoVm));
    check(&[Row { name: "i-2-4-VM".to_owned(), ..row(3) }], Err(Absent::NoVm));
}

#[test]
fn a_copy_that_waits_is_nobodys() {
    for mode in [2, 3, 4] {
        for number in [3, 6, 32769] {
            check(&[copy(number, mode, 4)], Err(Absent::OnlyReplica));
            // Also one that has just come down.
            check(&[Row { age: Some(1.0), ..copy(number, mode, 0) }], Err(Absent::OnlyReplica));
            for failed_over in [5, 6] {
                check(&[copy(number, mode, failed_over)], Ok(PowerState::Off));
            }
        }
        check(&[copy(2, mode, 4)], Ok(PowerState::On));
        check(&[copy(9, mode, 4)], Ok(PowerState::On));
        check(&[copy(77, mode, 4)], Ok(PowerState::Unknown));
    }
    check(&[copy(3, 0, 4)], Ok(PowerState::Off));
}

#[test]
fn a_primary_that_is_down_may_run_elsewhere() {
    for number in [3, 6] {
        check(&[copy(number, 1, 4)], Ok(PowerState::Unknown));
    }
    check(&[copy(2, 1, 4)], Ok(PowerState::On));
}

#[test]
fn two_of_one_name_are_unknown_and_a_copy_is_none_of_them() {
    check(&[row(2), row(3)], Ok(PowerState::Unknown));
    check(&[row(3), row(3)], Ok(PowerState::Unknown));
    check(&[row(2), copy(3, 2, 4)], Ok(PowerState::On));
    check(&[copy(3, 2, 4), row(3)], Ok(PowerState::Off));
    check(&[row(2), copy(2, 2, 4)], Ok(PowerState::Unknown));
    check(&[row(2), Row { name: NAME.to_lowercase(), ..row(3) }], Ok(PowerState::Unknown));
}

#[test]
fn every_vm_is_listed() {
    let other = |name: &str, number| Row { name: name.to_owned(), ..row(number) };
    let rows = [other("web", 2), row(3), other("i-2-46-VM", 4711)];
    let states: Vec<_> = of_all(&rows).into_iter().map(|(name, state)| (name, state.as_str())).collect();
    assert_eq!(states, [("i-2-45-VM", "poweroff"), ("i-2-46-VM", "unknown"), ("web", "poweron")]);
}
