//! The log, of which every entry is one line: what somebody sent cannot begin another one.

use std::io::{Result, Write};

/// Writes entries on; whatever would end a line within one, or steer a terminal, is written out.
pub struct Lines<W>(pub W);

impl<W: Write> Write for Lines<W> {
    /// An entry comes whole, with the end of its line.
    fn write(&mut self, entry: &[u8]) -> Result<usize> {
        self.0.write_all(on_one_line(entry).as_bytes())?;
        Ok(entry.len())
    }

    fn flush(&mut self) -> Result<()> {
        self.0.flush()
    }
}

fn on_one_line(entry: &[u8]) -> String {
    let entry = String::from_utf8_lossy(entry);
    let (inside, end) = entry.strip_suffix('\n').map_or((&*entry, ""), |inside| (inside, "\n"));
    let mut line = String::with_capacity(entry.len());
    for c in inside.chars() {
        if c.is_control() { line.extend(c.escape_default()) } else { line.push(c) }
    }
    line + end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Default)]
    struct Kept(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> Result<usize> {
            self.0.lock().expect("nobody panicked").write(bytes)
        }

        fn flush(&mut self) -> Result<()> {
            Ok(())
        }
    }

    #[test]
    fn nobody_writes_a_line_of_their_own() {
        let kept = Kept::default();
        let into = kept.clone();
        let log =
            tracing_subscriber::fmt().with_ansi(false).with_writer(move || Lines(into.clone())).finish();
        let sent = "a film\r\n2016-12-23 INFO security: signed_in \u{1b}[31m\u{9b}31m";
        tracing::subscriber::with_default(log, || {
            tracing::warn!(shown = %sent, quoted = sent, "refused: {sent}");
            tracing::warn!("the next");
        });
        let text = String::from_utf8(kept.0.lock().expect("nobody panicked").clone()).expect("text");
        assert_eq!(text.lines().count(), 2, "{text}");
        assert!(!text.contains(['\r', '\u{1b}', '\u{9b}']) && text.contains("a film\\r\\n2016"), "{text:?}");
    }
}
