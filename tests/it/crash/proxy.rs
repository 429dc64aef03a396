//! The wire between the desk and MongoDB, which is cut at chosen requests: before the server has them, or after it has done
//! what they ask and before its reply has arrived.
use mongodb::bson::RawDocument;
use secrecy::SecretString;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::OwnedReadHalf;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::{CancellationToken, DropGuard};

/// The kind of message that the driver and the server talk in.
const OP_MSG: i32 = 2013;
/// Where the command begins in it: after the header, the flags and the section's kind.
const COMMAND: usize = 21;
/// Writes that need no transaction.
const WRITES: [&str; 4] = ["findAndModify", "insert", "update", "delete"];

/// Which of the two is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LostSide {
    Request,
    Reply,
}

/// Of so many requests of a kind these many, one right after the other: two of them are one more than what the driver mends by
/// itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cuts {
    pub(crate) of: usize,
    pub(crate) first: usize,
}

pub(crate) struct Proxy {
    port: u16,
    plan: Arc<Plan>,
    _over: DropGuard,
}

struct Plan {
    lost: LostSide,
    mended: AtomicBool,
    commits: Count,
    writes: Count,
}

struct Count {
    cuts: Cuts,
    seen: AtomicUsize,
    cut: AtomicUsize,
}

impl Count {
    fn new(cuts: Cuts) -> Self {
        Self { cuts, seen: AtomicUsize::new(0), cut: AtomicUsize::new(0) }
    }

    /// Whether this one is cut. The first round passes: a desk that has not begun is not what is tested.
    fn falls(&self) -> bool {
        let seen = self.seen.fetch_add(1, Ordering::SeqCst);
        let falls = seen >= self.cuts.of && seen % self.cuts.of < self.cuts.first;
        self.cut.fetch_add(usize::from(falls), Ordering::SeqCst);
        falls
    }
}

impl Proxy {
    /// A wire to the server at this port.
    pub(crate) async fn to(port: u16, lost: LostSide, commits: Cuts, writes: Cuts) -> Self {
        let plan = Arc::new(Plan {
            lost,
            mended: AtomicBool::new(false),
            commits: Count::new(commits),
            writes: Count::new(writes),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (here, over) = (listener.local_addr().unwrap().port(), CancellationToken::new());
        let carrying = {
            let plan = Arc::clone(&plan);
            async move {
                while let Ok((desk, _)) = listener.accept().await {
                    tokio::spawn(carry(desk, port, Arc::clone(&plan)));
                }
            }
        };
        tokio::spawn(over.clone().run_until_cancelled_owned(carrying));
        Self { port: here, plan, _over: over.drop_guard() }
    }

    /// Where the desk finds the server: directly, so that it does not go by what the server says of its own address.
    pub(crate) fn uri(&self) -> SecretString {
        format!("mongodb://127.0.0.1:{}/?directConnection=true", self.port).into()
    }

    /// From now on nothing is lost.
    pub(crate) fn restore(&self) {
        self.plan.mended.store(true, Ordering::SeqCst);
    }

    /// How many commits and how many other writes were cut.
    pub(crate) fn cut(&self) -> (usize, usize) {
        let count = |count: &Count| count.cut.load(Ordering::SeqCst);
        (count(&self.plan.commits), count(&self.plan.writes))
    }
}

impl Plan {
    fn falls(&self, message: &[u8]) -> bool {
        let Some((command, in_transaction)) = command(message) else { return false };
        if self.mended.load(Ordering::SeqCst) {
            return false;
        }
        match command {
            "commitTransaction" => self.commits.falls(),
            name if WRITES.contains(&name) && !in_transaction => self.writes.falls(),
            _ => false,
        }
    }
}

/// Carries what is said on one connection until it ends or is cut.
async fn carry(desk: TcpStream, port: u16, plan: Arc<Plan>) -> io::Result<()> {
    let server = TcpStream::connect(("127.0.0.1", port)).await?;
    for side in [&desk, &server] {
        side.set_nodelay(true)?;
    }
    let ((mut from_desk, mut to_desk), (mut from_server, mut to_server)) =
        (desk.into_split(), server.into_split());
    let doomed = AtomicI32::new(0);
    let up = async {
        loop {
            let message = read(&mut from_desk).await?;
            if plan.falls(&message) {
                if plan.lost == LostSide::Request {
                    return Ok(());
                }
                doomed.store(number(&message, 4), Ordering::SeqCst);
            }
            to_server.write_all(&message).await?;
        }
    };
    let down = async {
        loop {
            let message = read(&mut from_server).await?;
            if number(&message, 8) == doomed.load(Ordering::SeqCst) {
                return Ok(());
            }
            to_desk.write_all(&message).await?;
        }
    };
    tokio::select! { ended = up => ended, ended = down => ended }
}

/// One whole message.
async fn read(from: &mut OwnedReadHalf) -> io::Result<Vec<u8>> {
    let mut length = [0; 4];
    from.read_exact(&mut length).await?;
    let mut message = length.to_vec();
    message.resize(usize::try_from(i32::from_le_bytes(length)).unwrap(), 0);
    from.read_exact(&mut message[4..]).await?;
    Ok(message)
}

/// The name of the command in a message, and whether it belongs to a transaction.
fn command(message: &[u8]) -> Option<(&str, bool)> {
    if number(message, 12) != OP_MSG {
        return None;
    }
    let length = usize::try_from(number(message, COMMAND)).ok()?;
    let command = RawDocument::from_bytes(message.get(COMMAND..COMMAND + length)?).ok()?;
    let (name, _) = command.iter().next()?.ok()?;
    let in_transaction = command.get("autocommit").ok()?.is_some();
    Some((name, in_transaction))
}

fn number(message: &[u8], at: usize) -> i32 {
    i32::from_le_bytes(message[at..at + 4].try_into().unwrap())
}
