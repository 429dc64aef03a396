//! Enums of the API: the JSON names of the domain's enums.
use crate::domain::person::{Availability, Role};
use crate::domain::policy;
use crate::domain::ticket;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Defines an enum of the API with conversions from and to the domain's enum. `$word` is a `tt`, because the
/// derive of the schema does not accept a literal that a macro matched as `literal`.
macro_rules! api_enum {
    ($(#[$doc:meta])* $name:ident = $domain:ty { $($(#[$note:meta])* $variant:ident = $word:tt),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        pub(in crate::api) enum $name {
            $($(#[$note])* #[serde(rename = $word)] $variant),*
        }

        impl From<$domain> for $name {
            fn from(value: $domain) -> Self {
                match value { $(<$domain>::$variant => Self::$variant),* }
            }
        }

        impl From<$name> for $domain {
            fn from(value: $name) -> Self {
                match value { $($name::$variant => Self::$variant),* }
            }
        }
    };
}

api_enum! {
    /// The availability of an agent.
    Status = Availability {
        /// Gets new tickets.
        Online = "online",
        /// Present, gets no new tickets.
        Busy = "busy",
        /// Away from the desk, gets no new tickets.
        Away = "away",
        /// Not working.
        Offline = "offline",
    }
}

api_enum! {
    /// The role of a person.
    RoleWord = Role {
        /// Opens tickets.
        Customer = "customer",
        /// Works on tickets.
        Agent = "agent",
        /// Runs the desk.
        Admin = "admin",
    }
}

api_enum! {
    /// The priority of a ticket.
    Priority = ticket::Priority {
        /// Before everything else.
        Urgent = "urgent",
        /// Before normal.
        High = "high",
        /// The usual.
        Normal = "normal",
        /// When there is nothing else.
        Low = "low",
    }
}

api_enum! {
    /// The status of a ticket.
    TicketStatus = ticket::Status {
        /// Waits for an agent.
        Queued = "queued",
        /// Held, not opened.
        Assigned = "assigned",
        /// Held and opened.
        InProgress = "in_progress",
        /// Held, on hold.
        Pending = "pending",
        /// Done.
        Completed = "completed",
        /// Withdrawn.
        Cancelled = "cancelled",
    }
}

api_enum! {
    /// The assignment strategy: which agent gets the next ticket.
    Strategy = policy::Strategy {
        /// The agent whose last assignment is longest ago.
        RoundRobin = "round_robin",
        /// A random agent.
        Random = "random",
        /// The agent with the smallest share of slots taken.
        LeastLoaded = "least_loaded",
    }
}

api_enum! {
    /// What happens to the tickets of an agent who goes offline.
    OfflineBehaviour = policy::OfflineBehaviour {
        /// They stay with the agent.
        Keep = "keep",
        /// Those not opened go back to the queue.
        ReassignWaiting = "reassign_waiting",
        /// All go back to the queue.
        ReassignAll = "reassign_all",
    }
}

api_enum! {
    /// What customers see of an agent.
    AgentNaming = policy::AgentNaming {
        /// The name that the agent chose, or "Agent" with a number.
        Alias = "alias",
        /// The agent's name.
        Name = "name",
        /// Nothing.
        Hidden = "hidden",
    }
}

api_enum! {
    /// The assignment mode: whether agents pick up tickets or the engine assigns them.
    Mode = policy::Mode {
        /// Agents pick up.
        Manual = "manual",
        /// Agents who opted in get tickets, the others pick up.
        Dual = "dual",
        /// The engine assigns.
        Auto = "auto",
    }
}
