//! Lets calls that write the same item pass one after another.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::aws::interface::observe::{Change, Item};

/// The items that calls in flight write.
#[derive(Default)]
pub(super) struct Order {
    held: Mutex<HashSet<Item>>,
    freed: Notify,
}

/// The items of a call. Dropping it lets the next call pass.
pub(super) struct Turn<'a> {
    order: &'a Order,
    items: Vec<Item>,
}

impl Order {
    /// Waits until no other call writes one of these items. It takes all of them at once, so that two calls cannot wait for
    /// each other.
    pub(super) async fn take(&self, items: &[(Item, Change)]) -> Turn<'_> {
        let items: Vec<Item> = items.iter().map(|(item, _)| item.clone()).collect();
        loop {
            // Registered before the items are looked at, so that no end of a call in between is missed.
            let freed = self.freed.notified();
            tokio::pin!(freed);
            freed.as_mut().enable();
            if self.try_take(&items) {
                return Turn { order: self, items };
            }
            freed.await;
        }
    }

    fn try_take(&self, items: &[Item]) -> bool {
        let mut held = self.held();
        let free = items.iter().all(|item| !held.contains(item));
        if free {
            held.extend(items.iter().cloned());
        }
        free
    }

    fn held(&self) -> MutexGuard<'_, HashSet<Item>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if self.items.is_empty() {
            return;
        }
        let mut held = self.order.held();
        for item in &self.items {
            held.remove(item);
        }
        drop(held);
        self.order.freed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn items(keys: &[&str]) -> Vec<(Item, Change)> {
        keys.iter().map(|key| (Item { table: "t".into(), key: (*key).into() }, Change::Update)).collect()
    }

    #[tokio::test]
    async fn calls_of_the_same_item_pass_one_after_another_and_others_at_once() {
        let order = Arc::new(Order::default());
        let first = order.take(&items(&["a", "b"])).await;
        let other = order.take(&items(&["c"])).await;
        let waiting = tokio::spawn({
            let order = order.clone();
            async move { drop(order.take(&items(&["b", "c"])).await) }
        });
        tokio::task::yield_now().await;
        drop(first);
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished(), "one of its items is still held");
        drop(other);
        waiting.await.unwrap();
        assert!(order.held().is_empty());
    }
}
