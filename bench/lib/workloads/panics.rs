// Threads that sort, hash and recurse, and panics that are caught.
use std::collections::HashMap;
use std::panic;
use std::thread;

#[inline(never)]
fn descend(depth: u32, seen: &mut HashMap<u32, String>) -> usize {
    seen.insert(depth, format!("{depth:08x}"));
    if depth == 0 {
        if seen.len() % 5 == 0 {
            panic!("at the bottom");
        }
        return seen.len();
    }
    descend(depth - 1, seen) + 1
}

#[inline(never)]
fn sort_words(round: u32) -> usize {
    let mut words: Vec<String> = (0..400u32)
        .map(|i| i.wrapping_mul(2654435761).wrapping_add(round).to_string())
        .collect();
    words.sort_by(|a, b| b.cmp(a));
    words[0].len()
}

fn work() {
    let mut total = 0usize;
    for round in 0u32.. {
        total += sort_words(round);
        total += panic::catch_unwind(|| descend(round % 20, &mut HashMap::new())).unwrap_or(0);
        std::hint::black_box(total);
    }
}

fn main() {
    panic::set_hook(Box::new(|_| {}));
    let threads: Vec<_> = (0..2).map(|_| thread::spawn(work)).collect();
    for thread in threads {
        thread.join().unwrap();
    }
}
