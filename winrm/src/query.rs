//! What is asked of WMI, and what comes back.

use std::time::SystemTime;

use crate::soap::request;

/// A query of WMI.
#[derive(Clone, Copy, Debug)]
pub struct Query<'a> {
    /// The namespace, with either slash: `root/cimv2`.
    pub namespace: &'a str,
    /// The query in WQL: `SELECT Name, State FROM Win32_Service`. It goes out as it is; what a user
    /// wrote must not be spliced into it.
    pub wql: &'a str,
}

impl<'a> Query<'a> {
    /// A query of that namespace.
    pub fn new(namespace: &'a str, wql: &'a str) -> Self {
        Self { namespace, wql }
    }

    pub(crate) fn resource(&self) -> String {
        request::wmi_resource(self.namespace)
    }
}

/// What a query found.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Enumeration<R> {
    /// What was made of each object, in the host's order.
    pub rows: Vec<R>,
    /// The host's clock when it began to answer, to the second; `None` where it does not tell. What
    /// comes in later answers may be a little younger, never older.
    pub date: Option<SystemTime>,
    /// How many answers it took.
    pub pages: usize,
}
