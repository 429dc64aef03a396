//! A proxy between the desk and MongoDB that cuts the connection at chosen requests: before the server
//! receives them, or after it has executed them and before the reply arrives.
use mongodb::bson::RawDocument;
use secrecy::SecretString;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::OwnedReadHalf;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::{CancellationToken, DropGuard};

/// The opcode of the messages of the driver and the server.
const OP_MSG: i32 = 2013;
/// The offset of the command in a message: after the header, the flags and the section kind.
const COMMAND_OFFSET: usize = 21;
/// Write commands outside of transactions.
const WRITE_COMMANDS: [&str; 4] = ["findAndModify", "insert", "update", "delete"];

/// The side of an exchange that is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LostSide {
    Request,
    Reply,
}

/// Cuts the `first` of every `of` requests of a kind, one right after the other. Two are one more than the
/// driver retries by itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cuts {
    pub(crate) of: usize,
    pub(crate) first: usize,
}

/// A running proxy. It ends when it is dropped.
pub(crate) struct Proxy {
    port: u16,
    plan: Arc<CutPlan>,
    _stop: DropGuard,
}

struct CutPlan {
    lost: LostSide,
    restored: AtomicBool,
    commits: CutCounter,
    writes: CutCounter,
}

struct CutCounter {
    cuts: Cuts,
    seen: AtomicUsize,
    cut: AtomicUsize,
}

impl CutCounter {
    fn new(cuts: Cuts) -> Self {
        Self { cuts, seen: AtomicUsize::new(0), cut: AtomicUsize::new(0) }
    }

    /// Returns true if this request is cut. The first round passes: a desk that cannot start is not under
    /// test.
    fn cuts_next(&self) -> bool {
        let seen = self.seen.fetch_add(1, Ordering::SeqCst);
        let cut = seen >= self.cuts.of && seen % self.cuts.of < self.cuts.first;
        self.cut.fetch_add(usize::from(cut), Ordering::SeqCst);
        cut
    }
}

impl Proxy {
    /// Starts a proxy for the server at this port.
    pub(crate) async fn to(port: u16, lost: LostSide, commits: Cuts, writes: Cuts) -> Self {
        let plan = Arc::new(CutPlan {
            lost,
            restored: AtomicBool::new(false),
            commits: CutCounter::new(commits),
            writes: CutCounter::new(writes),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (local_port, stop) = (listener.local_addr().unwrap().port(), CancellationToken::new());
        let accepting = {
            let plan = Arc::clone(&plan);
            async move {
                while let Ok((desk, _)) = listener.accept().await {
                    tokio::spawn(relay(desk, port, Arc::clone(&plan)));
                }
            }
        };
        tokio::spawn(stop.clone().run_until_cancelled_owned(accepting));
        Self { port: local_port, plan, _stop: stop.drop_guard() }
    }

    /// Returns the address for the desk. It connects directly, so it ignores the address that the server
    /// reports.
    pub(crate) fn uri(&self) -> SecretString {
        format!("mongodb://127.0.0.1:{}/?directConnection=true", self.port).into()
    }

    /// Stops cutting.
    pub(crate) fn restore(&self) {
        self.plan.restored.store(true, Ordering::SeqCst);
    }

    /// Returns the number of commits and of other writes that were cut.
    pub(crate) fn cut_counts(&self) -> (usize, usize) {
        let count = |counter: &CutCounter| counter.cut.load(Ordering::SeqCst);
        (count(&self.plan.commits), count(&self.plan.writes))
    }
}

impl CutPlan {
    fn cuts(&self, message: &[u8]) -> bool {
        let Some((command, in_transaction)) = command(message) else { return false };
        if self.restored.load(Ordering::SeqCst) {
            return false;
        }
        match command {
            "commitTransaction" => self.commits.cuts_next(),
            name if WRITE_COMMANDS.contains(&name) && !in_transaction => self.writes.cuts_next(),
            _ => false,
        }
    }
}

/// Relays one connection until it ends or is cut.
async fn relay(desk: TcpStream, port: u16, plan: Arc<CutPlan>) -> io::Result<()> {
    let server = TcpStream::connect(("127.0.0.1", port)).await?;
    for side in [&desk, &server] {
        side.set_nodelay(true)?;
    }
    let ((mut from_desk, mut to_desk), (mut from_server, mut to_server)) =
        (desk.into_split(), server.into_split());
    let lost_reply = AtomicI32::new(0);
    let requests = async {
        loop {
            let message = read_message(&mut from_desk).await?;
            if plan.cuts(&message) {
                if plan.lost == LostSide::Request {
                    return Ok(());
                }
                lost_reply.store(read_i32(&message, 4), Ordering::SeqCst);
            }
            to_server.write_all(&message).await?;
        }
    };
    let replies = async {
        loop {
            let message = read_message(&mut from_server).await?;
            if read_i32(&message, 8) == lost_reply.load(Ordering::SeqCst) {
                return Ok(());
            }
            to_desk.write_all(&message).await?;
        }
    };
    tokio::select! { result = requests => result, result = replies => result }
}

/// Reads one whole message.
async fn read_message(from: &mut OwnedReadHalf) -> io::Result<Vec<u8>> {
    let mut length = [0; 4];
    from.read_exact(&mut length).await?;
    let mut message = length.to_vec();
    message.resize(usize::try_from(i32::from_le_bytes(length)).unwrap(), 0);
    from.read_exact(&mut message[4..]).await?;
    Ok(message)
}

/// Returns the name of the command in a message, and whether it belongs to a transaction.
fn command(message: &[u8]) -> Option<(&str, bool)> {
    if read_i32(message, 12) != OP_MSG {
        return None;
    }
    let length = usize::try_from(read_i32(message, COMMAND_OFFSET)).ok()?;
    let command = RawDocument::from_bytes(message.get(COMMAND_OFFSET..COMMAND_OFFSET + length)?).ok()?;
    let (name, _) = command.iter().next()?.ok()?;
    let in_transaction = command.get("autocommit").ok()?.is_some();
    Some((name, in_transaction))
}

fn read_i32(message: &[u8], at: usize) -> i32 {
    i32::from_le_bytes(message[at..at + 4].try_into().unwrap())
}
