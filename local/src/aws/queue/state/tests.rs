use super::*;
use crate::project::template::Redrive;

const HIDDEN: Duration = Duration::from_secs(30);

fn up_to(messages: usize) -> Limits {
    Limits { messages, bytes: usize::MAX, first: true }
}

fn queue() -> Queue {
    let settings = template::Queue {
        retention: Duration::from_mins(1),
        redrive: Some(Redrive { queue: "dead".into(), after: 2 }),
        ..template::Queue::named("q")
    };
    Queue::new(settings, 0, Journal::none(), Kept::default())
}

fn message(body: &str, sent: i64) -> Message {
    Message { sent, visible: sent, ..Message::new(body.into()) }
}

fn bodies(messages: &[Message]) -> Vec<&str> {
    messages.iter().map(|message| message.body.as_str()).collect()
}

fn receipt(message: &Message) -> Receipt {
    Receipt::read(&message.receipt()).unwrap()
}

#[test]
fn what_is_received_is_out_of_sight_until_its_time_is_over() {
    let mut queue = queue();
    queue.put(vec![message("a", 0), message("b", 0), message("c", 5_000)]).unwrap();
    let first = queue.receive(0, up_to(1), HIDDEN).unwrap();
    assert_eq!((bodies(&first), first[0].receives, first[0].first_received), (vec!["a"], 1, Some(0)));
    assert_eq!(bodies(&queue.receive(1_000, up_to(10), HIDDEN).unwrap()), ["b"]);
    assert_eq!(queue.counts(1_000), Counts { visible: 0, in_flight: 2, delayed: 1 });
    assert_eq!(queue.next(1_000), Some(5_000));
    let again = queue.receive(30_000, up_to(10), HIDDEN).unwrap();
    assert_eq!((bodies(&again), again[0].receives, again[0].first_received), (vec!["a", "c"], 2, Some(0)));
}

#[test]
fn only_the_last_receipt_has_power() {
    let mut queue = queue();
    queue.put(vec![message("a", 0)]).unwrap();
    let old = receipt(&queue.receive(0, up_to(1), Duration::ZERO).unwrap()[0]);
    let new = receipt(&queue.receive(0, up_to(1), HIDDEN).unwrap()[0]);
    queue.delete(&old).unwrap();
    assert_eq!(queue.change(1, &old, HIDDEN).unwrap(), Changed::Gone);
    assert_eq!(queue.counts(1).in_flight, 1);
    assert_eq!(queue.change(1, &new, Duration::ZERO).unwrap(), Changed::Done);
    assert_eq!(queue.change(1, &new, HIDDEN).unwrap(), Changed::NotInFlight);
    queue.delete(&new).unwrap();
    assert_eq!(queue.counts(1), Counts::default());
    assert_eq!(Receipt::read("nonsense"), None);
}

#[test]
fn what_is_old_is_gone_and_what_is_purged_too() {
    let mut queue = queue();
    queue.put(vec![message("old", 0), message("young", 2_000)]).unwrap();
    assert_eq!(queue.counts(61_000).visible, 1);
    assert_eq!(bodies(&queue.receive(61_000, up_to(10), HIDDEN).unwrap()), ["young"]);
    queue.purge().unwrap();
    assert!(queue.newest(1, 61_000).is_empty());
}

#[test]
fn once_too_often_is_for_another_queue() {
    let mut queue = queue();
    queue.put(vec![message("poison", 0), message("fine", 0)]).unwrap();
    for now in [0, 1] {
        assert!(queue.given_up(now).is_empty());
        queue.receive(now, up_to(1), Duration::ZERO).unwrap();
    }
    let dead = queue.given_up(2);
    assert_eq!(bodies(&dead), ["poison"]);
    queue.let_go(&dead).unwrap();
    assert_eq!(bodies(&queue.newest(9, 2)), ["fine"]);
}

#[test]
fn a_receive_ends_with_its_bytes_and_may_have_one_message_whatever_its_size() {
    let mut queue = queue();
    queue.put(vec![message(&"a".repeat(5_000), 0), message("b", 0), message("c", 0)]).unwrap();
    let small = Limits { messages: 10, bytes: 1_000, first: false };
    assert!(queue.receive(0, small, HIDDEN).unwrap().is_empty());
    assert_eq!(queue.receive(0, Limits { first: true, ..small }, HIDDEN).unwrap().len(), 1);
    let both = Limits { messages: 10, bytes: 10_000, first: true };
    assert_eq!(bodies(&queue.receive(0, both, HIDDEN).unwrap()), ["b", "c"]);
}

