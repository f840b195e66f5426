use super::*;
use crate::project::template::Redrive;

const HIDDEN: Duration = Duration::from_secs(30);

fn queue() -> Queue {
    let settings = template::Queue {
        retention: Duration::from_mins(1),
        redrive: Some(Redrive { queue: "dead".into(), after: 2 }),
        ..template::Queue::named("q")
    };
    Queue::new(settings, 0, Journal::none(), Vec::new())
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
    let first = queue.receive(0, 1, HIDDEN).unwrap();
    assert_eq!((bodies(&first), first[0].receives, first[0].first_received), (vec!["a"], 1, Some(0)));
    assert_eq!(bodies(&queue.receive(1_000, 10, HIDDEN).unwrap()), ["b"]);
    assert_eq!(queue.counts(1_000), Counts { visible: 0, in_flight: 2, delayed: 1 });
    assert_eq!(queue.next(), Some(5_000));
    let again = queue.receive(30_000, 10, HIDDEN).unwrap();
    assert_eq!((bodies(&again), again[0].receives, again[0].first_received), (vec!["a", "c"], 2, Some(0)));
}

#[test]
fn only_the_last_receipt_has_power() {
    let mut queue = queue();
    queue.put(vec![message("a", 0)]).unwrap();
    let old = receipt(&queue.receive(0, 1, Duration::ZERO).unwrap()[0]);
    let new = receipt(&queue.receive(0, 1, HIDDEN).unwrap()[0]);
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
    assert_eq!(bodies(&queue.receive(61_000, 10, HIDDEN).unwrap()), ["young"]);
    queue.purge().unwrap();
    assert!(queue.messages(61_000).is_empty());
}

#[test]
fn once_too_often_is_for_another_queue() {
    let mut queue = queue();
    queue.put(vec![message("poison", 0), message("fine", 0)]).unwrap();
    for now in [0, 1] {
        assert!(queue.given_up(now).is_empty());
        queue.receive(now, 1, Duration::ZERO).unwrap();
    }
    let dead = queue.given_up(2);
    assert_eq!(bodies(&dead), ["poison"]);
    queue.let_go(&dead).unwrap();
    assert_eq!(bodies(&queue.messages(2)), ["fine"]);
}
