//! The last entries of a list, which are found by their ids.

use std::collections::{HashMap, VecDeque};

/// A list that drops its oldest entry when it is full.
pub(super) struct Ring<T> {
    most: usize,
    /// The number of the oldest entry. Entries are numbered from 0, in the order they came.
    first: usize,
    entries: VecDeque<(String, T)>,
    numbers: HashMap<String, usize>,
}

impl<T> Ring<T> {
    pub(super) fn new(most: usize) -> Self {
        Self { most, first: 0, entries: VecDeque::new(), numbers: HashMap::new() }
    }

    /// Adds an entry, and returns the one that was dropped for it. An entry with the same id is found no more.
    pub(super) fn push(&mut self, id: String, entry: T) -> Option<T> {
        let dropped = if self.entries.len() >= self.most { self.drop_oldest() } else { None };
        self.numbers.insert(id.clone(), self.first + self.entries.len());
        self.entries.push_back((id, entry));
        dropped
    }

    pub(super) fn get(&self, id: &str) -> Option<&T> {
        let index = self.numbers.get(id)?.checked_sub(self.first)?;
        self.entries.get(index).map(|(_, entry)| entry)
    }

    pub(super) fn get_mut(&mut self, id: &str) -> Option<&mut T> {
        let index = self.numbers.get(id)?.checked_sub(self.first)?;
        self.entries.get_mut(index).map(|(_, entry)| entry)
    }

    /// Oldest first.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.entries.iter().map(|(_, entry)| entry)
    }

    /// Oldest first.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.entries.iter_mut().map(|(_, entry)| entry)
    }

    fn drop_oldest(&mut self) -> Option<T> {
        let (id, entry) = self.entries.pop_front()?;
        if self.numbers.get(&id) == Some(&self.first) {
            self.numbers.remove(&id);
        }
        self.first += 1;
        Some(entry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_entries_are_found_and_earlier_ones_are_gone() {
        let mut ring = Ring::new(3);
        for number in 0..10_usize {
            let dropped = ring.push(format!("id-{number}"), number);
            assert_eq!(dropped, number.checked_sub(3));
        }
        assert_eq!(ring.iter().copied().collect::<Vec<_>>(), [7, 8, 9]);
        assert_eq!(ring.get("id-6"), None);
        assert_eq!((ring.get("id-7"), ring.get("id-9")), (Some(&7), Some(&9)));
        *ring.get_mut("id-8").unwrap() = 80;
        assert_eq!(ring.get("id-8"), Some(&80));
        assert_eq!(ring.numbers.len(), 3);
    }

    #[test]
    fn of_two_entries_with_one_id_the_newer_is_found_until_it_is_dropped() {
        let mut ring = Ring::new(2);
        ring.push("a".into(), 1);
        ring.push("a".into(), 2);
        ring.push("b".into(), 3);
        assert_eq!(ring.get("a"), Some(&2));
        ring.push("c".into(), 4);
        assert_eq!(ring.get("a"), None);
    }
}
