//! Lets calls that write the same item pass one after another, in the order in which they came.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::aws::interface::observe::{Change, Item};

/// The calls in flight that write items.
#[derive(Clone, Default)]
pub(super) struct Order(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// Numbers the calls.
    last: u64,
    /// The calls that write an item. The first one has its turn.
    lines: HashMap<Item, VecDeque<u64>>,
    /// The calls that wait.
    waiting: BTreeMap<u64, Waiting>,
}

struct Waiting {
    /// The items of which it is not the first writer.
    blocked: usize,
    go: oneshot::Sender<()>,
}

/// The turn of a call. Dropping it lets the next calls pass.
pub(super) struct Turn {
    order: Order,
    number: u64,
    items: Vec<Item>,
}

impl Order {
    /// Waits until the calls before this one that write one of its items have ended. A call lines up for all of its items at
    /// once, so that two calls cannot wait for each other.
    pub(super) async fn take(&self, items: &[(Item, Change)]) -> Turn {
        let mut items: Vec<Item> = items.iter().map(|(item, _)| item.clone()).collect();
        items.sort_unstable();
        items.dedup();
        let (turn, go) = self.line_up(items);
        if let Some(go) = go {
            // The sender is dropped with the order only.
            let _ = go.await;
        }
        turn
    }

    fn line_up(&self, items: Vec<Item>) -> (Turn, Option<oneshot::Receiver<()>>) {
        let mut state = self.state();
        state.last += 1;
        let number = state.last;
        let mut blocked = 0;
        for item in &items {
            let line = state.lines.entry(item.clone()).or_default();
            blocked += usize::from(!line.is_empty());
            line.push_back(number);
        }
        let go = (blocked > 0).then(|| {
            let (go, gone) = oneshot::channel();
            state.waiting.insert(number, Waiting { blocked, go });
            gone
        });
        (Turn { order: self.clone(), number, items }, go)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Takes a call out of the line of an item.
    fn leave(&mut self, number: u64, item: &Item) {
        let Some(line) = self.lines.get_mut(item) else { return };
        let was_first = line.front() == Some(&number);
        line.retain(|other| *other != number);
        let next = line.front().copied();
        if line.is_empty() {
            self.lines.remove(item);
        }
        let Some(next) = next.filter(|_| was_first) else { return };
        let Some(waiting) = self.waiting.get_mut(&next) else { return };
        waiting.blocked -= 1;
        if waiting.blocked == 0
            && let Some(Waiting { go, .. }) = self.waiting.remove(&next)
        {
            // A call whose client has disconnected meanwhile leaves its lines itself.
            let _ = go.send(());
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut state = self.order.state();
        state.waiting.remove(&self.number);
        for item in &self.items {
            state.leave(self.number, item);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(keys: &[&str]) -> Vec<(Item, Change)> {
        keys.iter().map(|key| (Item { table: "t".into(), key: (*key).into() }, Change::Update)).collect()
    }

    fn waiting(order: &Order, keys: &'static [&'static str]) -> tokio::task::JoinHandle<Turn> {
        let order = order.clone();
        tokio::spawn(async move { order.take(&items(keys)).await })
    }

    #[tokio::test]
    async fn calls_of_the_same_item_pass_one_after_another_and_others_at_once() {
        let order = Order::default();
        let first = order.take(&items(&["a", "b", "a"])).await;
        let other = order.take(&items(&["c"])).await;
        let second = waiting(&order, &["b", "c"]);
        tokio::task::yield_now().await;
        let third = waiting(&order, &["c"]);
        tokio::task::yield_now().await;
        drop(first);
        tokio::task::yield_now().await;
        assert!(!second.is_finished(), "one of its items is still held");
        drop(other);
        let second = second.await.unwrap();
        tokio::task::yield_now().await;
        assert!(!third.is_finished(), "it came later");
        drop(second);
        drop(third.await.unwrap());
        let state = order.state();
        assert!(state.lines.is_empty() && state.waiting.is_empty());
    }

    #[tokio::test]
    async fn a_call_that_is_given_up_blocks_no_other() {
        let order = Order::default();
        let first = order.take(&items(&["a"])).await;
        let second = waiting(&order, &["a", "b"]);
        tokio::task::yield_now().await;
        let third = waiting(&order, &["b", "a"]);
        tokio::task::yield_now().await;
        second.abort();
        assert!(second.await.is_err());
        drop(first);
        drop(third.await.unwrap());
        assert!(order.state().lines.is_empty());
    }
}
