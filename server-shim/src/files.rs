//! From a request's path to a file inside the folder.

mod etag;
mod kind;
mod range;
mod request_path;
mod revision;
mod root;
mod settled;

pub(crate) use etag::{etag_of, matches_any, matches_strongly};
pub(crate) use kind::Kind;
pub(crate) use range::{ByteRange, Wanted};
pub(crate) use request_path::RequestPath;
pub(crate) use revision::{Asked, Revision};
#[cfg(feature = "supervisor")]
pub(crate) use root::open;
pub(crate) use root::{Loaded, Miss, Root};
