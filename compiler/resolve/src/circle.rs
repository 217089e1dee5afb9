//! Items that use themselves, over others or directly.

use esker_declare::Item;
use esker_source::Db;
use std::collections::{HashMap, VecDeque};

/// The names on the shortest way from an item over what it uses back to itself, without the return. A circle is told once,
/// at the first of its names.
pub(crate) fn circle<'db>(
    db: &'db dyn Db,
    start: Item<'db>,
    next: impl Fn(Item<'db>) -> Vec<Item<'db>>,
) -> Option<Vec<String>> {
    let path: Vec<String> = way_back(start, next)?.iter().map(|item| item.name(db).clone()).collect();
    path.iter().all(|name| start.name(db) <= name).then_some(path)
}

fn way_back<'db>(start: Item<'db>, next: impl Fn(Item<'db>) -> Vec<Item<'db>>) -> Option<Vec<Item<'db>>> {
    let mut came_from: HashMap<Item<'db>, Item<'db>> = HashMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(at) = queue.pop_front() {
        for target in next(at) {
            if target == start {
                let mut path = vec![at];
                while let Some(before) = path.last().filter(|last| **last != start).and_then(|last| came_from.get(last))
                {
                    path.push(*before);
                }
                path.reverse();
                return Some(path);
            }
            came_from.entry(target).or_insert_with(|| {
                queue.push_back(target);
                at
            });
        }
    }
    None
}
