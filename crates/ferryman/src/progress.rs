//! Progress bars, one a stage.

use indicatif::{ProgressBar, ProgressStyle};
use kernel::Words;
use rehearsal::Progress;

/// A bar for one stage.
pub fn bar(what: &Words, steps: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("  {prefix:<24} {bar:28.yellow/blue} {elapsed:>4}  {msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("━╸─");
    ProgressBar::new(steps).with_style(style).with_prefix(format!("{}  {}", what.en, what.zh))
}

/// A sign of life for work whose length nobody knows.
pub fn waiting(what: &Words) -> ProgressBar {
    let style = ProgressStyle::with_template("  {spinner} {prefix} {elapsed}")
        .unwrap_or_else(|_| ProgressStyle::default_spinner());
    let spinner =
        ProgressBar::new_spinner().with_style(style).with_prefix(format!("{}  {}", what.en, what.zh));
    spinner.enable_steady_tick(std::time::Duration::from_millis(100));
    spinner
}

#[derive(Default)]
pub struct Bars {
    bar: Option<ProgressBar>,
}

impl Progress for Bars {
    fn begin(&mut self, what: Words, steps: u64) {
        self.bar = Some(bar(&what, steps));
    }

    fn step(&mut self, note: &str) {
        if let Some(bar) = &self.bar {
            bar.inc(1);
            if !note.is_empty() {
                bar.set_message(note.to_owned());
            }
        }
    }

    fn end(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish();
        }
    }
}
