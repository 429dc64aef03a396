//! Tests of the configuration: accepted values, rejected values, hidden secrets.
use super::*;

fn load<const N: usize>(pairs: [(&str, &str); N]) -> Result<Config, ConfigError> {
    Config::load(&Env::from_iter(pairs))
}

fn problems<const N: usize>(pairs: [(&str, &str); N]) -> Vec<String> {
    load(pairs).unwrap_err().problems().to_vec()
}

const TOKEN: &str = "1234567890:AAF7-g0gYncWnm5IyfZlpPRqRRv6kNAGlao";

#[test]
fn an_empty_environment_gives_the_defaults() {
    let loaded = load([]).unwrap();
    assert_eq!(format!("{loaded:?}"), format!("{:?}", Config::default()));
    assert_eq!(loaded.telegram.api_url.as_str(), "https://api.telegram.org/");
    assert_eq!(loaded.desk.first_settings(), crate::domain::policy::Settings::default());
}

#[test]
fn a_first_value_that_no_longer_counts_is_named() {
    use crate::domain::policy::Settings;
    use std::time::Duration;
    let stored = Settings { grace: Duration::from_secs(60), ..Settings::default() };
    let overruled = |config: Config, stored: &Settings| {
        config
            .desk
            .overruled(stored)
            .map(|(name, said, held)| (name, said.as_secs(), held.as_secs()))
            .collect()
    };
    let none: Vec<(&str, u64, u64)> = overruled(load([]).unwrap(), &stored);
    assert_eq!(none, [], "an admin's value overrules no default");
    let set = || load([("GRACE_PERIOD", "300"), ("AGENT_IDLE_TIMEOUT", "1800")]).unwrap();
    assert_eq!(overruled(set(), &stored), [("GRACE_PERIOD", 300, 60)]);
    assert_eq!(overruled(set(), &set().desk.first_settings()), []);
}

#[test]
fn a_build_without_servers_refuses_their_addresses() {
    let refused = |pairs: &[(&str, &str)]| {
        let set: Env = pairs.iter().copied().collect();
        let mut read = env::Reader::new(&set);
        storage::refuse_servers(&mut read);
        read.finish().err().map_or(0, |error| error.problems().len())
    };
    assert_eq!(refused(&[("DATA_DIR", "data"), ("MONGODB_URI", " ")]), 0);
    assert_eq!(refused(&[("MONGODB_URI", "mongodb://a"), ("REDIS_URL", "redis://a")]), 2);
    // The same settings are refused as without a server in a build with servers: those that differ from the default.
    let alone = [
        ("REDIS_HOST", "a", ""),
        ("REDIS_PORT", "6380", "6379"),
        ("REDIS_PASSWORD", "x", ""),
        ("REDIS_DB", "3", "0"),
        ("MONGODB_DB", "y", "antri"),
    ];
    for (name, value, default) in alone {
        assert_eq!(refused(&[(name, value)]), 1, "{name}");
        assert_eq!(refused(&[(name, default)]), 0, "{name}");
        assert_eq!(load([(name, default)]).map(drop), Ok(()), "{name}");
        assert_eq!(load([(name, value)]).is_err(), name != "REDIS_HOST", "{name}");
    }
}

#[test]
fn empty_and_blank_count_as_unset() {
    let loaded = load([("TIMEZONE", ""), ("JWT_SECRET", "  "), ("HTTP_ADDR", "\t")]).unwrap();
    assert_eq!(format!("{loaded:?}"), format!("{:?}", Config::default()));
}

#[test]
fn good_values_arrive() {
    let config = load([
        ("TELOXIDE_TOKEN", TOKEN),
        ("TELEGRAM_API_URL", "http://127.0.0.1:8081/tg/"),
        ("WEBHOOK_URL", "https://desk.example/hook"),
        ("WEBHOOK_SECRET", "s3cret_-"),
        ("ADMIN_IDS", "22, 11  11"),
        ("AGENT_STATUS_TTL", "60"),
        ("HEARTBEAT_INTERVAL", " 20 "),
        ("CORS_ORIGINS", "https://a.example,http://localhost:5173/"),
        ("DEFAULT_LOCALE", "en"),
        ("TIMEZONE", "Europe/Berlin"),
        ("LOG_FORMAT", "json"),
    ])
    .unwrap();
    assert!(config.telegram.require_token().is_ok());
    assert_eq!(config.telegram.api_url.as_str(), "http://127.0.0.1:8081/tg");
    assert_eq!(config.telegram.webhook.unwrap().url.as_str(), "https://desk.example/hook");
    assert_eq!(config.desk.admin_ids.iter().map(|id| id.0).collect::<Vec<_>>(), [11, 22]);
    assert_eq!(config.presence.heartbeat_interval.as_secs(), 20);
    assert_eq!(config.http.cors_origins, ["https://a.example", "http://localhost:5173"]);
    assert_eq!(config.desk.default_locale.tag(), "en");
    assert_eq!(config.desk.timezone.name(), "Europe/Berlin");
    assert_eq!(config.log.format, log::LogFormat::Json);
}

