//! What every store must do: the sentences of the port as cases over `&dyn Store`, run against each back end.
//!
//! A back end joins with a [`Backend`] and one line of `store_contract!`.
mod cards;
mod concurrency;
mod embedded;
mod fixture;
mod guards;
mod immediate_assignment;
mod inbox;
mod leases;
mod mongo;
mod mongo_at_hand;
mod mongo_known;
mod mongo_layouts;
mod outbox;
mod outbox_faults;
mod people;
mod property;
mod queue;
mod reference_data;
mod reopen;
mod tickets;

use antri::engine::ports::Store;
use async_trait::async_trait;
use std::sync::Arc;

/// A back end under test.
#[async_trait]
pub(crate) trait Backend: Sized + Send + Sync {
    /// An empty store.
    async fn fresh() -> Self;
    /// The store.
    fn store(&self) -> Arc<dyn Store>;
    /// The same data behind a new store, as after a restart.
    async fn reopen(self) -> Self;
}

macro_rules! store_contract {
    ($name:ident, $backend:ty) => {
        store_contract! { @cases $name, $backend,
            tickets: opening_numbers_the_arrivals_and_keeps_every_field,
            tickets: keys_and_numbers_are_unique_for_ever,
            tickets: a_customer_has_no_more_open_tickets_than_they_may,
            tickets: each_change_of_a_batch_stands_by_itself,
            tickets: a_refused_change_leaves_no_trace,
            tickets: a_ticket_is_written_only_over_the_version_that_was_read,
            tickets: every_state_comes_back_as_it_was_written,
            tickets: an_ended_ticket_stays_ended,
            tickets: a_slot_holds_one_ticket_and_is_free_again_afterwards,
            tickets: tickets_are_found_by_their_last_characters,
            tickets: a_customer_sees_open_tickets_first,
            tickets: an_agents_queue_is_in_order_of_assignment,
            tickets: the_record_of_a_ticket_is_kept_in_order,
            tickets: totals_count_what_an_agent_got_and_completed,
            guards: the_engine_gives_only_to_whom_it_may,
            guards: a_turn_is_spent_with_the_assignment_only,
            guards: by_hand_only_the_capacity_counts,
            guards: anyway_needs_an_agent_and_nothing_else,
            guards: a_lowered_capacity_takes_nothing_away,
            guards: a_slot_changes_hands_within_one_commit,
            guards: a_new_ticket_takes_a_slot_that_falls_free_in_its_commit,
            immediate_assignment: a_new_ticket_may_go_to_an_agent_at_once,
            immediate_assignment: a_new_ticket_overtakes_nobody,
            guards: a_refused_one_is_not_overtaken_by_what_follows_in_its_commit,
            guards: what_has_come_before_a_batch_is_not_overtaken_by_it,
            immediate_assignment: who_waits_behind_or_elsewhere_is_not_overtaken,
            immediate_assignment: at_once_goes_only_to_whom_the_engine_may_give,
            concurrency: one_of_many_gets_the_ticket,
            concurrency: one_of_many_gets_the_slot,
            concurrency: one_of_many_opens_the_ticket_of_a_key,
            concurrency: one_of_many_claims_a_delivery,
            queue: priority_comes_before_arrival,
            queue: a_ticket_that_returns_keeps_its_place,
            queue: the_engine_sees_only_what_it_may_assign,
            queue: a_page_runs_over_departments,
            queue: who_waits_longest_is_known_at_each_priority,
            queue: depths_follow_every_move,
            queue: positions_count_from_one_in_the_order_of_the_queue,
            queue: a_new_ticket_comes_behind_all_that_wait_at_its_priority,
            people: people_are_found_by_each_of_their_names,
            people: a_telegram_id_belongs_to_one_person,
            people: a_person_is_written_only_over_the_version_that_was_read,
            people: agents_come_in_the_order_in_which_they_joined,
            people: turns_and_activity_are_not_written_with_the_person,
            people: a_sign_of_life_never_moves_back,
            people: those_met_last_come_first,
            reference_data: departments_have_one_name_each_regardless_of_case,
            reference_data: a_department_is_as_it_was_written_last,
            reference_data: settings_begin_with_the_defaults,
            reference_data: incidents_are_written_over_what_was_read,
            reference_data: an_invitation_is_used_once,
            reference_data: a_person_has_one_draft,
            inbox: an_update_is_taken_in_once,
            inbox: an_update_is_handled_once_with_its_answers,
            inbox: failures_are_counted_until_it_is_put_aside,
            inbox: handled_updates_are_forgotten_in_time,
            leases: a_lease_is_taken_only_from_who_has_not_kept_it,
            leases: a_lease_given_back_is_free_at_once,
            leases: one_of_many_gets_a_lease,
            outbox: a_chat_gets_its_messages_one_by_one_in_order,
            outbox: a_long_queue_keeps_its_order,
            outbox: a_long_queue_moves_as_a_whole,
            outbox: many_chats_are_served_at_once_oldest_first,
            outbox: what_comes_while_many_wait_is_sent_once,
            outbox: what_is_added_in_great_number_may_go_at_once,
            outbox: messages_go_before_refreshes,
            outbox: refreshes_that_wait_are_one,
            outbox: notices_of_a_change_go_out_in_order,
            cards: live_cards_are_one_per_slot,
            cards: only_queues_are_listed_as_changing_by_themselves,
            cards: cards_of_ended_tickets_are_forgotten_in_time,
            cards: a_draft_takes_its_card_along,
            outbox_faults: a_postponed_delivery_holds_its_chat_until_then,
            outbox_faults: a_refresh_that_comes_back_is_still_one,
            outbox_faults: a_given_up_delivery_makes_way,
            outbox_faults: a_chat_that_moves_takes_everything_along,
            outbox_faults: a_chat_that_moves_into_a_busy_one_waits_there,
            outbox_faults: what_an_ended_process_claimed_is_given_back,
            outbox_faults: what_is_settled_is_settled,
        }
    };
    (@cases $name:ident, $backend:ty, $($module:ident: $case:ident,)*) => {
        mod $name {
            use super::*;
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    let backend = <$backend as Backend>::fresh().await;
                    super::$module::$case(backend.store()).await;
                }
            )*

            #[tokio::test]
            async fn a_restart_keeps_everything() {
                reopen::a_restart_keeps_everything::<$backend>().await;
            }

            #[test]
            fn no_sequence_of_changes_breaks_the_invariants() {
                property::no_sequence_of_changes_breaks_the_invariants::<$backend>();
            }
        }
    };
}

store_contract!(sqlite, embedded::Embedded);
store_contract!(mongodb, mongo::Served);
