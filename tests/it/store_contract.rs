//! The store contract: the requirements of the port as cases over `&dyn Store`, run against each back end.
//!
//! A back end joins with an implementation of [`Backend`] and one line of `store_contract!`.
mod cards;
mod clock_jumps;
mod concurrency;
mod embedded;
mod fixture;
mod guards;
mod immediate_assignment;
mod inbox;
mod leases;
mod mongo;
mod outbox;
mod people;
mod property;
mod queue;
mod records {
    pub(crate) mod erasure;
    pub(crate) mod messages;
    pub(crate) mod responses;
    pub(crate) mod search;
    pub(crate) mod snooze;
}
mod reference_data;
mod reopen;
mod reopening;
mod statistics;
mod tickets;

use antri::engine::ports::Store;
use async_trait::async_trait;
use records::{erasure, messages, responses, search, snooze};
use std::sync::Arc;
use tickets::listings;

/// A back end under test.
#[async_trait]
pub(crate) trait Backend: Sized + Send + Sync {
    /// Returns an empty store.
    async fn fresh() -> Self;
    /// Returns the store.
    fn store(&self) -> Arc<dyn Store>;
    /// Returns a new store on the same data, as after a restart.
    async fn reopen(self) -> Self;
}

macro_rules! store_contract {
    ($name:ident, $backend:ty) => {
        store_contract! { @cases $name, $backend,
            tickets: opening_assigns_increasing_arrivals_and_keeps_every_field,
            tickets: a_content_write_changes_the_description_only,
            tickets: idempotency_keys_and_numbers_stay_unique_after_the_end,
            tickets: the_open_tickets_of_a_customer_are_limited,
            tickets: a_rejected_change_does_not_affect_the_rest_of_its_batch,
            tickets: a_rejected_change_writes_nothing,
            tickets: a_ticket_write_with_a_stale_version_conflicts,
            tickets: every_ticket_state_is_read_back_as_written,
            tickets: an_ended_ticket_cannot_be_queued_again,
            tickets: former_holders_are_kept_through_the_states_that_follow,
            tickets: a_relocated_ticket_leaves_one_queue_and_joins_the_other,
            tickets: a_slot_holds_one_ticket_until_it_is_completed_or_released,
            listings: open_tickets_are_found_by_the_suffix_of_their_number,
            listings: ended_tickets_are_found_by_the_suffix_of_their_number,
            listings: the_tickets_of_a_customer_list_open_ones_first,
            listings: held_tickets_are_listed_in_order_of_assignment,
            listings: the_history_of_a_ticket_lists_audit_events_in_commit_order,
            tickets: assignment_counts_cover_received_and_completed_tickets,
            reopening: a_completed_ticket_is_reopened_into_the_queue_at_its_old_place,
            reopening: a_completed_ticket_is_reopened_to_an_agent_within_their_capacity,
            reopening: only_a_completed_ticket_is_reopened,
            reopening: an_undone_cancellation_restores_the_old_place_in_the_queue,
            reopening: a_rating_is_written_over_a_completed_ticket,
            reopening: the_first_answer_is_kept_through_the_states_that_follow,
            reopening: the_live_cards_of_a_reopened_ticket_are_kept,
            guards: the_eligible_guard_rejects_agents_who_are_not_eligible,
            guards: last_assigned_moves_only_with_a_committed_engine_assignment,
            guards: the_capacity_guard_checks_only_the_capacity,
            guards: the_override_guard_requires_only_an_agent,
            guards: a_lowered_capacity_keeps_held_tickets,
            guards: a_slot_released_by_a_change_is_free_for_the_next_of_its_commit,
            guards: a_new_ticket_can_take_a_slot_released_in_its_commit,
            immediate_assignment: a_new_ticket_can_be_assigned_in_its_opening_commit,
            immediate_assignment: an_immediate_assignment_does_not_overtake_a_waiting_ticket,
            guards: a_rejected_assignment_is_not_overtaken_within_its_commit,
            guards: a_batch_with_a_stale_queue_head_overtakes_no_ticket,
            concurrency: a_queue_head_counts_what_was_written_before_it,
            concurrency: concurrent_commands_agree_on_the_queue_head,
            immediate_assignment: an_immediate_assignment_ignores_tickets_that_do_not_come_first,
            immediate_assignment: an_immediate_assignment_requires_an_eligible_agent_with_a_free_slot,
            concurrency: concurrent_assignments_of_one_ticket_have_one_winner,
            concurrency: concurrent_assignments_to_one_slot_have_one_winner,
            concurrency: concurrent_openings_with_one_key_open_one_ticket,
            concurrency: concurrent_claims_take_each_chat_once,
            queue: the_queue_is_ordered_by_priority_then_arrival,
            queue: a_released_ticket_returns_to_its_queue_position,
            queue: the_queue_head_of_the_engine_holds_only_auto_tickets,
            queue: a_queue_page_spans_departments,
            queue: the_oldest_waiting_time_is_tracked_per_priority,
            queue: queue_depths_follow_every_ticket_write,
            queue: positions_start_at_one_in_queue_order,
            queue: the_opening_context_counts_the_tickets_ahead,
            people: people_are_found_by_id_telegram_id_and_username,
            people: former_usernames_are_found_at_other_people,
            people: telegram_ids_are_unique,
            people: aliases_of_agents_are_unique,
            people: concurrent_writes_of_one_alias_have_one_winner,
            people: a_person_write_with_a_stale_version_conflicts,
            people: agents_are_listed_in_assignment_order,
            people: a_person_write_keeps_last_assigned_and_last_activity,
            people: last_activity_never_moves_back,
            people: recent_people_are_listed_newest_first,
            people: banned_people_are_listed_newest_first,
            reference_data: department_names_are_unique_regardless_of_case,
            reference_data: a_department_read_returns_the_last_committed_write,
            reference_data: settings_start_with_the_defaults,
            reference_data: an_incidents_write_with_a_stale_version_conflicts,
            reference_data: an_invite_is_used_once,
            reference_data: a_person_has_one_draft,
            snooze: snoozed_tickets_are_listed_earliest_first,
            snooze: a_snoozed_ticket_is_resumed_once,
            snooze: every_step_out_of_the_hold_clears_its_time,
            responses: unanswered_tickets_are_listed_longest_wait_first,
            responses: a_holder_is_nudged_once,
            responses: every_reaction_takes_a_ticket_off_the_list,
            messages: a_message_keeps_what_people_chose,
            messages: a_refused_message_is_no_first_answer,
            search: tickets_are_found_by_each_of_their_texts,
            search: the_index_follows_edits,
            search: what_the_reader_may_not_see_takes_no_place_among_the_matches,
            erasure: an_erasure_leaves_numbers_and_nothing_else,
            erasure: an_erasure_takes_the_words_out_of_webhooks_and_dead_updates,
            search: a_message_that_was_taken_back_stays_so_after_it_was_sent,
            reference_data: concurrent_claims_make_one_first_admin,
            reference_data: concurrent_removals_leave_one_admin,
            reference_data: open_invites_are_listed_and_revoked_once,
            reference_data: canned_replies_are_listed_by_word,
            reference_data: the_word_of_a_canned_reply_is_unique_in_its_department,
            reference_data: the_first_bot_of_a_store_stays_its_bot,
            inbox: an_update_is_appended_once,
            inbox: completing_an_update_enqueues_its_answers_once,
            inbox: failures_are_counted_until_the_update_is_dead_lettered,
            inbox: completed_updates_are_pruned,
            inbox: dead_letters_are_listed_newest_first,
            inbox: a_retried_update_is_the_newest_pending_one,
            inbox: a_retried_delivery_is_sent_like_a_new_one,
            inbox: dead_letters_are_pruned_after_their_own_time,
            cards: drafts_are_pruned_with_their_cards,
            cards: cards_of_lists_are_pruned_after_their_last_change,
            reference_data: invites_are_pruned_after_their_end,
            leases: a_lease_is_acquired_only_if_its_holder_did_not_renew_it,
            leases: a_released_lease_can_be_acquired_at_once,
            leases: concurrent_acquisitions_of_a_lease_have_one_winner,
            outbox: deliveries_of_a_chat_are_claimed_one_by_one_in_order,
            outbox: a_long_chat_queue_keeps_its_order,
            outbox: a_long_chat_queue_moves_as_a_whole,
            outbox: what_waits_in_a_long_chat_queue_holds_back_nothing,
            outbox: a_claim_takes_one_delivery_per_chat_oldest_first,
            outbox: deliveries_enqueued_behind_a_long_queue_are_sent_once,
            outbox: thousands_of_chats_can_be_claimed_at_once,
            outbox: messages_are_claimed_before_refreshes,
            outbox: pending_refreshes_of_a_card_are_coalesced,
            outbox: notices_of_a_change_go_out_in_order,
            outbox: what_a_claim_had_no_room_for_goes_with_the_next,
            outbox: what_is_ready_without_a_claim_goes_with_the_next,
            outbox: traffic_classes_share_what_may_be_sent,
            outbox: what_a_class_leaves_goes_to_the_others,
            outbox: an_urgent_delivery_makes_its_chat_urgent,
            outbox: a_new_card_is_sent_once_in_its_newest_state,
            outbox: a_topic_is_recorded_replaced_and_forgotten,
            outbox: closed_topics_are_listed_oldest_first,
            outbox: a_delivery_goes_on_after_its_topic_was_created,
            outbox: a_change_writes_its_webhook_if_there_is_a_receiver,
            outbox: a_retried_webhook_delays_those_of_its_ticket,
            outbox: a_message_has_a_webhook_when_it_joins_a_ticket,
            outbox: an_idempotency_key_writes_one_message,
            cards: live_cards_are_one_per_slot,
            cards: live_queues_and_live_lists_are_told_apart,
            cards: cards_of_ended_tickets_are_pruned,
            cards: dropping_a_draft_removes_its_card,
            outbox: a_retried_delivery_blocks_its_chat_until_it_is_due,
            outbox: a_retried_refresh_is_coalesced_with_a_newer_one,
            outbox: a_dropped_delivery_unblocks_its_chat,
            outbox: a_moved_chat_takes_its_deliveries_and_cards_along,
            outbox: a_chat_moved_into_a_busy_one_waits_for_its_delivery,
            outbox: orphaned_claims_are_released,
            outbox: a_second_settlement_is_ignored,
            outbox: the_time_of_a_change_without_an_event_never_goes_back,
            outbox: a_postponed_delivery_waits_alone,
            outbox: a_postponed_delivery_keeps_its_wait_and_its_place,
            outbox: a_card_that_is_gone_is_forgotten,
            outbox: given_up_deliveries_are_counted_by_reason,
            statistics: a_rejected_change_adds_nothing,
            clock_jumps: deliveries_wait_as_long_as_before_the_clock_was_set,
            clock_jumps: waits_of_the_new_time_stay_when_the_clock_was_set,
            clock_jumps: a_long_chat_queue_waits_as_long_as_before_the_clock_was_set,
            clock_jumps: activity_and_commit_times_follow_a_clock_that_was_set_back,
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
            async fn a_restart_keeps_all_acknowledged_data() {
                reopen::a_restart_keeps_all_acknowledged_data::<$backend>().await;
            }

            #[test]
            fn no_sequence_of_changes_breaks_the_invariants() {
                property::no_sequence_of_changes_breaks_the_invariants::<$backend>();
            }

            #[test]
            fn roll_ups_equal_a_count_by_hand() {
                statistics::roll_ups_equal_a_count_by_hand::<$backend>();
            }
        }
    };
}

store_contract!(sqlite, embedded::Embedded);
store_contract!(mongodb, mongo::Served);
