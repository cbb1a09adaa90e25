//! Gives a reading the line numbers of the text as given, where its lines were taken out of what carried them.

use stacklore_model::{LockSighting, Reading, Span, StackSighting};

/// Replaces every line number by the one that `numbers` has for it. `lines` is the length of the text as given.
pub(crate) fn renumber(reading: &mut Reading, numbers: &[u32], lines: u32) {
    let given = |line: u32| match numbers.get((line as usize).wrapping_sub(1)) {
        Some(number) => *number,
        None => line,
    };
    let mut move_span = |span: &mut Span| {
        let (first, last) = (given(span.first), given(span.last));
        (span.first, span.last) = (first.min(last), first.max(last));
    };
    each_span(reading, &mut move_span);
    reading.lines = lines;
    reading.lines_understood = understood(reading);
    reading.mends.dedup();
}

fn each_span(reading: &mut Reading, act: &mut impl FnMut(&mut Span)) {
    reading.extents.iter_mut().for_each(|extent| act(&mut extent.span));
    reading.tasks.iter_mut().for_each(|task| act(&mut task.span));
    reading.processes.iter_mut().for_each(|process| act(&mut process.span));
    reading.stacks.iter_mut().for_each(|stack| of_stack(stack, act));
    reading.locks.iter_mut().for_each(|lock| of_lock(lock, act));
    reading.facts.iter_mut().for_each(|fact| act(&mut fact.span));
    reading.listings.iter_mut().for_each(|listing| act(&mut listing.span));
    reading.mends.iter_mut().for_each(|mend| act(&mut mend.span));
    reading.unclear.iter_mut().for_each(|unclear| act(&mut unclear.span));
    reading.notes.iter_mut().filter_map(|note| note.span.as_mut()).for_each(act);
}

fn of_stack(stack: &mut StackSighting, act: &mut impl FnMut(&mut Span)) {
    act(&mut stack.span);
    stack.registers.iter_mut().for_each(|register| act(&mut register.span));
    stack.frames.iter_mut().for_each(|frame| act(&mut frame.span));
}

fn of_lock(lock: &mut LockSighting, act: &mut impl FnMut(&mut Span)) {
    act(&mut lock.span);
    lock.holders.iter_mut().for_each(|holder| act(&mut holder.span));
    lock.waiters.iter_mut().for_each(|waiter| act(&mut waiter.span));
}

/// Number of lines that some dialect understood.
fn understood(reading: &Reading) -> u32 {
    let mut spans: Vec<(u32, u32)> =
        reading.extents.iter().map(|extent| (extent.span.first, extent.span.last)).collect();
    spans.sort_unstable();
    let (mut count, mut done) = (0, 0);
    for (first, last) in spans {
        let first = first.max(done + 1);
        if last >= first {
            count += last - first + 1;
            done = last;
        }
    }
    count
}
