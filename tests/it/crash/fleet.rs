//! Several desks as processes of their own on one MongoDB and one Redis, behind a balancer; again and again one of them is
//! killed and started anew.
use super::actors::Actors;
use super::balancer::Balancer;
use super::environment::Environment;
use super::load::Load;
use super::oracle::check;
use super::process::DeskProcess;
use crate::support::redis::RedisServer;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use std::net::TcpListener;

/// For every so many tickets one of the processes dies.
const TICKETS_PER_DEATH: usize = 60;

struct Fleet<'a> {
    environment: &'a Environment,
    redis: &'a RedisServer,
    balancer: &'a Balancer,
    ports: Vec<u16>,
    lives: Vec<DeskProcess>,
}

impl<'a> Fleet<'a> {
    fn start(
        environment: &'a Environment,
        redis: &'a RedisServer,
        balancer: &'a Balancer,
        ports: Vec<u16>,
    ) -> Self {
        let mut fleet = Self { environment, redis, balancer, ports, lives: Vec::new() };
        fleet.lives = (0..fleet.ports.len()).map(|n| fleet.life(n)).collect();
        fleet
    }

    fn life(&self, n: usize) -> DeskProcess {
        let (addr, redis) = (format!("127.0.0.1:{}", self.ports[n]), self.redis.url());
        let env = [
            ("HTTP_ADDR", addr.as_str()),
            ("REDIS_URL", redis.as_str()),
            ("WEBHOOK_URL", self.balancer.url.as_str()),
            ("WEBHOOK_SECRET", "a-secret-of-all-replicas"),
            ("RUST_LOG", "antri=info"),
        ];
        DeskProcess::with(self.environment, None, &env)
    }

    /// Kills one at a seeded moment, measured in what happens in the chats, and starts it anew; and so on.
    async fn suffer(&mut self, chance: &mut ChaCha20Rng, deaths: usize, span: std::ops::Range<usize>) {
        let mut changes = self.environment.sandbox.changes();
        for _ in 0..deaths {
            for _ in 0..chance.random_range(span.clone()) {
                changes.changed().await.unwrap();
            }
            let n = chance.random_range(0..self.lives.len());
            self.lives.remove(n).kill().await;
            let life = self.life(n);
            self.lives.insert(n, life);
        }
        std::future::pending::<()>().await;
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// How many tickets are opened, unless the environment asks for more.
const TICKETS: usize = 600;
/// How many of them each customer opens: as many as one may have open at once.
const EACH: usize = 5;
/// The environment's wish.
const WISH: &str = "ANTRI_TEST_FLEET_TICKETS";

async fn run(seed: u64, replicas: usize) {
    let wish = std::env::var(WISH).map_or(TICKETS, |wish| wish.parse().expect(WISH));
    let (customers, tickets) = (wish.div_ceil(EACH), EACH);
    println!("seed {seed}: {replicas} replicas, {} tickets", customers * tickets);
    let deaths = wish.div_ceil(TICKETS_PER_DEATH);
    let place = format!("seed {seed}");
    let mut chance = ChaCha20Rng::seed_from_u64(seed);
    let environment = Environment::of(Actors::many(customers, tickets)).await;
    let redis = RedisServer::start();
    let ports: Vec<u16> = (0..replicas).map(|_| free_port()).collect();
    let balancer = Balancer::in_front_of(ports.clone()).await;
    let mut fleet = Fleet::start(&environment, &redis, &balancer, ports);
    let told = tokio::select! {
        told = Load::of(&environment).live() => told,
        () = fleet.suffer(&mut chance, deaths, 100..500) => unreachable!("it goes on for ever"),
    };
    environment.quiet().await;
    for life in fleet.lives {
        life.stop().await;
    }
    println!("{place}: each took {:?}", balancer.taken());
    assert!(balancer.taken().iter().all(|taken| *taken > 0), "{place}: somebody took nothing");
    check(&environment, &told, deaths, &place).await;
}

/// Each with a seed of its own: `ANTRI_TEST_FLEET_TICKETS` asks for more tickets than the usual number, in all of them.
macro_rules! fleets {
    ($($test:ident: $seed:literal, $replicas:literal;)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                run($seed, $replicas).await;
            }
        )*
    };
}

fleets! {
    two_of_them: 1, 2;
    two_more_of_them: 2, 2;
    two_others: 3, 2;
    four_of_them: 4, 4;
    four_others: 5, 4;
}
