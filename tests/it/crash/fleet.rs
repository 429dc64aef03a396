//! A fleet of replicas as processes on one MongoDB and one Redis, behind a load balancer. Replicas are killed
//! and restarted at random moments.
use super::actors::Actors;
use super::balancer::Balancer;
use super::environment::Environment;
use super::load::Load;
use super::oracle::check;
use super::process::DeskProcess;
use crate::support::port::free_port;
use crate::support::redis::RedisServer;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;

/// The number of tickets for each kill.
const TICKETS_PER_KILL: usize = 60;

/// The replicas as processes.
struct Fleet<'a> {
    environment: &'a Environment,
    redis: &'a RedisServer,
    balancer: &'a Balancer,
    ports: Vec<u16>,
    processes: Vec<DeskProcess>,
}

impl<'a> Fleet<'a> {
    fn start(
        environment: &'a Environment,
        redis: &'a RedisServer,
        balancer: &'a Balancer,
        ports: Vec<u16>,
    ) -> Self {
        let mut fleet = Self { environment, redis, balancer, ports, processes: Vec::new() };
        fleet.processes = (0..fleet.ports.len()).map(|index| fleet.start_process(index)).collect();
        fleet
    }

    fn start_process(&self, index: usize) -> DeskProcess {
        let (addr, redis) = (format!("127.0.0.1:{}", self.ports[index]), self.redis.url());
        let env = [
            ("HTTP_ADDR", addr.as_str()),
            ("REDIS_URL", redis.as_str()),
            ("WEBHOOK_URL", self.balancer.url.as_str()),
            ("WEBHOOK_SECRET", "a-secret-of-all-replicas"),
            ("RUST_LOG", "antri=info"),
        ];
        DeskProcess::with(self.environment, None, &env)
    }

    /// Kills and restarts a random replica again and again, at seeded moments that are counted in changes of
    /// the chats.
    async fn kill_repeatedly(
        &mut self,
        rng: &mut ChaCha20Rng,
        kills: usize,
        changes_per_kill: std::ops::Range<usize>,
    ) {
        let mut changes = self.environment.sandbox.changes();
        for _ in 0..kills {
            for _ in 0..rng.random_range(changes_per_kill.clone()) {
                changes.changed().await.unwrap();
            }
            let index = rng.random_range(0..self.processes.len());
            self.processes.remove(index).kill_without_repeats(self.environment).await;
            let process = self.start_process(index);
            self.processes.insert(index, process);
        }
        std::future::pending::<()>().await;
    }
}

/// The number of tickets, unless `TICKETS_VARIABLE` is set: two kills for each fleet. The long run has 600.
const TICKETS: usize = 120;
/// The number of tickets of each customer: as many as one may have open at once.
const TICKETS_PER_CUSTOMER: usize = 5;
/// The environment variable with another number of tickets.
const TICKETS_VARIABLE: &str = "ANTRI_TEST_FLEET_TICKETS";

async fn run(seed: u64, replicas: usize) {
    let total =
        std::env::var(TICKETS_VARIABLE).map_or(TICKETS, |total| total.parse().expect(TICKETS_VARIABLE));
    let (customers, tickets) = (total.div_ceil(TICKETS_PER_CUSTOMER), TICKETS_PER_CUSTOMER);
    println!("seed {seed}: {replicas} replicas, {} tickets", customers * tickets);
    let kills = total.div_ceil(TICKETS_PER_KILL);
    let label = format!("seed {seed}");
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let environment = Environment::with_actors(Actors::many(customers, tickets)).await;
    let redis = RedisServer::start();
    let ports: Vec<u16> = (0..replicas).map(|_| free_port()).collect();
    let balancer = Balancer::start(ports.clone()).await;
    let mut fleet = Fleet::start(&environment, &redis, &balancer, ports);
    let outcome = tokio::select! {
        outcome = Load::for_environment(&environment).run() => outcome,
        () = fleet.kill_repeatedly(&mut rng, kills, 100..500) => unreachable!("the kills never end"),
    };
    environment.settle().await;
    for process in fleet.processes {
        process.stop().await;
    }
    println!("{label}: accepted updates of each replica: {:?}", balancer.accepted_counts());
    assert!(
        balancer.accepted_counts().iter().all(|count| *count > 0),
        "{label}: a replica accepted no update"
    );
    check(&environment, &outcome, kills, &label).await;
}

/// Tests with a seed of their own. `ANTRI_TEST_FLEET_TICKETS` sets the number of tickets of each.
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
    two_replicas_with_seed_1: 1, 2;
    two_replicas_with_seed_2: 2, 2;
    two_replicas_with_seed_3: 3, 2;
    four_replicas_with_seed_4: 4, 4;
    four_replicas_with_seed_5: 5, 4;
}
