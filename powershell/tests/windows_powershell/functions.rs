//! Calls of the scripts' own functions, bound to their parameters as PowerShell would.

use crate::commands::{Command, Element, Function};
use crate::parameters::Parameter;

/// What is wrong with a call.
pub(crate) fn check(command: &Command, function: &Function) -> Vec<String> {
    let mut findings = Vec::new();
    let mut given: Vec<&str> = Vec::new();
    let mut positional = 0;
    let mut has_splat = false;
    let mut elements = command.elements.iter().peekable();
    while let Some(element) = elements.next() {
        match element {
            Element::Splat(_) => has_splat = true,
            Element::Value(_) => positional += 1,
            Element::Parameter(name) => match find(function, name) {
                Err(finding) => findings.push(finding),
                Ok(parameter) => {
                    given.push(&parameter.name);
                    let has_value =
                        parameter.switch || elements.next_if(|next| matches!(next, Element::Value(_))).is_some();
                    if !has_value {
                        findings.push(format!("`{} -{name}` has no value", function.name));
                    }
                }
            },
        }
    }
    if findings.is_empty() && !has_splat {
        findings = unbound(function, &given, positional);
    }
    findings
}

fn find<'a>(function: &'a Function, name: &str) -> Result<&'a Parameter, String> {
    let shown = format!("`{} -{name}`", function.name);
    let parameters = &function.parameters;
    if let Some(parameter) = parameters.iter().find(|parameter| parameter.name == name) {
        return Ok(parameter);
    }
    let lower = name.to_ascii_lowercase();
    let is_longer = |parameter: &&Parameter| parameter.name.to_ascii_lowercase().starts_with(&lower);
    Err(parameters.iter().find(is_longer).map_or_else(
        || format!("{shown}: the function has no such parameter"),
        |full| format!("{shown} is cut short: write -{}", full.name),
    ))
}

/// Values without a name go to the parameters that were not named, in order.
fn unbound(function: &Function, given: &[&str], positional: usize) -> Vec<String> {
    let open: Vec<&Parameter> = function
        .parameters
        .iter()
        .filter(|parameter| !parameter.switch && !given.contains(&parameter.name.as_str()))
        .collect();
    if positional > open.len() {
        let name = &function.name;
        return vec![format!("`{name}` is given {positional} values without a name and takes {}", open.len())];
    }
    open.iter()
        .skip(positional)
        .filter(|parameter| parameter.mandatory)
        .map(|parameter| format!("`{}` is not given -{}", function.name, parameter.name))
        .collect()
}
