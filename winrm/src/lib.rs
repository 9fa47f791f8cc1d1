//! A WS-Management client.
