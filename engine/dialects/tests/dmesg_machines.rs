//! Call traces, registers and program counters of every machine that Linux runs on, without time stamps: every line of
//! a report must be known as such, because the first foreign line ends it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

use stacklore_model::{Document, Reading, Reliability, SourceId};

fn read(text: &str) -> Reading {
    stacklore_dialects::read(SourceId(0), &Document::from_text("x", text))
}

/// The task and the frames of each stack; a register's function stands in brackets.
fn stacks(reading: &Reading) -> Vec<(Option<u32>, String)> {
    let frames = |stack: &stacklore_model::StackSighting| {
        let frames = stack.frames.iter().map(|frame| match frame.reliability {
            Reliability::Register => format!("[{}]", frame.symbol),
            Reliability::Unsure => format!("?{}", frame.symbol),
            _ => frame.symbol.to_string(),
        });
        frames.collect::<Vec<_>>().join(" ")
    };
    reading.stacks.iter().map(|stack| (stack.task.tid, frames(stack))).collect()
}

/// Task and frames of each stack of a text.
type Stacks = &'static [(Option<u32>, &'static str)];

#[test]
fn reports_of_all_machines() {
    let table: &[(&str, &str, Stacks)] = &[
        (
            "arm64",
            "CPU: 1 PID: 97 Comm: warner Tainted: G           O      6.1.0-15-arm64 #1  Debian 6.1.66-1\n\
             Hardware name: linux,dummy-virt (DT)\n\
             pstate: 60400005 (nZCv daif +PAN -UAO -TCO -DIT -SSBS BTYPE=--)\n\
             pc : queued_spin_lock_slowpath+0x60/0x380\nlr : _raw_spin_lock+0x7c/0x90\nsp : ffff80000b3bbc60\n\
             x29: ffff80000b3bbc60 x28: ffff0000c5a6d100 x27: 0000000000000000\n\
             x2 : 0000000000000000 x1 : 0000000000000001 x0 : ffff800001234568\n\
             Call trace:\n queued_spin_lock_slowpath+0x60/0x380 (P)\n demo_write+0x90/0x120 [lockdemo]\n\
             el0t_64_sync+0x190/0x194\nCode: d503201f d5033bbf 52800021 (f9400662)\n---[ end trace 0000000000000000 ]---\n",
            &[(Some(97), "[queued_spin_lock_slowpath] queued_spin_lock_slowpath demo_write el0t_64_sync")],
        ),
        (
            "arm",
            "CPU: 0 PID: 12 Comm: kworker/0:1 Not tainted 5.10.0 #2\nPC is at wait_for_it+0x20/0x40\nLR is at other+0x10/0x20\n\
             pc : [<8010a4e8>]    lr : [<8010a4d0>]    psr: 60000013\nsp : 80a01e10  ip : 00000000  fp : 80a01e34\n\
             r10: 00000000  r9 : 80a00000  r8 : 00000000\nFlags: nZCv  IRQs on  FIQs on  Mode SVC_32\n\
             Control: 10c5387d  Table: 6000406a  DAC: 00000051\nStack: (0x80a01e10 to 0x80a02000)\n\
             1e00: 80a01e34 80a01e20 8010a4e8 00000000\n\
             [<8010a4e8>] (wait_for_it) from [<8010b000>] (process_one+0x1f0/0x5f0)\n",
            &[(Some(12), "[wait_for_it] wait_for_it process_one")],
        ),
        (
            "powerpc",
            "CPU: 2 PID: 4242 Comm: dd Not tainted 5.14.0-362.el9.ppc64le #1\n\
             NIP:  c0000000000b3a2c LR: c0000000000b3a20 CTR: c000000000123450\n\
             REGS: c0000001fbe4ba70 TRAP: 0900   Not tainted  (5.14.0-362.el9.ppc64le)\n\
             MSR:  8000000000009033 <SF,EE,ME,IR,DR,RI,LE>  CR: 28002842  XER: 00000000\n\
             CFAR: c000000000012345 IRQMASK: 0 \nGPR00: c0000000000b3a20 c0000001fbe4bd00 c000000001a12300 0000000000000000 \n\
             NIP [c0000000000b3a2c] spin_on+0x2c/0x40\nLR [c0000000000b3a20] spin_on+0x20/0x40\nCall Trace:\n\
             [c0000001fbe4bd00] [c0000000000b3a20] spin_on+0x20/0x40 (unreliable)\n\
             [c0000001fbe4bd30] [c0000000000b4000] caller+0x10/0x20 [mod]\n\
             [c0000001fbe4be30] [c00000000000c270] system_call_vectored_common+0xf0/0x280\n\
             --- interrupt: 3000 at 0x7fffb2f4a1b4\nInstruction dump:\n60000000 60000000 7c0802a6 <e92d0000> 4e800020\n",
            &[(Some(4242), "[spin_on] ?spin_on caller system_call_vectored_common")],
        ),
        (
            "s390",
            "CPU: 3 PID: 812 Comm: bash Not tainted 5.14.0 #1\nHardware name: IBM 8561 LT1 400 (z/VM 7.2.0)\n\
             Krnl PSW : 0704c00180000000 000000000012a4e8 (spin_on+0x88/0x100)\n           \
             R:0 T:1 IO:1 EX:1 Key:0 M:1 W:0 P:0 AS:3 CC:0 PM:0 RI:0 EA:3\n\
             Krnl GPRS: 0000000000000000 00000000fba0b1d0 000000000000002a 0000000000000000\n           \
             00000000fba0b1d0 0000000000000000 0000000000000001 0000000000000000\n\
             Krnl Code: 000000000012a4d8: e320f0a80004        lg      %r2,168(%r15)\n           \
             #000000000012a4e4: a7f40001            brc     15,12a4e6\n          >000000000012a4e8: 58102000            l       %r1,0(%r2)\n\
             Call Trace:\n([<000000000012a4a0>] spin_on+0x40/0x100)\n [<0000000000130000>] caller+0x10/0x20 \n\
             Last Breaking-Event-Address:\n [<000000000012a4e6>] spin_on+0x86/0x100\n",
            &[(Some(812), "[spin_on] spin_on caller")],
        ),
        (
            "riscv",
            "CPU: 0 PID: 33 Comm: kworker/0:1 Not tainted 6.6.0 #1\nHardware name: riscv-virtio,qemu (DT)\n\
             epc : spin_on+0x20/0x40\n ra : caller+0x10/0x20\n\
             epc : ffffffff80003a2c ra : ffffffff80003a20 sp : ff20000000a0bd00\n gp : ffffffff81a12300 tp : ff60000001a08000 t0 : ffffffff80a12300\n\
             status: 0000000200000120 badaddr: 0000000000000000 cause: 000000000000000f\n\
             [<ffffffff80003a2c>] spin_on+0x20/0x40\n[<ffffffff80004000>] caller+0x10/0x20\n",
            &[(Some(33), "[spin_on] spin_on caller")],
        ),
        (
            "mips",
            "CPU: 0 PID: 1 Comm: swapper Not tainted 5.4.0 #1\n$ 0   : 00000000 00000001 80a01e10 00000000\n\
             epc   : 8010a4e8 spin_on+0x88/0x100\nra    : 8010a4d0 spin_on+0x70/0x100\nStatus: 1000fc03 KERNEL EXL IE \n\
             Cause : 00800024 (ExcCode 09)\nCall Trace:\n[<8010a4e8>] spin_on+0x88/0x100\n[<8010b000>] caller+0x10/0x20\n",
            &[(Some(1), "[spin_on] spin_on caller")],
        ),
        (
            "loongarch",
            "CPU: 1 PID: 77 Comm: test Not tainted 6.6.0 #1\n\
             pc 9000000000223a2c ra 9000000000223a20 tp 9000000100124000 sp 9000000100127bd0\n\
             a0 0000000000000000 a1 9000000100127c80 a2 0000000000000001 a3 0000000000000000\n   \
             ra: 9000000000223a20 caller+0x20/0x40\n  ERA: 9000000000223a2c spin_on+0x2c/0x40\n \
             CRMD: 000000b0 (PLV0 -IE -DA +PG DACF=CC DACM=CC -WE)\n PRMD: 00000004 (PPLV0 +PIE -PWE)\n\
             Call Trace:\n[<9000000000223a2c>] spin_on+0x2c/0x40\n[<9000000000224000>] caller+0x10/0x20\n",
            &[(Some(77), "[spin_on] spin_on caller")],
        ),
        (
            "kdb",
            "[0]kdb> btp 17\nStack traceback for pid 17\n\
             0xffff888003a18000       17        2  0    0   D  0xffff888003a18a80  kworker/0:1\nCall Trace:\n <TASK>\n \
             __schedule+0x34d/0xa00\n worker+0x1/0x2\n </TASK>\n[0]kdb> bta\nStack traceback for pid 1\n\
             0xffff888003a10000        1        0  0    1   S  0xffff888003a10a80  init\nCall Trace:\n __schedule+0x34d/0xa00\n",
            &[(Some(17), "__schedule worker"), (Some(1), "__schedule")],
        ),
        (
            "xmon",
            "cpu 0x1: Vector: 300 (Data Access) at [c0000001fb2b3a00]\n    pc: c0000000005ac0e0: crash_me+0x20/0x30\n    \
             lr: c0000000005ad0d4: caller+0xd4/0x1b0\n    sp: c0000001fb2b3c80\n   msr: 8000000000009033\n  \
             current = 0xc0000001fbe4a000\n  paca    = 0xc00000000fe00000   irqmask: 0x03   irq_happened: 0x01\n    \
             pid   = 1234, comm = bash\n1:mon> t\n[c0000001fb2b3c80] c0000000005ad0d4 caller+0xd4/0x1b0\n\
             [c0000001fb2b3d20] c0000000003f0000 write_it+0x30/0x80 (unreliable)\n\
             --- Exception: c00 (System Call) at 00007fff8a5e1234\nSP (7fffd0a1b2c0) is in userspace\n1:mon> \n",
            &[(Some(1234), "[crash_me]"), (Some(1234), "caller ?write_it")],
        ),
    ];
    for (machine, text, expected) in table {
        let reading = read(text);
        let expected: Vec<_> = expected.iter().map(|(tid, frames)| (*tid, (*frames).to_owned())).collect();
        assert_eq!(stacks(&reading), expected, "{machine}");
    }
}

#[test]
fn a_debugger_tells_address_state_and_name() {
    let text = "Stack traceback for pid 17\n0xffff888003a18000       17        2  1    3   R  0xffff888003a18a80 *kworker/0:1\n\
                Call Trace:\n __schedule+0x34d/0xa00\n";
    let reading = read(text);
    let stack = &reading.stacks[0];
    assert_eq!((stack.task.tid, stack.task.address, stack.running), (Some(17), Some(0xffff888003a18000), true));
    assert_eq!(reading.tasks.last().and_then(|task| task.name.as_deref()), Some("kworker/0:1"));
}
