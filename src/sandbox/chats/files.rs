//! File storage, keyed by opaque file ids and by download paths.
use std::collections::HashMap;

use axum::body::Bytes;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::message::{Attachment, Rendition};
use crate::sandbox::chats::views::MediaKind;

/// A stored file: one rendition.
#[derive(Clone)]
pub(in crate::sandbox) struct File {
    pub(in crate::sandbox) kind: MediaKind,
    pub(in crate::sandbox) bytes: Bytes,
    pub(in crate::sandbox) mime: String,
    pub(in crate::sandbox) name: Option<String>,
    /// `file_unique_id`: identifies this file for all bots.
    pub(in crate::sandbox) unique_id: String,
    /// The download path: `/file/bot<token>/<path>`.
    pub(in crate::sandbox) path: String,
    /// All renditions of the picture to which this file belongs.
    renditions: Vec<Rendition>,
}

#[derive(Default)]
pub(in crate::sandbox) struct Files {
    by_id: HashMap<String, File>,
    by_path: HashMap<String, String>,
    last_number: u64,
}

impl Files {
    pub(in crate::sandbox) fn get(&self, file_id: &str) -> Option<&File> {
        self.by_id.get(file_id)
    }

    pub(in crate::sandbox) fn at_path(&self, path: &str) -> Option<&File> {
        self.by_path.get(path).and_then(|id| self.by_id.get(id))
    }

    /// Stores a file and returns it as an attachment. A photo gets a second, smaller rendition.
    pub(in crate::sandbox) fn store(
        &mut self,
        kind: MediaKind,
        bytes: &Bytes,
        name: Option<String>,
        mime: Option<String>,
    ) -> Attachment {
        let mime = mime.unwrap_or_else(|| default_mime(kind).to_owned());
        let sizes: &[(u32, u32)] = match kind {
            MediaKind::Photo => &[(90, 60), (1280, 853)],
            MediaKind::Video => &[(1280, 720)],
            MediaKind::Sticker => &[(512, 512)],
            MediaKind::Animation => &[(480, 270)],
            MediaKind::VideoNote => &[(384, 384)],
            _ => &[(0, 0)],
        };
        let first = self.last_number + 1;
        self.last_number += sizes.len() as u64;
        let numbered = (first..).zip(sizes);
        let renditions: Vec<Rendition> = numbered
            .map(|(number, (width, height))| Rendition {
                file_id: file_id(kind, number),
                width: *width,
                height: *height,
            })
            .collect();
        for (number, rendition) in (first..).zip(&renditions) {
            let path = download_path(kind, number, name.as_deref());
            self.by_path.insert(path.clone(), rendition.file_id.clone());
            let file = File {
                kind,
                bytes: bytes.clone(),
                mime: mime.clone(),
                name: name.clone(),
                unique_id: format!("AQAD{number:08x}"),
                path,
                renditions: renditions.clone(),
            };
            self.by_id.insert(rendition.file_id.clone(), file);
        }
        Attachment { kind, renditions, file_name: name, mime: Some(mime), size: bytes.len(), data: None }
    }

    /// Returns the file that a message of a test names, as an attachment. An unknown file is stored without
    /// bytes.
    pub(in crate::sandbox) fn adopt(&mut self, kind: MediaKind, file_id: &str, json: &Value) -> Attachment {
        if let Some(known) = self.attach(file_id) {
            return known;
        }
        let text = |name: &str| json.get(name).and_then(Value::as_str).map(str::to_owned);
        let side = |name: &str| json.get(name).and_then(Value::as_u64).and_then(|n| u32::try_from(n).ok());
        self.last_number += 1;
        let renditions = vec![Rendition {
            file_id: file_id.to_owned(),
            width: side("width").or(side("length")).unwrap_or_default(),
            height: side("height").or(side("length")).unwrap_or_default(),
        }];
        let (name, path) = (text("file_name"), download_path(kind, self.last_number, None));
        let file = File {
            kind,
            bytes: Bytes::new(),
            mime: text("mime_type").unwrap_or_else(|| default_mime(kind).to_owned()),
            name: name.clone(),
            unique_id: text("file_unique_id").unwrap_or_else(|| format!("AQAD{:08x}", self.last_number)),
            path: path.clone(),
            renditions: renditions.clone(),
        };
        let mime = Some(file.mime.clone());
        self.by_path.insert(path, file_id.to_owned());
        self.by_id.insert(file_id.to_owned(), file);
        Attachment { kind, renditions, file_name: name, mime, size: 0, data: None }
    }

    /// Returns the attachment for a file id that a bot sends again.
    pub(in crate::sandbox) fn attach(&self, file_id: &str) -> Option<Attachment> {
        self.get(file_id).map(|file| Attachment {
            kind: file.kind,
            renditions: file.renditions.clone(),
            file_name: file.name.clone(),
            mime: Some(file.mime.clone()),
            size: file.bytes.len(),
            data: None,
        })
    }
}

/// Returns a file id. It is opaque to bots but the same in every run, so that transcripts can be compared.
fn file_id(kind: MediaKind, number: u64) -> String {
    let mut bytes = vec![kind as u8 + 1, 0x5a];
    bytes.extend(number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
    bytes.extend(number.to_be_bytes());
    format!("AgAC{}", URL_SAFE_NO_PAD.encode(bytes))
}

fn download_path(kind: MediaKind, number: u64, name: Option<&str>) -> String {
    let extension = name.and_then(|n| n.rsplit_once('.')).map(|(_, e)| e);
    let safe = extension.filter(|e| !e.is_empty() && e.bytes().all(|b| b.is_ascii_alphanumeric()));
    let (folder, default) = match kind {
        MediaKind::Photo => ("photos", "jpg"),
        MediaKind::Voice => ("voice", "oga"),
        MediaKind::Video => ("videos", "mp4"),
        MediaKind::Animation => ("animations", "mp4"),
        MediaKind::VideoNote => ("video_notes", "mp4"),
        MediaKind::Audio => ("music", "mp3"),
        MediaKind::Sticker => ("stickers", "webp"),
        _ => ("documents", "bin"),
    };
    format!("{folder}/file_{number}.{}", safe.unwrap_or(default))
}

fn default_mime(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Photo => "image/jpeg",
        MediaKind::Voice => "audio/ogg",
        MediaKind::Video | MediaKind::Animation | MediaKind::VideoNote => "video/mp4",
        MediaKind::Audio => "audio/mpeg",
        MediaKind::Sticker => "image/webp",
        _ => "application/octet-stream",
    }
}
