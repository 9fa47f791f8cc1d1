//! The body of an HTTP answer: whole, or cut off in the middle.

use hyper::body::{Body, Bytes, Frame, SizeHint};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Sleep, sleep};

/// Long enough for the first half to leave before the connection goes.
const BREATH: Duration = Duration::from_millis(20);

/// Bytes of an answer.
pub(crate) enum AnswerBody {
    Whole(Bytes),
    /// Promises everything, sends half, then fails.
    Cut {
        half: Bytes,
        promised: usize,
        pause: Pin<Box<Sleep>>,
    },
}

impl AnswerBody {
    pub(crate) fn whole(bytes: impl Into<Bytes>) -> Self {
        Self::Whole(bytes.into())
    }

    pub(crate) fn cut(self) -> Self {
        match self {
            Self::Whole(mut bytes) => {
                let promised = bytes.len();
                let half = bytes.split_to(promised / 2);
                Self::Cut { half, promised, pause: Box::pin(sleep(BREATH)) }
            }
            cut @ Self::Cut { .. } => cut,
        }
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let bytes = match &mut *self {
            Self::Whole(bytes) => bytes,
            Self::Cut { half, .. } if !half.is_empty() => half,
            Self::Cut { pause, .. } => {
                return pause.as_mut().poll(context).map(|()| Some(Err(io::ErrorKind::ConnectionReset.into())));
            }
        };
        let bytes = std::mem::take(bytes);
        Poll::Ready((!bytes.is_empty()).then(|| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Whole(bytes) if bytes.is_empty())
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => SizeHint::with_exact(u64::try_from(bytes.len()).unwrap_or(u64::MAX)),
            Self::Cut { promised, .. } => SizeHint::with_exact(u64::try_from(*promised).unwrap_or(u64::MAX)),
        }
    }
}
