//! A WinRM host on loopback.