#[test]
fn every_bad_value_is_reported_at_once_with_name_value_and_expectation() {
    let bad = [
        ("TELEGRAM_API_URL", "ftp://x"),
        ("WEBHOOK_URL", "http://desk.example"),
        ("ADMIN_IDS", "11, @rina"),
        ("MONGODB_DB", "a b"),
        ("REDIS_HOST", "redis://x"),
        ("REDIS_PORT", "0"),
        ("REDIS_DB", "-1"),
        ("AGENT_STATUS_TTL", "5m"),
        ("HEARTBEAT_INTERVAL", "0"),
        ("GRACE_PERIOD", "1.5"),
        ("AGENT_IDLE_TIMEOUT", "9999999"),
        ("REOPEN_WINDOW", "3d"),
        ("DEAD_LETTER_RETENTION", "3600"),
        ("DRAFT_RETENTION", "30d"),
        ("INVITE_RETENTION", "0"),
        ("LIST_CARD_RETENTION", "-1"),
        ("HTTP_ADDR", "localhost"),
        ("CORS_ORIGINS", "*"),
        ("RATE_PER_TOKEN", "0"),
        ("RATE_PER_ADDRESS", "many"),
        ("TRUSTED_PROXIES", "localhost"),
        ("DEFAULT_LOCALE", "fr"),
        ("TIMEZONE", "Mars/Olympus"),
        ("EVENT_WEBHOOK_URL", "http://hook.example"),
        ("RUST_LOG", "antri=loud"),
        ("LOG_FORMAT", "xml"),
    ];
    let found = problems(bad);
    assert_eq!(found.len(), bad.len(), "{found:#?}");
    for (name, value) in bad {
        let line = found.iter().find(|line| line.starts_with(&format!("{name}: "))).unwrap();
        assert!(line.contains(", expected "), "{line}");
        assert!(line.contains(value) || value.contains('@'), "{line}");
    }
    assert_eq!(load(bad).unwrap_err().to_string().lines().count(), bad.len());
}

#[test]
fn what_hangs_together_is_checked_together() {
    assert_eq!(problems([("HEARTBEAT_INTERVAL", "300")]).len(), 1);
    assert_eq!(problems([("AGENT_STATUS_TTL", "180")]).len(), 1);
    let missing = problems([("WEBHOOK_URL", "https://desk.example")]);
    assert!(missing[0].starts_with("WEBHOOK_SECRET: "), "{missing:?}");
    let unsigned = problems([("EVENT_WEBHOOK_URL", "https://hook.example")]);
    assert!(unsigned[0].starts_with("EVENT_WEBHOOK_SECRET: "), "{unsigned:?}");
    let both = problems([("REDIS_URL", "redis://a"), ("REDIS_HOST", "a")]);
    assert!(both[0].contains("REDIS_URL"), "{both:?}");
}

#[test]
fn webhooks_leave_the_machine_only_encrypted_and_signed() {
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let read = |url: &str, secret: &str| load([("EVENT_WEBHOOK_URL", url), ("EVENT_WEBHOOK_SECRET", secret)]);
    for good in ["https://hook.example/a?b=c", "http://127.0.0.1:9/", "http://[::1]:9/x", "http://localhost/"]
    {
        let config = read(good, secret).unwrap().http.event_webhook.unwrap();
        assert_eq!((config.url.as_str(), config.key().len()), (good, 24));
    }
    for bad in
        ["http://hook.example/", "http://10.0.0.1/", "https://a:b@hook.example/", "ftp://127.0.0.1/", "x"]
    {
        let found = read(bad, secret).unwrap_err();
        assert!(
            found.problems().iter().all(|line| line.starts_with("EVENT_WEBHOOK_URL: ")),
            "{bad}: {found}"
        );
    }
    let short = "whsec_c2hvcnQ=";
    for bad in ["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", short, "whsec_not base64", "whsec_"] {
        let found = read("https://hook.example/", bad).unwrap_err().to_string();
        assert!(found.starts_with("EVENT_WEBHOOK_SECRET: the value (not shown)"), "{found}");
    }
}

