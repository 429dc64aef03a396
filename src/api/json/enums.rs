//! The words of the API: what the desk's enumerations are called in JSON.
use crate::domain::person::{Availability, Role};
use crate::domain::policy;
use crate::domain::ticket;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An enumeration of the API with the domain's that it stands for. A word is a `tt`: what a macro passes on as a `literal` is
/// wrapped, and no longer one to the derive of the schema.
macro_rules! words {
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

words! {
    /// How available an agent is.
    Status = Availability {
        /// Gets tickets.
        Online = "online",
        /// There, gets nothing new.
        Busy = "busy",
        /// Not at the desk, gets nothing new.
        Away = "away",
        /// Not working.
        Offline = "offline",
    }
}

words! {
    /// What somebody may do.
    RoleWord = Role {
        /// Opens tickets.
        Customer = "customer",
        /// Works on tickets.
        Agent = "agent",
        /// Runs the desk.
        Admin = "admin",
    }
}

words! {
    /// How urgent a ticket is.
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

words! {
    /// Where a ticket stands.
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

words! {
    /// Who gets the next ticket.
    Strategy = policy::Strategy {
        /// Whose last turn is longest ago.
        RoundRobin = "round_robin",
        /// Anybody.
        Random = "random",
        /// Who has the smallest share of their slots taken.
        LeastLoaded = "least_loaded",
    }
}

words! {
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

words! {
    /// Who moves tickets.
    Mode = policy::Mode {
        /// Agents pick up.
        Manual = "manual",
        /// Agents who opted in get tickets, the others pick up.
        Dual = "dual",
        /// The engine assigns.
        Auto = "auto",
    }
}
