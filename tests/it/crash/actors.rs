//! Who lives in a environment: agents who can't carry much, and customers.

/// The two departments; the first customer writes to the first, the second to the second, and so on.
pub(crate) const DEPARTMENTS: [&str; 2] = ["Jaringan", "Tagihan"];

/// An agent: Telegram id, name, which departments.
pub(crate) struct Agent {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) serves: Vec<usize>,
}

/// A customer: Telegram id, name.
pub(crate) struct Customer {
    pub(crate) id: i64,
    pub(crate) name: String,
}

pub(crate) struct Actors {
    pub(crate) agents: Vec<Agent>,
    pub(crate) customers: Vec<Customer>,
    /// How many tickets an agent can hold.
    pub(crate) capacity: u16,
    /// How many tickets each customer opens.
    pub(crate) tickets: usize,
}

impl Actors {
    /// Everybody knows everybody.
    pub(crate) fn small() -> Self {
        let agents = [(201, "Budi", vec![0]), (202, "Citra", vec![0, 1]), (203, "Eko", vec![1])];
        let agents = agents.into_iter().chain([(204, "Fitri", vec![0, 1])]);
        let customers = ["Sari", "Tono", "Umar", "Vina", "Wati", "Yudi"];
        Self {
            agents: agents.map(|(id, name, serves)| Agent { id, name: name.into(), serves }).collect(),
            customers: (101..).zip(customers).map(|(id, name)| Customer { id, name: name.into() }).collect(),
            capacity: 2,
            tickets: 2,
        }
    }

    /// So many customers that nobody could say who is next, and agents for them: what one can do is limited by how much
    /// Telegram lets into a chat.
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
        }
    }
}