#[test]
fn what_a_router_would_take_for_a_pattern_is_no_webhook() {
    let url = |path: &str| format!("https://desk.example{path}");
    for bad in ["/:hook", "/a/*hook", "/a/:b/c", "/{hook}", "/a{b}", "/:"] {
        let found = problems([("WEBHOOK_URL", url(bad).as_str()), ("WEBHOOK_SECRET", "x")]);
        assert!(found.len() == 1 && found[0].starts_with("WEBHOOK_URL: "), "{bad}: {found:?}");
    }
    for good in ["", "/", "/hook", "/a:b/c*", "/%7Bhook%7D/%3A", "/hook/"] {
        let config = load([("WEBHOOK_URL", url(good).as_str()), ("WEBHOOK_SECRET", "x")]).unwrap();
        let path = config.telegram.webhook.unwrap().url.path().to_owned();
        let _panics_at_patterns: axum::Router =
            axum::Router::new().route(&path, axum::routing::post(|| async {}));
    }
}

#[test]
fn a_path_of_the_side_api_is_no_webhook() {
    let url = |path: &str| format!("https://desk.example{path}");
    for bad in ["/api", "/api/hook", "/api/tickets", "/docs", "/healthz", "/readyz", "/metrics", "/x/../docs"]
    {
        let found = problems([("WEBHOOK_URL", url(bad).as_str()), ("WEBHOOK_SECRET", "x")]);
        assert!(found.len() == 1 && found[0].starts_with("WEBHOOK_URL: "), "{bad}: {found:?}");
    }
    for good in ["/apis", "/hook/api", "//api"] {
        assert!(load([("WEBHOOK_URL", url(good).as_str()), ("WEBHOOK_SECRET", "x")]).is_ok(), "{good}");
    }
}

#[test]
fn a_token_has_a_shape() {
    for bad in ["12345", ":abc", "bot123:AAF7-g0gYncWnm5IyfZlpPRqRRv6kNAGlao", "123:short"] {
        assert_eq!(problems([("TELOXIDE_TOKEN", bad)]).len(), 1, "{bad}");
    }
    let error = load([]).unwrap().telegram.require_token().unwrap_err();
    assert!(error.to_string().starts_with("TELOXIDE_TOKEN: not set"), "{error}");
}

#[test]
fn origins_are_origins() {
    for bad in ["https://a.example/path", "https://u:p@a.example", "a.example", "null", "file:///x"] {
        assert_eq!(problems([("CORS_ORIGINS", bad)]).len(), 1, "{bad}");
    }
}

#[test]
fn servers_are_named_by_an_address_or_in_parts() {
    // Parts of a server are rejected without its address.
    assert_eq!(
        problems([("MONGODB_DB", "y")]),
        ["MONGODB_DB: set without MONGODB_URI, expected both or neither"]
    );
    let mongodb = load([("MONGODB_DB", "y"), ("MONGODB_URI", "mongodb://a")]).unwrap().storage.mongodb;
    assert_eq!(mongodb.unwrap().database, "y");
    assert_eq!(problems([("MONGODB_DB", "y"), ("MONGODB_URI", "a")]).len(), 1, "the address alone");
    for part in [("REDIS_PORT", "6380"), ("REDIS_PASSWORD", "x"), ("REDIS_DB", "3")] {
        assert!(problems([part])[0].starts_with(part.0), "{part:?}");
        assert!(!problems([part, ("REDIS_URL", "redis://cache")]).is_empty(), "{part:?}");
    }

    let address = |config: Config| config.storage.redis.unwrap().address();
    let url = load([("REDIS_URL", "rediss://:x@cache:6380/2")]).unwrap();
    assert_eq!(address(url), "rediss://:x@cache:6380/2");
    assert_eq!(address(load([("REDIS_HOST", "cache")]).unwrap()), "redis://cache:6379/0");
    let password = ("REDIS_PASSWORD", "a/b@c");
    let whole = load([("REDIS_HOST", "cache"), ("REDIS_PORT", "6380"), ("REDIS_DB", "3"), password]).unwrap();
    assert_eq!(address(whole), "redis://:a%2Fb%40c@cache:6380/3");
}

