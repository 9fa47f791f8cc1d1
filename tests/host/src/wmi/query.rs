//! WQL as far as this host goes: `SELECT * or properties FROM class [WHERE property = value]`. Whatever else Windows takes is
//! refused here as a query that cannot be processed.

use crate::wmi::class::{CLASS, PROPERTIES, Row, Value};

/// A query that was understood.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Query {
    /// What was selected, in the order of the alphabet; nothing for all of it.
    pub(crate) properties: Option<Vec<&'static str>>,
    condition: Option<(&'static str, Literal)>,
}

#[derive(Debug, PartialEq)]
enum Literal {
    Text(String),
    Number(u64),
}

/// Why a query cannot be run.
#[derive(Debug, PartialEq)]
pub(crate) enum Unfit {
    /// It is no query, names a property that there is not, or asks for more than this host goes.
    Query,
    /// There is no such class.
    Class,
}

impl Query {
    pub(crate) fn parse(text: &str) -> Result<Self, Unfit> {
        let rest = keyword(text, "SELECT").ok_or(Unfit::Query)?;
        let from = find_word(rest, "FROM").ok_or(Unfit::Query)?;
        let (selected, rest) = (rest.get(..from).unwrap_or_default(), rest.get(from..).unwrap_or_default());
        let rest = keyword(rest, "FROM").ok_or(Unfit::Query)?.trim();
        let (class, rest) = rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len()));
        if !class.eq_ignore_ascii_case(CLASS) {
            return Err(Unfit::Class);
        }
        let properties = match selected.trim() {
            "*" => None,
            list => {
                let mut names = list.split(',').map(property).collect::<Result<Vec<_>, _>>()?;
                names.sort_unstable();
                Some(names)
            }
        };
        let condition = match rest.trim() {
            "" => None,
            rest => Some(condition(keyword(rest, "WHERE").ok_or(Unfit::Query)?)?),
        };
        Ok(Self { properties, condition })
    }

    /// Whether an object is one of those that were asked for; letter case does not count.
    pub(crate) fn matches(&self, row: &Row) -> bool {
        let Some((property, literal)) = &self.condition else {
            return true;
        };
        match (row.get(property), literal) {
            (Some(Value::Text(text)), Literal::Text(wanted)) => text.to_lowercase() == wanted.to_lowercase(),
            (Some(Value::Number(number)), Literal::Number(wanted)) => number == wanted,
            _ => false,
        }
    }
}

fn condition(text: &str) -> Result<(&'static str, Literal), Unfit> {
    let (name, value) = text.split_once('=').ok_or(Unfit::Query)?;
    Ok((property(name)?, literal(value.trim()).ok_or(Unfit::Query)?))
}

/// Text in either kind of quotes, in which a backslash goes before a character that is meant as it is.
fn literal(text: &str) -> Option<Literal> {
    let mut characters = text.chars();
    let quote @ ('\'' | '"') = characters.next()? else {
        return text.parse().ok().map(Literal::Number);
    };
    let mut value = String::new();
    loop {
        match characters.next()? {
            '\\' => value.push(characters.next()?),
            character if character == quote => return characters.next().is_none().then_some(Literal::Text(value)),
            character => value.push(character),
        }
    }
}

fn property(name: &str) -> Result<&'static str, Unfit> {
    let name = name.trim();
    PROPERTIES.into_iter().find(|known| known.eq_ignore_ascii_case(name)).ok_or(Unfit::Query)
}

/// What follows a word at the beginning.
fn keyword<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let (first, rest) = text.trim_start().split_at_checked(word.len())?;
    (first.eq_ignore_ascii_case(word) && rest.starts_with(char::is_whitespace)).then_some(rest)
}

/// Where a word stands between blanks.
fn find_word(text: &str, word: &str) -> Option<usize> {
    let positions = text.match_indices(char::is_whitespace).map(|(at, blank)| at + blank.len());
    positions.into_iter().find(|at| {
        text.get(*at..).is_some_and(|rest| keyword(rest, word).is_some() && !rest.starts_with(char::is_whitespace))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_understood() {
        let query =
            Query::parse("select Name,  enabledstate from msvm_computersystem where ElementName = 'a\\'B'").unwrap();
        assert_eq!(query.properties.as_deref(), Some(&["EnabledState", "Name"][..]));
        let row = |name: &str| Row::from([("ElementName", Value::Text(name.to_owned()))]);
        assert!(query.matches(&row("A'b")) && !query.matches(&row("a'bc")) && !query.matches(&Row::new()));
        let all = Query::parse("SELECT * FROM Msvm_ComputerSystem").unwrap();
        assert!(all.properties.is_none() && all.matches(&Row::new()));
        let number = Query::parse("SELECT Name FROM Msvm_ComputerSystem WHERE EnabledState=2").unwrap();
        assert!(number.matches(&Row::from([("EnabledState", Value::Number(2))])));
    }

    #[test]
    fn what_is_not() {
        for (text, why) in [
            ("", Unfit::Query),
            ("SELECT Name", Unfit::Query),
            ("SELECT State FROM Msvm_ComputerSystem", Unfit::Query),
            ("SELECT Name FROM Msvm_Other", Unfit::Class),
            ("SELECT Name FROM Msvm_ComputerSystem WHERE", Unfit::Query),
            ("SELECT Name FROM Msvm_ComputerSystem WHERE ElementName LIKE 'a%'", Unfit::Query),
            ("SELECT Name FROM Msvm_ComputerSystem WHERE State = 'a'", Unfit::Query),
            ("SELECT Name FROM Msvm_ComputerSystem WHERE ElementName = 'a' OR Name = 'b'", Unfit::Query),
            ("SELECT Name FROM Msvm_ComputerSystem WHERE ElementName = 'a", Unfit::Query),
            ("SELECT Name FROM Msvm_ComputerSystem ORDER", Unfit::Query),
        ] {
            assert_eq!(Query::parse(text).unwrap_err(), why, "{text}");
        }
    }
}
