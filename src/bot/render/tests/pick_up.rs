//! Tests of pick-up cards.
use super::*;

#[test]
fn a_pick_up_card_says_what_became_of_the_ticket() {
    check("pick_up", |w| pick_up_card(w, &ticket(Status::Queued), true));
    check("pick_up_closed", |w| pick_up_card(w, &ticket(Status::Queued), false));
    check("pick_up_taken_by", |w| pick_up_card(w, &ticket(Status::Assigned), false));
    check("pick_up_yours", |w| pick_up_card(w, &held_ticket(Status::Assigned), false));
    check("pick_up_cancelled", |w| pick_up_card(w, &ticket(Status::Cancelled), false));
}
