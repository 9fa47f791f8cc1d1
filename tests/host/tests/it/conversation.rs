//! The usual steps of a conversation, and an executor that does as it is told.

use crate::client::{Client, Reply};
use crate::envelope::{command, create};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use simulated_host::{Executor, Exit, Inventory, Process};
use std::pin::Pin;

pub(crate) const NOT_FOUND: u32 = 2_150_858_843;
pub(crate) const SCHEMA: u32 = 2_150_858_817;

pub(crate) fn open(client: &mut Client) -> String {
    let reply = client.soap(&create().text());
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.between("<rsp:ShellId>", "</rsp:ShellId>").to_owned()
}

pub(crate) fn run(client: &mut Client, shell: &str, line: &str) -> String {
    let reply = client.soap(&command(shell, line).text());
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.between("<rsp:CommandId>", "</rsp:CommandId>").to_owned()
}

/// The bytes of one stream in an answer.
pub(crate) fn stream(reply: &Reply, name: &str) -> Vec<u8> {
    let pieces =
        reply.body.split("<rsp:Stream ").skip(1).filter(|piece| piece.starts_with(&format!("Name=\"{name}\"")));
    pieces
        .flat_map(|piece| {
            let text = piece.split_once('>').unwrap().1;
            BASE64_STANDARD.decode(text.split_once('<').unwrap().0).unwrap()
        })
        .collect()
}

pub(crate) fn exit_code(reply: &Reply) -> Option<i64> {
    reply.body.contains("/CommandState/Done").then(|| reply.between("<rsp:ExitCode>", "<").parse().unwrap())
}

/// Copies its input to its output piece by piece, or writes much at once.
pub(crate) struct Echo;

impl Executor for Echo {
    fn run<'a>(&'a self, mut process: Process) -> Pin<Box<dyn Future<Output = Exit> + Send + 'a>> {
        Box::pin(async move {
            if process.command_line == "large" {
                return Exit::success(vec![b'x'; 100_000]);
            }
            while let Some(piece) = process.stdin.next().await {
                process.stdout.write(&piece).await;
            }
            Exit { code: 7, ..Exit::default() }
        })
    }

    fn inventory(&self) -> Inventory {
        Inventory::default()
    }
}
