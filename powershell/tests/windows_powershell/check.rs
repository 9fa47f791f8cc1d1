//! All rules, put to one script.

use std::collections::BTreeSet;

use crate::commands::{Command, Function, Item, Script};
use crate::finder::commands;
use crate::lexer::tokens;
use crate::table::{Key, Table};
use crate::{functions, rules, syntax};

/// Programs of Windows that a script may start, by `&` and with their ending.
const PROGRAMS: &[&str] = &["fsutil.exe"];

/// What is wrong with a script, each with its line. `others` are the functions of the files that it may be sent with.
pub(crate) fn check(text: &str, others: &[Function], table: &Table, used: &mut BTreeSet<Key>) -> Vec<String> {
    let tokens = match tokens(text) {
        Ok(tokens) => tokens,
        Err(finding) => return vec![finding],
    };
    let script = commands(&tokens);
    let mut findings = syntax::of_text(text);
    findings.extend(syntax::of_tokens(&tokens));
    let mut guards = BTreeSet::new();
    for item in &script.items {
        let command = match item {
            Item::Guard(name) => {
                guards.insert(name.clone());
                continue;
            }
            Item::Command(command) => command,
        };
        let mut of_command = rules::of_command(command);
        let mut functions = script.functions.iter().chain(others);
        if let Some(function) = functions.find(|function| function.name == command.name) {
            of_command.extend(functions::check(command, function));
        } else if of_command.is_empty() && !is_program(command) {
            of_command.extend(table.check(command, &guards, used));
        }
        let line = command.line;
        findings.extend(of_command.iter().map(|text| format!("line {line}: {text}")));
        if command.is("Get-Command") {
            let asked = command.values().map(|name| name.rsplit('\\').next().unwrap_or(name));
            guards.extend(asked.map(str::to_owned));
        }
    }
    findings.extend(script.strays);
    findings
}

/// The functions that a script calls, from its first line on and through other functions, without having them.
pub(crate) fn missing_functions(script: &Script, table: &Table) -> BTreeSet<String> {
    let defined: BTreeSet<&str> = script.functions.iter().map(|function| function.name.as_str()).collect();
    let mut reached: BTreeSet<Option<&str>> = BTreeSet::from([None]);
    loop {
        let called: Vec<&Command> = script
            .items
            .iter()
            .filter_map(|item| match item {
                Item::Command(command) => Some(command),
                Item::Guard(_) => None,
            })
            .filter(|command| reached.contains(&command.within.as_deref()))
            .collect();
        let before = reached.len();
        reached.extend(called.iter().map(|command| Some(command.name.as_str())));
        if reached.len() == before {
            let is_missing = |command: &&&Command| {
                !defined.contains(command.name.as_str()) && !table.has(&command.name) && !is_program(command)
            };
            return called.iter().filter(is_missing).map(|command| command.name.clone()).collect();
        }
    }
}

fn is_program(command: &Command) -> bool {
    command.called && PROGRAMS.contains(&command.name.as_str())
}

mod tests {
    use std::collections::BTreeSet;

    use super::missing_functions;
    use crate::finder::commands;
    use crate::lexer::tokens;
    use crate::rule_cases::TABLE;
    use crate::table::Table;

    #[test]
    fn a_function_that_is_reached_is_missed() {
        let table = Table::read(TABLE).unwrap();
        let missing = |script: &str| missing_functions(&commands(&tokens(script).unwrap()), &table);
        let script =
            "function Use-A { Use-B; Get-Date }\nfunction Use-B { & { Use-Lost } }\nfunction Use-C { Use-Other }\n";
        assert!(missing(script).is_empty(), "nothing is called");
        assert_eq!(missing(&format!("{script}Use-A")), BTreeSet::from(["Use-Lost".to_owned()]));
    }
}
