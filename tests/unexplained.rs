//! Waiting stacks that no rule explains: the same hang has the same form on every machine, and only hangs have one.

use crate::program::run;
use serde_json::Value;

/// Forms of the unexplained stacks of a text.
fn forms(text: &str) -> Vec<Value> {
    let outcome = run(&["diagnose", "--format", "json"], text.as_bytes());
    assert_eq!(outcome.status, 0, "{}", outcome.err);
    outcome.json()["unexplained"].as_array().expect("every report has the list").clone()
}

fn frames(form: &Value) -> Vec<&str> {
    form["frames"].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

const HUNG_X86: &str = "\
[ 1210.101] INFO: task fsx:4711 blocked for more than 120 seconds.
[ 1210.102]       Not tainted 6.8.0-45-generic #45-Ubuntu
[ 1210.103] task:fsx             state:D stack:0     pid:4711  tgid:4711  ppid:1      flags:0x00004002
[ 1210.104] Call Trace:
[ 1210.105]  <TASK>
[ 1210.106]  __schedule+0x27c/0x6b0
[ 1210.107]  schedule+0x33/0x110
[ 1210.108]  schedule_preempt_disabled+0x15/0x30
[ 1210.109]  __mutex_lock.constprop.0+0x42f/0x740
[ 1210.110]  ? srso_alias_return_thunk+0x5/0x7f
[ 1210.111]  mutex_lock+0x3c/0x50
[ 1210.112]  acmefs_commit_log.isra.0+0x45/0x1e0 [acmefs]
[ 1210.113]  acmefs_sync_file+0x12/0x90 [acmefs]
[ 1210.114]  vfs_fsync_range+0x4b/0xa0
[ 1210.115]  __x64_sys_fsync+0x3b/0x70
[ 1210.116]  do_syscall_64+0x7f/0x180
[ 1210.117]  entry_SYSCALL_64_after_hwframe+0x78/0x80
[ 1210.118]  </TASK>
";

const HUNG_ARM: &str = "\
[  920.401] INFO: task fsync02:88 blocked for more than 120 seconds.
[  920.402]       Not tainted 5.14.0-70.el9.aarch64 #1
[  920.403] task:fsync02         state:D stack:    0 pid:   88 ppid:     1 flags:0x00000208
[  920.404] Call trace:
[  920.405]  __switch_to+0xf0/0x170
[  920.406]  __schedule+0x230/0x5d0
[  920.407]  schedule+0x58/0xf0
[  920.408]  schedule_preempt_disabled+0x20/0x30
[  920.409]  __mutex_lock.isra.0+0x16c/0x500
[  920.410]  __mutex_lock_slowpath+0x1c/0x30
[  920.411]  mutex_lock+0x50/0x60
[  920.412]  acmefs_commit_log+0x30/0x160 [acmefs]
[  920.413]  acmefs_sync_file+0x20/0xb0 [acmefs]
[  920.414]  vfs_fsync_range+0x44/0x90
[  920.415]  __arm64_sys_fsync+0x3c/0x80
[  920.416]  invoke_syscall+0x50/0x120
[  920.417]  el0_svc_common.constprop.0+0x4c/0xf4
[  920.418]  do_el0_svc+0x34/0xcc
[  920.419]  el0_svc+0x20/0x30
[  920.420]  el0t_64_sync+0x1a4/0x1a8
";

const PROC_STACK: &str = "\
# cat /proc/4711/stack
[<0>] acmefs_commit_log.isra.0+0x45/0x1e0 [acmefs]
[<0>] acmefs_sync_file+0x12/0x90 [acmefs]
[<0>] vfs_fsync_range+0x4b/0xa0
[<0>] __x64_sys_fsync+0x3b/0x70
[<0>] do_syscall_64+0x7f/0x180
[<0>] entry_SYSCALL_64_after_hwframe+0x78/0x80
";

#[test]
fn one_hang_on_two_architectures_has_one_form() {
    let (x86, arm) = (forms(HUNG_X86), forms(HUNG_ARM));
    assert_eq!(frames(&x86[0]), ["acmefs_commit_log", "acmefs_sync_file", "vfs_fsync_range", "sys_fsync"]);
    assert_eq!((&x86[0]["form"], &x86[0]["wait"]), (&arm[0]["form"], &arm[0]["wait"]));
    assert_eq!((x86.len(), arm.len()), (1, 1));
    let id = x86[0]["form"].as_str().expect("it has an id");
    assert!(id.len() == 18 && id.starts_with("f-"), "{id}");
}

#[test]
fn a_tool_that_hides_the_wait_shows_the_same_functions() {
    let (hidden, whole) = (forms(PROC_STACK), forms(HUNG_X86));
    assert_eq!(frames(&hidden[0]), frames(&whole[0]));
}

#[test]
fn tasks_of_one_form_are_told_together() {
    let second = HUNG_X86.replace("4711", "4712").replace("fsx", "fsy").replace("1210.", "1211.");
    let forms = forms(&format!("{HUNG_X86}{second}"));
    assert_eq!(forms.len(), 1);
    assert_eq!(forms[0]["tasks"], 2);
    assert_eq!(forms[0]["stacks"].as_array().map(Vec::len), Some(2));
}

#[test]
fn what_a_rule_explains_and_what_rests_has_no_form() {
    for case in ["corpus/seeds/rmmod-ttm-mutex", "corpus/captures/u-healthy-server", "corpus/captures/k-mutex-abba"] {
        let outcome = run(&["diagnose", "--format", "json", case], b"");
        assert_eq!(outcome.json()["unexplained"], serde_json::json!([]), "{case}");
    }
}

#[test]
fn a_wait_without_a_function_around_it_has_no_form() {
    let text = "\
# cat /proc/99/stack
[<0>] pipe_write+0x2bc/0x3d0
[<0>] do_syscall_64+0x5c/0x90
";
    assert_eq!(forms(text), Vec::<Value>::new());
}