mod fifo {
    use super::*;
    use crate::project::template::Fifo;

    fn queue(by_group: bool) -> Queue {
        let mut queue = super::queue();
        queue.settings.fifo = Some(Fifo { by_group, ..Fifo::default() });
        queue
    }

    fn message(body: &str, group: &str, sent: i64) -> Message {
        let (group, deduplication) = (Some(group.to_owned()), Some(body.to_owned()));
        Message { group, deduplication, ..super::message(body, sent) }
    }

    fn send(queue: &mut Queue, messages: &[(&str, &str)], now: i64) -> Vec<Message> {
        queue.send(now, messages.iter().map(|(body, group)| message(body, group, now)).collect()).unwrap()
    }

    #[test]
    fn a_group_waits_for_its_message_in_flight_and_others_do_not() {
        let mut queue = queue(false);
        send(&mut queue, &[("a1", "a"), ("b1", "b"), ("a2", "a"), ("b2", "b")], 0);
        let first = queue.receive(0, up_to(1), HIDDEN).unwrap();
        assert_eq!(bodies(&first), ["a1"]);
        let others = queue.receive(0, up_to(10), HIDDEN).unwrap();
        assert_eq!(bodies(&others), ["b1", "b2"], "in the order they were sent");
        assert!(queue.receive(1_000, up_to(10), HIDDEN).unwrap().is_empty());
        assert_eq!(queue.next(1_000), Some(30_000), "nothing can be received before");
        queue.delete(&receipt(&first[0])).unwrap();
        assert_eq!(bodies(&queue.receive(1_000, up_to(10), HIDDEN).unwrap()), ["a2"]);
    }

    #[test]
    fn a_message_that_failed_comes_before_the_later_ones_of_its_group() {
        let mut queue = queue(false);
        send(&mut queue, &[("a1", "a"), ("a2", "a")], 0);
        queue.receive(0, up_to(1), HIDDEN).unwrap();
        assert_eq!(bodies(&queue.receive(30_000, up_to(10), HIDDEN).unwrap()), ["a1", "a2"]);
    }

    #[test]
    fn a_dead_letter_is_moved_when_its_turn_has_come() {
        let mut queue = queue(false);
        send(&mut queue, &[("a1", "a"), ("a2", "a")], 0);
        for now in [0, 1] {
            queue.receive(now, up_to(2), Duration::ZERO).unwrap();
        }
        queue.settings.redrive = Some(Redrive { queue: "dead".into(), after: 3 });
        queue.receive(2, up_to(1), HIDDEN).unwrap();
        queue.settings.redrive = Some(Redrive { queue: "dead".into(), after: 2 });
        assert!(queue.given_up(3).is_empty(), "the first is in flight");
        assert_eq!(bodies(&queue.given_up(40_000)), ["a1", "a2"]);
    }

    #[test]
    fn a_duplicate_within_five_minutes_is_the_message_of_before() {
        let mut queue = queue(false);
        let first = send(&mut queue, &[("a", "g"), ("a", "h"), ("b", "g")], 0);
        assert_eq!((&first[0].id, &first[0].sequence), (&first[1].id, &first[1].sequence));
        assert!(first[0].sequence < first[2].sequence, "{first:?}");
        let received = queue.receive(0, up_to(10), HIDDEN).unwrap();
        assert_eq!(bodies(&received), ["a", "b"]);
        queue.delete(&receipt(&received[0])).unwrap();
        assert_eq!(send(&mut queue, &[("a", "g")], 299_999)[0].id, first[0].id, "also of one that is gone");
        let later = send(&mut queue, &[("a", "g")], 300_000);
        assert_ne!(later[0].id, first[0].id);
    }

    #[test]
    fn ids_are_compared_within_a_group_where_the_queue_says_so() {
        let mut queue = queue(true);
        send(&mut queue, &[("a", "g"), ("a", "h"), ("a", "g")], 0);
        assert_eq!(queue.newest(9, 0).len(), 2);
    }

    #[test]
    fn sequence_numbers_have_twenty_digits_and_grow() {
        let mut queue = queue(false);
        let now = 1_795_334_400_000;
        let sent = send(&mut queue, &[("a", "g"), ("b", "g")], now);
        let numbers: Vec<_> = sent.iter().map(|message| message.sequence.clone().unwrap()).collect();
        assert_eq!(numbers, ["17953344000000000000", "17953344000000000001"]);
        assert_eq!(send(&mut queue, &[("c", "g")], now - 1)[0].sequence.as_deref(), Some("17953344000000000002"));
    }
}
