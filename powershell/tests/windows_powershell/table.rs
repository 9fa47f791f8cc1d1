//! `fixtures/cmdlets.tsv`: the commands and parameters of Windows Server that the scripts may use, and since which version.

use std::collections::{BTreeMap, BTreeSet};

use crate::commands::{Command, Element};

/// The oldest version that must run every script. What is newer needs a guard.
const OLDEST: &str = "2016";
const VERSIONS: &[&str] = &[OLDEST, "2019", "2022", "2025"];

/// The module whose commands are written with their module: others sell commands of the same names.
const QUALIFIED: &str = "Hyper-V";

#[derive(Debug)]
pub(crate) struct Table {
    rows: BTreeMap<Key, Row>,
}

/// Command, and parameter or `-`.
pub(crate) type Key = (String, String);

#[derive(Debug)]
struct Row {
    module: String,
    since: String,
}

impl Table {
    /// Reads the table, or says what is wrong with its form.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let mut lines = text.lines();
        if lines.next() != Some("module\tcommand\tparameter\tsince") {
            return Err("the first line does not name the four columns".to_owned());
        }
        let mut rows = BTreeMap::new();
        let mut last = "";
        for line in lines {
            let [module, command, parameter, since] = line.split('\t').collect::<Vec<_>>()[..] else {
                return Err(format!("`{line}` has not four columns"));
            };
            if line <= last {
                return Err(format!("`{line}` is not in order, or stands twice"));
            }
            if !VERSIONS.contains(&since) {
                return Err(format!("`{line}`: `{since}` is no version of Windows Server"));
            }
            last = line;
            let row = Row { module: module.to_owned(), since: since.to_owned() };
            if rows.insert(key(command, parameter), row).is_some() {
                return Err(format!("`{command}` is of two modules"));
            }
        }
        Ok(Self { rows })
    }

    /// What is wrong with a command of Windows. `guards` are the names that the script has asked for before. Notes in `used` which
    /// lines were needed.
    pub(crate) fn check(&self, command: &Command, guards: &BTreeSet<String>, used: &mut BTreeSet<Key>) -> Vec<String> {
        let name = command.name.as_str();
        if !name.contains('-') {
            return vec![format!("`{name}` is an alias, or no command: write its full name")];
        }
        let mut findings: Vec<String> = command
            .elements
            .iter()
            .filter_map(|element| match element {
                Element::Splat(splat) => Some(format!("`{name} @{splat}` hides its parameters: write them out")),
                _ => None,
            })
            .collect();
        for parameter in std::iter::once("-").chain(command.parameters()) {
            let shown = match parameter {
                "-" => name.to_owned(),
                _ => format!("{name} -{parameter}"),
            };
            let wanted = key(name, parameter);
            let Some(row) = self.rows.get(&wanted) else {
                let full = self.completion(name, parameter);
                findings.push(match full {
                    Some(full) => format!("`{shown}` is cut short: write -{full}"),
                    None => format!("`{shown}` is not in fixtures/cmdlets.tsv"),
                });
                continue;
            };
            used.insert(wanted);
            let guard = if parameter == "-" { name } else { parameter };
            if row.since != OLDEST && !guards.contains(guard) {
                findings.push(format!(
                    "`{shown}` came with Server {}, and nothing before asks whether it is there",
                    row.since
                ));
            }
            if parameter == "-" {
                findings.extend(row.qualifier(command));
            }
        }
        findings
    }

    pub(crate) fn has(&self, command: &str) -> bool {
        self.rows.contains_key(&key(command, "-"))
    }

    /// The lines that nothing needed.
    pub(crate) fn unused(&self, used: &BTreeSet<Key>) -> Vec<String> {
        self.rows
            .keys()
            .filter(|key| !used.contains(*key))
            .map(|(command, parameter)| {
                format!("no script uses `{command} {parameter}`: take it out of fixtures/cmdlets.tsv")
            })
            .collect()
    }

    fn completion(&self, command: &str, parameter: &str) -> Option<&str> {
        let is_longer = |full: &str| {
            full.len() >= parameter.len() && full.to_ascii_lowercase().starts_with(&parameter.to_ascii_lowercase())
        };
        self.rows
            .keys()
            .filter(|(of, _)| of == command)
            .map(|(_, full)| full.as_str())
            .find(|full| parameter != "-" && is_longer(full))
    }
}

impl Row {
    fn qualifier(&self, command: &Command) -> Option<String> {
        let name = &command.name;
        match &command.module {
            None if self.module == QUALIFIED => {
                Some(format!("write `{QUALIFIED}\\{name}`: other modules have commands of the same name"))
            }
            Some(module) if *module != self.module => {
                Some(format!("`{name}` is of the module {}, not {module}", self.module))
            }
            _ => None,
        }
    }
}

fn key(command: &str, parameter: &str) -> Key {
    (command.to_owned(), parameter.to_owned())
}

mod tests {
    use std::collections::BTreeSet;

    use super::Table;
    use crate::check::check;

    #[test]
    fn the_table_has_a_form_and_no_line_too_many() {
        let head = "module\tcommand\tparameter\tsince\n";
        let of = |lines: &str| Table::read(&format!("{head}{lines}"));
        assert!(Table::read("").unwrap_err().contains("four columns"));
        assert!(of("a\tGet-A\t-\n").unwrap_err().contains("not four columns"));
        assert!(of("a\tGet-A\t-\t2012\n").unwrap_err().contains("no version"));
        assert!(of("a\tGet-B\t-\t2016\na\tGet-A\t-\t2016\n").unwrap_err().contains("not in order"));
        assert!(of("a\tGet-A\t-\t2016\na\tGet-A\t-\t2016\n").unwrap_err().contains("stands twice"));
        assert!(of("a\tGet-A\t-\t2016\nb\tGet-A\t-\t2016\n").unwrap_err().contains("two modules"));

        let table = of("a\tGet-A\t-\t2016\na\tGet-A\tB\t2016\na\tGet-C\t-\t2016\n").unwrap();
        let mut used = BTreeSet::new();
        assert!(check("Get-A", &[], &table, &mut used).is_empty());
        let unused = table.unused(&used);
        assert_eq!(unused.len(), 2, "{unused:?}");
        assert!(unused[0].contains("`Get-A B`") && unused[1].contains("`Get-C -`"));
    }
}
