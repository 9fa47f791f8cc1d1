//! Recordings of what passes between this program and a host, and replays of them.
//!
//! A recording is a folder: the payload and the reply, each message and its answer as a file, and beside them what is inside as
//! text: scripts, arguments, output. It holds no secret and no name of a host or person. A replay runs the same action by the
//! whole program, with the folder in the host's place.
//!
//! [`Recorder`] writes one, [`replay`] runs them. Below, `folder` knows the files, `placeholders` and `secrets` what must not be in
//! them, `stand_in` answers in the host's place, `compare` says what may differ.

mod compare;
mod difference;
mod disk;
mod folder;
mod input;
mod lost;
mod message;
mod placeholders;
mod recorder;
pub mod replay;
mod search;
mod secrets;
mod stand_in;
mod streams;
mod utc;
mod words;
mod xml;

pub use placeholders::Placeholders;
pub use recorder::Recorder;

use serde_json::Value;

use self::secrets::Secrets;

/// A text about several runs of one payload, with its names and those of the runs replaced; nothing where it would hold one of
/// its secrets.
pub fn cleared(payload: &Value, runs: &[Placeholders], text: &str) -> Option<String> {
    let mut payload = payload.clone();
    let mut names = Placeholders::default();
    names.learn_from_payload(&payload);
    let secrets = Secrets::take_from(&mut payload).search();
    // A name that is replaced inside a secret would hide it afterwards.
    let before = secrets.finds(text.as_bytes());
    let cleared = runs.iter().fold(names.text(text), |text, run| run.text(&text));
    (!before && !secrets.finds(cleared.as_bytes())).then_some(cleared)
}
