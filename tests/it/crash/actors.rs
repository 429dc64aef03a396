//! Actors of a crash test: agents with a small capacity, and customers.
use std::time::Duration;

/// The two departments. Customers write to them in alternation.
pub(crate) const DEPARTMENTS: [&str; 2] = ["Jaringan", "Tagihan"];

/// An agent: Telegram id, name and the indexes of their departments.
pub(crate) struct Agent {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) serves: Vec<usize>,
}

/// A customer: Telegram id and name.
pub(crate) struct Customer {
    pub(crate) id: i64,
    pub(crate) name: String,
}

/// The people of an environment, and how much they do.
pub(crate) struct Actors {
    pub(crate) agents: Vec<Agent>,
    pub(crate) customers: Vec<Customer>,
    /// The most tickets that an agent can hold.
    pub(crate) capacity: u16,
    /// The number of tickets that each customer opens.
    pub(crate) tickets: usize,
    /// The setting of the same name.
    pub(crate) no_answer_time: Duration,
}

impl Actors {
    /// Returns four agents with overlapping departments, and six customers.
    pub(crate) fn small() -> Self {
        let agents = [(201, "Budi", vec![0]), (202, "Citra", vec![0, 1]), (203, "Eko", vec![1])];
        let agents = agents.into_iter().chain([(204, "Fitri", vec![0, 1])]);
        let customers = ["Sari", "Tono", "Umar", "Vina", "Wati", "Yudi"];
        Self {
            agents: agents.map(|(id, name, serves)| Agent { id, name: name.into(), serves }).collect(),
            customers: (101..).zip(customers).map(|(id, name)| Customer { id, name: name.into() }).collect(),
            capacity: 2,
            tickets: 2,
            no_answer_time: Duration::ZERO,
        }
    }

    /// Returns this many customers, who open this many tickets each, and enough agents for them. The rate
    /// limit of a chat bounds the work of an agent.
    pub(crate) fn many(customers: usize, tickets: usize) -> Self {
        let agents = i64::try_from((customers * tickets).div_ceil(25).max(12)).unwrap();
        let agents = (0..agents).map(|n: i64| Agent {
            id: 201 + n,
            name: format!("Agen {n}"),
            serves: [vec![0], vec![1], vec![0, 1]][usize::try_from(n % 3).unwrap()].clone(),
        });
        Self {
            agents: agents.collect(),
            customers: (1_001..)
                .take(customers)
                .map(|id| Customer { id, name: format!("Warga {id}") })
                .collect(),
            capacity: 5,
            tickets,
            no_answer_time: Duration::ZERO,
        }
    }
}
