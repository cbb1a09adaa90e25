//! Words that machine translation put in the place of the runtime's own.

/// States and units by what translators make of them; the runtime's words are in `runtime/runtime2.go`.
const STATES: [(&str, &[&str]); 7] = [
    ("select", &["選擇", "选择", "選択"]),
    ("chan receive", &["通道接收", "频道接收", "頻道接收", "chan 接收"]),
    ("chan send", &["通道發送", "通道发送", "頻道發送", "chan 发送"]),
    ("IO wait", &["IO 等待", "IO等待"]),
    ("running", &["運行", "运行", "正在運行", "正在运行"]),
    ("sleep", &["睡眠", "休眠"]),
    ("syscall", &["系統調用", "系统调用"]),
];

/// The runtime's word for a translated state.
pub(super) fn state(word: &str) -> Option<&'static str> {
    STATES.iter().find(|(_, translated)| translated.contains(&word)).map(|(state, _)| *state)
}

/// Whether a unit is minutes, in whatever language.
pub(super) fn is_minutes(unit: &str) -> bool {
    unit.starts_with("minute") || unit.starts_with("分") || unit.starts_with("мин") || unit.starts_with("Minute")
}
