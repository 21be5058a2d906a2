//! In release: train on films before a cut-off, forecast the films after it.
