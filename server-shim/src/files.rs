//! From a request's path to a file inside the folder.

mod etag;
mod kind;
mod range;
#[cfg(feature = "supervisor")]
mod replace;
mod request_path;
mod revision;
mod root;
mod settled;
#[cfg(feature = "supervisor")]
mod source;

pub(crate) use etag::{etag_of, matches_any, matches_strongly};
pub(crate) use kind::Kind;
pub(crate) use range::{ByteRange, Wanted};
#[cfg(feature = "cli")]
pub(crate) use replace::replace;
#[cfg(feature = "supervisor")]
pub(crate) use request_path::PathError;
pub(crate) use request_path::RequestPath;
pub(crate) use revision::{Asked, Revision};
#[cfg(feature = "supervisor")]
pub(crate) use root::open;
pub(crate) use root::{Loaded, Miss, Root};
#[cfg(feature = "supervisor")]
pub use source::Edits;
#[cfg(feature = "supervisor")]
pub(crate) use source::{Saved, Source, Unsaved};
