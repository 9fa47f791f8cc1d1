//! Two texts line by line.

/// Lines that are shown around what differs.
const CONTEXT: usize = 2;

/// Above so many lines on both sides no smallest difference is looked for.
const MANY: usize = 2_000;

/// No difference is shown longer than this.
const LONGEST: usize = 60;

/// What differs, as lines that begin with ` `, `-` (only in `before`) or `+` (only in `after`). Empty where nothing does.
///
/// Only its own, as no more is needed than to show a few lines to a person.
pub(super) fn between(before: &str, after: &str) -> String {
    if before == after {
        return String::new();
    }
    let (before, after): (Vec<_>, Vec<_>) = (before.lines().collect(), after.lines().collect());
    if before == after {
        return " (only the ends of lines differ)".to_owned();
    }
    let same_at = |(one, other): &(&&str, &&str)| one == other;
    let head = before.iter().zip(&after).take_while(same_at).count();
    let (one, other) = (before.get(head..).unwrap_or_default(), after.get(head..).unwrap_or_default());
    let tail = one.iter().rev().zip(other.iter().rev()).take_while(same_at).count();
    let one = one.get(..one.len() - tail).unwrap_or_default();
    let other = other.get(..other.len() - tail).unwrap_or_default();
    let around = |lines: &[&str]| lines.iter().map(|line| format!(" {line}")).collect::<Vec<_>>();
    let mut shown = around(before.get(head.saturating_sub(CONTEXT)..head).unwrap_or_default());
    shown.extend(changes(one, other));
    let end = before.len() - tail;
    shown.extend(around(before.get(end..before.len().min(end + CONTEXT)).unwrap_or_default()));
    if shown.len() > LONGEST {
        let left_out = shown.len() - LONGEST;
        shown.truncate(LONGEST);
        shown.push(format!(" ({left_out} more lines)"));
    }
    shown.join("\n")
}

/// The longest common run of lines stays, all else goes or comes.
fn changes(before: &[&str], after: &[&str]) -> Vec<String> {
    let gone = |lines: &[&str]| lines.iter().map(|line| format!("-{line}")).collect::<Vec<_>>();
    let new = |lines: &[&str]| lines.iter().map(|line| format!("+{line}")).collect::<Vec<_>>();
    if before.len() + after.len() > MANY {
        return [gone(before), new(after)].concat();
    }
    let common = common_lengths(before, after);
    let length = |row: usize, column: usize| common.get(row).and_then(|row| row.get(column)).copied().unwrap_or(0);
    let (mut row, mut column, mut lines) = (0, 0, Vec::new());
    loop {
        match (before.get(row), after.get(column)) {
            (Some(one), Some(other)) if one == other => {
                lines.push(format!(" {one}"));
                (row, column) = (row + 1, column + 1);
            }
            (Some(one), other) if other.is_none() || length(row + 1, column) >= length(row, column + 1) => {
                lines.push(format!("-{one}"));
                row += 1;
            }
            (_, Some(other)) => {
                lines.push(format!("+{other}"));
                column += 1;
            }
            _ => return lines,
        }
    }
}

/// How many lines what follows two places has in common, by place and place.
fn common_lengths(before: &[&str], after: &[&str]) -> Vec<Vec<usize>> {
    let mut rows = vec![vec![0; after.len() + 1]];
    for one in before.iter().rev() {
        let below = rows.last().cloned().unwrap_or_default();
        let at = |place: usize| below.get(place).copied().unwrap_or(0);
        let mut row = vec![0; after.len() + 1];
        let mut right = 0;
        for (place, other) in after.iter().enumerate().rev() {
            right = if one == other { at(place + 1) + 1 } else { at(place).max(right) };
            if let Some(cell) = row.get_mut(place) {
                *cell = right;
            }
        }
        rows.push(row);
    }
    rows.reverse();
    rows
}

#[cfg(test)]
mod tests {
    use super::between;

    #[test]
    fn what_differs_is_shown_with_what_is_around() {
        assert_eq!(between("a\nb", "a\nb"), "");
        assert_eq!(between("a\nb\nc\nd\ne\nf\ng", "a\nb\nc\nx\ne\ny\nf\ng"), " b\n c\n-d\n+x\n e\n+y\n f\n g");
        assert_eq!(between("", "a"), "+a");
        assert_eq!(between("a\n", ""), "-a");
        assert_eq!(between("a\r\n", "a\n"), " (only the ends of lines differ)");
        let long = between("a", &"b\n".repeat(3000));
        assert!(long.lines().count() < 70 && long.ends_with("more lines)"), "{long}");
    }
}
