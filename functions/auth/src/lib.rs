//! Sign-up, tokens and recovery, in GoTrue's dialect.
