//! The log-in of the web front end: links from the bot, the session cookie, and the headers of the page.
use super::{log_in, widget};
use crate::api::BUDI;
use crate::support::{ADMIN, Desk, Options, Reply, TOKEN, http};
use antri::config::http::HttpConfig;
use chrono::TimeDelta;
use reqwest::header::{COOKIE, ORIGIN, SET_COOKIE};
use serde_json::json;

const WEB_URL: &str = "https://desk.example";
/// The budget of script and style, compressed: a page of a phone with a weak connection loads them first.
const MAX_FIRST_LOAD_BYTES: usize = 60_000;

/// Returns a desk with an agent, whose front end has an address.
async fn desk() -> Desk {
    desk_with(Options::default()).await
}

/// Returns the same desk with these options.
pub(super) async fn desk_with(options: Options) -> Desk {
    let http = HttpConfig { web_url: Some(WEB_URL.to_owned()), ..http() };
    let desk = Desk::with(Options { http, ..options }).await;
    desk.agent(BUDI, "Budi").await;
    desk
}

/// Returns the code of a new link that `/web` sends to this person.
pub(super) async fn code(desk: &Desk, id: i64) -> String {
    desk.say(id, "/web").await;
    let message = desk.last(id);
    let link = message.html.split("href=\"").nth(1).and_then(|rest| rest.split('"').next());
    let link = link.unwrap_or_else(|| panic!("no link in {message:?}"));
    link.strip_prefix(&format!("{WEB_URL}/app/#login=")).expect("an address of the front end").to_owned()
}

pub(super) async fn by_link(desk: &Desk, code: &str) -> Reply {
    log_in(desk, "link", &json!({"code": code})).await
}

/// Returns the cookie of an answer, as a browser sends it back, and its attributes.
pub(super) fn cookie(reply: &Reply) -> (String, String) {
    let header = reply.headers[SET_COOKIE].to_str().unwrap();
    let (pair, attributes) = header.split_once("; ").unwrap();
    (pair.to_owned(), attributes.to_owned())
}

pub(super) async fn resume(desk: &Desk, cookie: &str, origin: Option<&str>) -> Reply {
    let mut request = desk.request("POST", "/api/auth/session").header(COOKIE, cookie);
    if let Some(origin) = origin {
        request = request.header(ORIGIN, origin);
    }
    Reply::of(request).await
}

#[tokio::test]
async fn a_link_logs_in_once() {
    let desk = desk().await;
    let code = code(&desk, BUDI).await;
    let reply = by_link(&desk, &code).await;
    let session = reply.data();
    assert_eq!(session["agent_id"], json!(desk.person_by_telegram_id(BUDI).await.id));
    assert_eq!(
        (&session["role"], &session["is_agent"], &session["locale"]),
        (&json!("agent"), &json!(true), &json!("id"))
    );
    let token = session["token"].as_str().unwrap();
    Reply::of(desk.request("GET", "/api/queue/my-queue").bearer_auth(token)).await.data();
    by_link(&desk, &code).await.refused(401, "used_login");
}

#[tokio::test]
async fn of_two_uses_of_a_link_at_once_one_logs_in() {
    let desk = desk().await;
    let code = code(&desk, ADMIN).await;
    let (a, b) = tokio::join!(by_link(&desk, &code), by_link(&desk, &code));
    let mut statuses = [a.status, b.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 401]);
}

#[tokio::test]
async fn old_edited_and_foreign_links_are_refused() {
    let desk = desk().await;
    let old = code(&desk, BUDI).await;
    desk.clock.advance(TimeDelta::minutes(5));
    by_link(&desk, &old).await.refused(401, "expired_token");
    let fresh = code(&desk, BUDI).await;
    by_link(&desk, &fresh.replace('.', "x")).await.refused(401, "invalid_token");
    // An access token is no link, and a link is no access token.
    by_link(&desk, &desk.token(BUDI).await).await.refused(401, "invalid_token");
    let request = desk.request("GET", "/api/queue/my-queue").bearer_auth(&fresh);
    Reply::of(request).await.refused(401, "invalid_token");
    // The person has lost the role since.
    desk.say(ADMIN, "/removeagent Budi").await;
    desk.press(ADMIN, "✅ Cabut peran").await;
    by_link(&desk, &fresh).await.refused(403, "forbidden");
}

