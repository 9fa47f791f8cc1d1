//! What no script may write: the syntax, variables and types that Windows PowerShell 5.1 lacks, and .NET calls on files or code.

use crate::tokens::{Bracket, Kind, Token};

/// What is wrong with these tokens and with all that are nested in them, each with its line.
pub(crate) fn of_tokens(tokens: &[Token]) -> Vec<String> {
    let mut findings = Vec::new();
    collect(tokens, &mut findings);
    findings
}

/// `#Requires` is a comment to PowerShell's grammar, and comments are left out of what is sent.
pub(crate) fn of_text(text: &str) -> Vec<String> {
    text.lines()
        .enumerate()
        .filter(|(_, line)| line.trim_start().to_ascii_lowercase().starts_with("#requires"))
        .map(|(number, _)| format!("line {}: `#Requires` would not reach the host", number + 1))
        .collect()
}

fn collect(tokens: &[Token], findings: &mut Vec<String>) {
    for (at, token) in tokens.iter().enumerate() {
        let (before, after) = (&tokens[..at], &tokens[at + 1..]);
        if let Some(finding) = finding(before, token, after) {
            findings.push(format!("line {}: {finding}", token.line));
        }
        match &token.kind {
            Kind::Group(_, inner) | Kind::Text { code: inner, .. } => collect(inner, findings),
            _ => {}
        }
    }
}

fn finding(before: &[Token], token: &Token, after: &[Token]) -> Option<String> {
    match &token.kind {
        Kind::Sign(sign) => of_sign(sign, before, after),
        Kind::End("&&" | "||") => Some(only_7("a chain of `&&` or `||`")),
        Kind::End("|") if before.last().is_none_or(|last| last.is_end("\n")) => {
            Some(only_7("a line that begins with `|`"))
        }
        Kind::Variable(name) => of_variable(name),
        Kind::Dash(name) if is_replace(name) && replaces_by_block(after) => {
            Some(only_7("`-replace` with a script block"))
        }
        Kind::Word(word) if is_new_number(word) => Some(only_7(&format!("the number `{word}`"))),
        Kind::Word(word) if is_file_type(word) => Some(file_type(word)),
        // The argument of New-Object.
        Kind::Text { value, .. } if is_file_type(value) => Some(file_type(value)),
        Kind::Word(word) if runs_text(word) || creates_block(word, before) => {
            Some(format!("`{word}` makes code of a value"))
        }
        _ => None,
    }
}

fn of_sign(sign: &str, before: &[Token], after: &[Token]) -> Option<String> {
    let follows_value = before.last().is_some_and(|last| !matches!(last.kind, Kind::End(_)));
    match sign {
        "??" | "??=" | "?." | "?[" | "`e" | "`u" => Some(only_7(&format!("`{sign}`"))),
        // Where a command begins it is an alias.
        "?" if follows_value => Some(only_7("the operator `? :`")),
        "&" if after.first().is_none_or(|next| matches!(next.kind, Kind::End(_))) => Some(only_7("`&` at the end")),
        ">" => Some("`>` writes UTF-16 in Windows PowerShell 5.1".to_owned()),
        ".." if [before.last(), after.first()]
            .iter()
            .flatten()
            .any(|token| matches!(token.kind, Kind::Text { .. })) =>
        {
            Some(only_7("a range of characters"))
        }
        _ => None,
    }
}

fn of_variable(name: &str) -> Option<String> {
    const NEW: &[&str] = &["IsWindows", "IsLinux", "IsMacOS", "IsCoreCLR", "PSStyle", "EnabledExperimentalFeatures"];
    if NEW.iter().any(|new| name.eq_ignore_ascii_case(new)) {
        return Some(only_7(&format!("`${name}`")));
    }
    // In Windows PowerShell the mark belongs to the name, in `$x?.Count` too.
    (name.len() > 1 && name.ends_with('?')).then(|| format!("`${name}`: the question mark is part of the name"))
}

fn is_replace(operator: &str) -> bool {
    ["replace", "creplace", "ireplace"].contains(&operator.to_ascii_lowercase().as_str())
}

/// `pattern, {`.
fn replaces_by_block(after: &[Token]) -> bool {
    matches!(after, [_, comma, block, ..] if comma.is_sign(",") && block.is_block())
}

/// `0b1`, and the endings of version 7.
fn is_new_number(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    let ending = word.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = word.len() - ending.len();
    let is_binary = word.strip_prefix("0b").is_some_and(|digits| digits.starts_with(['0', '1']));
    digits > 0 && (is_binary || ["n", "s", "u", "y", "ul", "us", "uy"].contains(&ending))
}

/// A type of the namespace `IO`, but for its exceptions.
fn is_file_type(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    let name = word.strip_prefix("system.").unwrap_or(&word);
    name.starts_with("io.") && !name.ends_with("exception") && !name.contains(' ')
}

fn file_type(word: &str) -> String {
    format!("`{word}`: files are touched by commands only, which a test can replace")
}

/// `.InvokeScript(...)` and the like.
fn runs_text(word: &str) -> bool {
    let last = word.rsplit('.').next().unwrap_or(word);
    ["AddScript", "ExpandString", "InvokeScript", "NewScriptBlock"].iter().any(|name| last.eq_ignore_ascii_case(name))
}

/// `[scriptblock]::Create`.
fn creates_block(word: &str, before: &[Token]) -> bool {
    let [.., class, colons] = before else {
        return false;
    };
    let Kind::Group(Bracket::Square, inner) = &class.kind else {
        return false;
    };
    let is_block = matches!(
        inner.first().map(|token| &token.kind),
        Some(Kind::Word(name)) if name.to_ascii_lowercase().ends_with("scriptblock")
    );
    is_block && colons.is_sign("::") && word.eq_ignore_ascii_case("Create")
}

fn only_7(what: &str) -> String {
    format!("{what}: Windows PowerShell 5.1 does not know it")
}
