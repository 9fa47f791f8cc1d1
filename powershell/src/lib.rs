//! Typed PowerShell scripts.
