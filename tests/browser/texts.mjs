// Texts that are too big for the corpus: made anew for every run, the same each time.

import { closeSync, openSync, writeSync } from "node:fs";

const hex = (number, digits = 12) => number.toString(16).padStart(digits, "0");

/** One gdb thread that waits for a mutex, with frames of its own. */
function thread(number, lwp, name, lock, variant) {
  return `
Thread ${number} (Thread 0x7f${hex(number * 4096, 10)} (LWP ${lwp}) "${name}"):
#0  futex_wait (private=0, expected=2, futex_word=0x${lock}) at ../sysdeps/nptl/futex-internal.h:146
#1  __GI___lll_lock_wait (futex=futex@entry=0x${lock}, private=0) at ./nptl/lowlevellock.c:49
#2  0x00007fa4f6ccb482 in lll_mutex_lock_optimized (mutex=0x${lock}) at ./nptl/pthread_mutex_lock.c:48
#3  ___pthread_mutex_lock (mutex=0x${lock}) at ./nptl/pthread_mutex_lock.c:93
#4  0x0000561949b7e${hex(variant % 4096, 3)} in take_${variant} (from=0x${hex(variant * 64)}, amount=${variant}) at store/part_${variant % 97}.c:${13 + (variant % 300)}
#5  0x0000561949b7e752 in handle_request_${variant % 41} (p=0x0) at server/handler_${variant % 41}.c:20
#6  0x00007fa4f6cc81f5 in start_thread (arg=<optimized out>) at ./nptl/pthread_create.c:442
#7  0x00007fa4f6d488ec in clone3 () at ../sysdeps/unix/sysv/linux/x86_64/clone3.S:81
`;
}

const mutex = (lock, owner) =>
  `(gdb) p *(pthread_mutex_t *) 0x${lock}\n$1 = {__data = {__lock = 2, __count = 0, __owner = ${owner}, __nusers = 1, ` +
  "__kind = 0, __spins = 0, __elision = 0, __list = {__prev = 0x0, __next = 0x0}}, __align = 2}\n";

/** A ring of three threads, and so many others that queue for one of its locks. */
export function queueAndRing(waiters) {
  const locks = [0x561949b810d0, 0x561949b81110, 0x561949b81150].map((lock) => hex(lock));
  let text = "(gdb) thread apply all bt\n";
  for (let index = 0; index < waiters; index += 1) {
    text += thread(index + 4, 3000 + index, `worker-${index}`, locks[0], index % 7);
  }
  locks.forEach((lock, index) => {
    text += thread(index + 1, 2841 + index, `stage-${index}`, lock, 100 + index);
  });
  // Each stage holds the lock that the stage before it waits for.
  locks.forEach((lock, index) => {
    text += mutex(lock, 2841 + ((index + 1) % 3));
  });
  return text;
}

/** The ring again, with a line of a megabyte as the name of a thread and as prose. */
export function longLine() {
  const long = '<img src=x onerror="window.__pwned=1">&amp;`\u202e| '.repeat(20_000);
  return `${long}\n${queueAndRing(2).replace('"worker-0"', `"${long}"`)}\n${long}\n`;
}

/**
 * A server with as many threads as make that many bytes, each of them behind one of 3001 locks; the ring is in the
 * middle.
 */
export function writeDumps(path, bytes) {
  // Written in blocks of so many.
  const threads = 2000;
  const file = openSync(path, "w");
  let ring = queueAndRing(5);
  for (let written = 0, dump = 0; written < bytes; dump += 1) {
    let text = "";
    for (let index = 0; index < threads; index += 1) {
      const number = dump * threads + index;
      const lock = hex(0x7f0000000000 + ((number * 7) % 3001) * 64);
      text += thread(number + 10, 100_000 + number, `pool-${number}`, lock, (number * 7919) % 5003);
    }
    if (written > bytes / 2) {
      text += ring;
      ring = "";
    }
    written += writeSync(file, text);
  }
  closeSync(file);
}