#[tokio::test]
async fn the_cookie_resumes_the_session_until_it_ends() {
    let desk = desk().await;
    let (cookie, attributes) = cookie(&by_link(&desk, &code(&desk, BUDI).await).await);
    assert!(
        attributes.contains("HttpOnly; SameSite=Strict") && attributes.contains("Path=/api/auth"),
        "{attributes}"
    );
    desk.clock.advance(TimeDelta::days(1));
    let token = resume(&desk, &cookie, None).await.data()["token"].as_str().unwrap().to_owned();
    Reply::of(desk.request("GET", "/api/queue/my-queue").bearer_auth(&token)).await.data();
    desk.clock.advance(TimeDelta::minutes(15));
    let request = desk.request("GET", "/api/queue/my-queue").bearer_auth(&token);
    Reply::of(request).await.refused(401, "expired_token");
    // The cookie is no access token.
    let value = cookie.split_once('=').unwrap().1;
    let request = desk.request("GET", "/api/queue/my-queue").bearer_auth(value);
    Reply::of(request).await.refused(401, "invalid_token");
    desk.say(BUDI, "/token revoke").await;
    resume(&desk, &cookie, None).await.refused(401, "session_over");
    Reply::of(desk.request("POST", "/api/auth/session")).await.refused(401, "no_session");
}

#[tokio::test]
async fn every_login_sets_the_cookie_and_a_log_out_deletes_it() {
    let desk = desk().await;
    let login = log_in(&desk, "telegram", &widget(TOKEN, BUDI, desk.now().timestamp())).await;
    resume(&desk, &cookie(&login).0, None).await.data();
    let out = Reply::of(desk.request("POST", "/api/auth/logout")).await;
    let (pair, attributes) = cookie(&out);
    assert_eq!(pair, "antri_session=");
    assert!(attributes.contains("Max-Age=0"), "{attributes}");
}

#[tokio::test]
async fn a_page_over_https_gets_a_secure_cookie() {
    let origins = vec![WEB_URL.to_owned()];
    let http = HttpConfig { web_url: Some(WEB_URL.to_owned()), cors_origins: origins, ..http() };
    let desk = Desk::with(Options { http, ..Options::default() }).await;
    desk.agent(BUDI, "Budi").await;
    let body = json!({"code": code(&desk, BUDI).await});
    let request = desk.request("POST", "/api/auth/link").header(ORIGIN, WEB_URL).json(&body);
    let (_, attributes) = cookie(&Reply::of(request).await);
    assert!(attributes.ends_with("; Secure"), "{attributes}");
}

#[tokio::test]
async fn a_page_of_another_origin_gets_no_session() {
    let desk = desk().await;
    let code = code(&desk, BUDI).await;
    let evil = "https://evil.example";
    let request = desk.request("POST", "/api/auth/link").header(ORIGIN, evil).json(&json!({"code": code}));
    Reply::of(request).await.refused(403, "foreign_origin");
    let (cookie, _) = cookie(&by_link(&desk, &code).await);
    for origin in [evil, "null", "https://desk.example.evil.example"] {
        resume(&desk, &cookie, Some(origin)).await.refused(403, "foreign_origin");
        let request = desk.request("POST", "/api/auth/logout").header(ORIGIN, origin);
        Reply::of(request).await.refused(403, "foreign_origin");
    }
    resume(&desk, &cookie, Some(&desk.url(""))).await.data();
}

#[tokio::test]
async fn the_page_runs_its_own_script_only_and_telegram_only_may_frame_it() {
    let desk = desk().await;
    let page = Reply::of(desk.request("GET", "/app/")).await;
    assert_eq!(page.status, 200);
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    let ancestors = policy.split("; ").find(|part| part.starts_with("frame-ancestors")).unwrap();
    let telegram = "https://web.telegram.org https://*.web.telegram.org";
    assert_eq!(ancestors.trim(), format!("frame-ancestors 'self' {telegram}"));
    assert_eq!(page.headers["x-content-type-options"], "nosniff");
    assert!(!page.text.contains("http://") && !page.text.contains("https://"), "{}", page.text);
    // Script and style have the hash of their content in the address, so browsers keep them.
    let mut packed_bytes = 0;
    for (name, kind) in [("app.js", "text/javascript"), ("app.css", "text/css")] {
        let address = page.text.split('"').find(|part| part.starts_with(name)).unwrap();
        assert_eq!(address.len(), name.len() + 1 + 16, "{address}");
        let request = desk.request("GET", &format!("/app/{address}"));
        let plain = Reply::of(request).await;
        assert!(plain.headers["content-type"].to_str().unwrap().starts_with(kind));
        assert!(plain.headers["cache-control"].to_str().unwrap().contains("immutable"));
        let request =
            desk.request("GET", &format!("/app/{address}")).header("accept-encoding", "br, gzip;q=0.8");
        let packed = Reply::of(request).await;
        assert_eq!(packed.headers["content-encoding"], "gzip");
        packed_bytes += packed.headers["content-length"].to_str().unwrap().parse::<usize>().unwrap();
    }
    assert!(packed_bytes <= MAX_FIRST_LOAD_BYTES, "{packed_bytes} bytes of script and style");
    assert_eq!(Reply::of(desk.request("GET", "/app")).await.text, page.text);
}

#[tokio::test]
async fn without_an_address_the_bot_says_what_is_missing() {
    let desk = crate::api::desk().await;
    desk.say(BUDI, "/web").await;
    assert!(desk.last(BUDI).text.contains("WEB_URL"), "{}", desk.last(BUDI).text);
}