#[test]
fn a_redis_password_and_host_reach_the_client_as_they_were_set() {
    use redis::{ConnectionAddr, IntoConnectionInfo};
    fn info<const N: usize>(settings: [(&str, &str); N]) -> redis::ConnectionInfo {
        let redis = load(settings).unwrap().storage.redis.unwrap();
        redis.address().into_connection_info().unwrap()
    }
    for password in ["%41bc", "50%25", "%", "%zz", "a:b@c/d?e#f", "kata sandi é", "\\\"'[]"] {
        let info = info([("REDIS_HOST", "cache"), ("REDIS_PASSWORD", password)]);
        assert_eq!(info.redis_settings().password(), Some(password));
    }
    for host in ["::1", "[::1]", "2001:db8::7", "192.0.2.1", "cache.example"] {
        let ConnectionAddr::Tcp(name, port) = info([("REDIS_HOST", host)]).addr().clone() else {
            panic!("{host} is not reached over TCP")
        };
        assert_eq!((name.as_str(), port), (host.trim_matches(['[', ']']), 6_379));
    }
    // A wrong host is one problem, not one more for each other part.
    let wrong = problems([("REDIS_HOST", "a b"), ("REDIS_PORT", "6380"), ("REDIS_PASSWORD", "x")]);
    assert_eq!(wrong.len(), 1, "{wrong:?}");
}

/// Part of each secret in these tests. No printed text may contain it.
const CANARY: &str = "CANARY";

#[test]
fn no_secret_is_ever_shown() {
    let good = [
        ("TELOXIDE_TOKEN", "1234567890:CANARY-g0gYncWnm5IyfZlpPRqRRv6kNAGlao"),
        ("WEBHOOK_URL", "https://desk.example"),
        ("WEBHOOK_SECRET", "CANARY"),
        ("MONGODB_URI", "mongodb://desk:CANARY@localhost"),
        ("REDIS_HOST", "localhost"),
        ("REDIS_PASSWORD", "CANARY"),
        ("JWT_SECRET", "CANARY-CANARY-CANARY-CANARY-CANARY"),
        ("METRICS_TOKEN", "CANARY_CANARY_CANARY_CANARY_CANARY"),
    ];
    let env = Env::from_iter(good);
    let config = Config::load(&env).unwrap();
    for shown in [format!("{config:?}"), format!("{config:#?}"), format!("{env:?}")] {
        assert!(!shown.contains(CANARY), "{shown}");
    }
    let url = load([("REDIS_URL", "redis://:CANARY@localhost")]).unwrap();
    assert!(!format!("{url:?}").contains(CANARY));
}

#[test]
fn no_bad_secret_is_repeated_in_an_error_not_even_on_the_wrong_line() {
    let bad = [
        ("TELOXIDE_TOKEN", "CANARY"),
        ("WEBHOOK_SECRET", "CANARY CANARY"),
        ("MONGODB_URI", "CANARY"),
        ("REDIS_URL", "http://:CANARY@localhost"),
        ("JWT_SECRET", "CANARY"),
        ("METRICS_TOKEN", "CANARY CANARY CANARY CANARY CANARY"),
        ("TELEGRAM_API_URL", "https://api.telegram.org/bot1234567890:CANARY-g0gYncWnm5IyfZlpPRqRRv6kNAGlao"),
        ("WEBHOOK_URL", "https://desk:CANARY@desk.example"),
        ("REDIS_HOST", ":CANARY@localhost:6379"),
        ("ADMIN_IDS", "1234567890:CANARY-g0gYncWnm5IyfZlpPRqRRv6kNAGlao"),
        ("CORS_ORIGINS", "https://desk:CANARY@desk.example"),
    ];
    let error = load(bad).unwrap_err();
    assert_eq!(error.problems().len(), bad.len(), "{error}");
    assert!(!format!("{error}{error:?}").contains(CANARY), "{error}");
}
