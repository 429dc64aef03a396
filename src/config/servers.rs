//! Addresses of the servers: MongoDB and Redis.
use super::env::Reader;
use secrecy::{ExposeSecret, SecretString};
use std::net::Ipv6Addr;

/// The name of the database, unless another one is set.
const DEFAULT_DATABASE: &str = "antri";

/// Address of a MongoDB replica set.
#[derive(Debug, Clone)]
pub struct MongoConfig {
    /// `MONGODB_URI`: the replica set that stores everything, `mongodb://` or `mongodb+srv://`. Secret,
    /// because it may contain a password. No default. If it is unset, the embedded store is used.
    pub uri: SecretString,
    /// `MONGODB_DB`: the name of the database. Default `antri`. Another name needs `MONGODB_URI`.
    pub database: String,
}

/// Address of a Redis server.
#[derive(Debug, Clone)]
pub enum RedisConfig {
    /// `REDIS_URL`: the server that stores presence, `redis://` or `rediss://`. Secret, because it may
    /// contain a password. No default. If `REDIS_HOST` is unset too, presence is in memory.
    Url(SecretString),
    /// The address in parts.
    Server {
        /// `REDIS_HOST`: the server's name or address. No default. Must not be set together with `REDIS_URL`.
        host: String,
        /// `REDIS_PORT`: the server's port. Default 6379. Another value needs `REDIS_HOST`.
        port: u16,
        /// `REDIS_PASSWORD`: the server's password. Secret. No default. It needs `REDIS_HOST`.
        password: Option<SecretString>,
        /// `REDIS_DB`: the number of the database. Default 0. Another value needs `REDIS_HOST`.
        db: u32,
    },
}

impl MongoConfig {
    pub(super) fn read(read: &mut Reader<'_>) -> Option<Self> {
        let uri =
            read.secret("MONGODB_URI", "an address that starts with mongodb:// or mongodb+srv://", |text| {
                has_scheme(text, &["mongodb", "mongodb+srv"])
            });
        // MongoDB allows more characters on some platforms. These are valid on all platforms.
        let database = read.optional("MONGODB_DB", "1 to 63 letters, digits, _ or -", |text| {
            let safe = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b));
            (safe && text.len() <= 63).then(|| text.to_owned())
        });
        let database = database.unwrap_or_else(|| DEFAULT_DATABASE.to_owned());
        // Probably a mistyped name of the address. The desk would silently store everything in DATA_DIR.
        if database != DEFAULT_DATABASE && !read.is_set("MONGODB_URI") {
            read.problem("MONGODB_DB", "set without MONGODB_URI, expected both or neither");
        }
        uri.map(|uri| Self { uri, database })
    }
}

impl RedisConfig {
    pub(super) fn read(read: &mut Reader<'_>) -> Option<Self> {
        let url = read.secret("REDIS_URL", "an address that starts with redis:// or rediss://", |text| {
            has_scheme(text, &["redis", "rediss"])
        });
        let host = read.optional("REDIS_HOST", "a host name or address, without redis:// and port", |text| {
            // An IPv6 address may stand without the brackets that a URL needs.
            let bare = text.parse::<Ipv6Addr>().ok().map(|address| format!("[{address}]"));
            bare.or_else(|| url::Host::parse(text).ok().map(|_| text.to_owned()))
        });
        let port = read.optional("REDIS_PORT", "a port from 1 to 65535", |text| {
            text.parse().ok().filter(|port| *port > 0)
        });
        let password = read.secret("REDIS_PASSWORD", "a password", |_| true);
        let db = read.optional("REDIS_DB", "the number of a database, 0 or more", |text| text.parse().ok());
        if url.is_some() && host.is_some() {
            read.problem("REDIS_HOST", "set together with REDIS_URL, expected one of the two");
        }
        // A part without a host is probably a mistyped name. Presence would silently stay in memory.
        let (port, db) = (port.unwrap_or(6_379), db.unwrap_or(0));
        let parts =
            [("REDIS_PORT", port != 6_379), ("REDIS_PASSWORD", password.is_some()), ("REDIS_DB", db != 0)];
        // A host that is invalid is a problem by itself, and was named above.
        let without_host = !read.is_set("REDIS_HOST");
        for (name, _) in parts.iter().filter(|(_, is_set)| *is_set && without_host) {
            read.problem(name, "set without REDIS_HOST, expected both or neither");
        }
        url.map(Self::Url).or_else(|| host.map(|host| Self::Server { host, port, password, db }))
    }

    /// Returns the server's address as one URL. It may contain the password and must not be logged.
    #[must_use]
    pub fn address(&self) -> String {
        match self {
            Self::Url(url) => url.expose_secret().to_owned(),
            Self::Server { host, port, password, db } => {
                let password = password.as_ref().map(|password| url_encoded(password.expose_secret()));
                let user_info = password.map_or_else(String::new, |password| format!(":{password}@"));
                format!("redis://{user_info}{host}:{port}/{db}")
            }
        }
    }
}

/// Returns a text as a part of a URL means it. Every other character is encoded, also `%`: an encoder for
/// whole URLs takes `%41` as encoded already, and the password would be another one.
fn url_encoded(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}

fn has_scheme(text: &str, schemes: &[&str]) -> bool {
    text.split_once("://").is_some_and(|(scheme, rest)| schemes.contains(&scheme) && !rest.is_empty())
}
