//! A table of verdicts, filled by many calls at once.

use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Calls mostly wait, so many more run at once than there are processors.
const AT_ONCE: usize = 48;

/// What came of one cell.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    /// A word or two.
    pub(crate) shown: String,
    /// Why it is wrong, if it is.
    pub(crate) wrong: Option<String>,
}

/// One line in the making: its name, and for each column a call or nothing.
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) cells: Vec<Option<Job>>,
}

pub(crate) type Job = Box<dyn Fn() -> Cell + Send + Sync>;

/// A table before its calls were made.
pub(crate) struct Plan {
    pub(crate) title: &'static str,
    pub(crate) columns: &'static [&'static str],
    pub(crate) rows: Vec<Row>,
}

/// A table that was filled.
pub(crate) struct Table {
    title: &'static str,
    columns: &'static [&'static str],
    rows: Vec<(String, Vec<Option<Cell>>)>,
}

impl Table {
    /// Makes every call of every plan, many at once.
    pub(crate) fn fill(plans: Vec<Plan>) -> Vec<Self> {
        let jobs: Vec<_> =
            plans.iter().flat_map(|plan| &plan.rows).flat_map(|row| row.cells.iter().flatten()).collect();
        let cells: Vec<Mutex<Option<Cell>>> = jobs.iter().map(|_| Mutex::default()).collect();
        let next = AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..AT_ONCE {
                scope.spawn(|| {
                    while let Some(n) = Some(next.fetch_add(1, Ordering::Relaxed)).filter(|n| *n < jobs.len()) {
                        *cells[n].lock().unwrap() = Some(jobs[n]());
                    }
                });
            }
        });
        let mut cells = cells.into_iter().map(|cell| cell.into_inner().unwrap().unwrap());
        let mut filled = |row: &Row| {
            let cells = row.cells.iter().map(|job| job.as_ref().and_then(|_| cells.next())).collect();
            (row.name.clone(), cells)
        };
        let table = |plan: &Plan| Self {
            title: plan.title,
            columns: plan.columns,
            rows: plan.rows.iter().map(&mut filled).collect(),
        };
        plans.iter().map(table).collect()
    }

    /// How many cells are wrong.
    pub(crate) fn wrong(&self) -> usize {
        self.rows.iter().flat_map(|(_, cells)| cells).flatten().filter(|cell| cell.wrong.is_some()).count()
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = self.rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0).max(self.title.len());
        let shown = |cell: &Option<Cell>| match cell {
            Some(Cell { shown, wrong: None }) => shown.clone(),
            Some(Cell { shown, wrong: Some(_) }) => format!("{shown}!"),
            None => "-".to_owned(),
        };
        let widths: Vec<_> = self
            .columns
            .iter()
            .enumerate()
            .map(|(n, column)| {
                let cells = self.rows.iter().filter_map(|(_, cells)| cells.get(n)).map(|cell| shown(cell).len());
                cells.max().unwrap_or(0).max(column.len())
            })
            .collect();
        write!(f, "{:first$}", self.title)?;
        for (column, width) in self.columns.iter().zip(&widths) {
            write!(f, "  {column:width$}")?;
        }
        writeln!(f)?;
        for (name, cells) in &self.rows {
            write!(f, "{name:first$}")?;
            for (cell, width) in cells.iter().zip(&widths) {
                write!(f, "  {:width$}", shown(cell))?;
            }
            writeln!(f)?;
        }
        for (name, cells) in &self.rows {
            for (cell, column) in cells.iter().zip(self.columns) {
                if let Some(Cell { wrong: Some(why), .. }) = cell {
                    writeln!(f, "! {name}, {column}: {why}")?;
                }
            }
        }
        Ok(())
    }
}
