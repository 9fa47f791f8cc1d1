//! A few commands of cmd.exe, enough for a client that only wants to see that commands run.

use crate::executor::Exit;

/// Runs a command line that starts no PowerShell.
pub(crate) fn run(line: &str, host_name: &str) -> Exit {
    let line = line.trim();
    let (program, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let name = program.trim_matches('"').to_ascii_lowercase();
    match name.strip_suffix(".exe").unwrap_or(&name) {
        "cmd" => run(after_switch(rest), host_name),
        "echo" => Exit::success(format!("{rest}\r\n")),
        "hostname" => Exit::success(format!("{host_name}\r\n")),
        "whoami" => Exit::success(format!("{}\\administrator\r\n", host_name.to_ascii_lowercase())),
        "ipconfig" => Exit::success(IPCONFIG.replace('\n', "\r\n")),
        "exit" => Exit { code: last_number(rest), ..Exit::default() },
        _ => Exit::failure(
            1,
            format!(
                "'{program}' is not recognized as an internal or external command,\r\n\
                 operable program or batch file.\r\n"
            ),
        ),
    }
}

const IPCONFIG: &str = "
Windows IP Configuration


Ethernet adapter vEthernet (External vSwitch):

   Connection-specific DNS Suffix  . :
   IPv4 Address. . . . . . . . . . . : 127.0.0.1
   Subnet Mask . . . . . . . . . . . : 255.0.0.0
";

fn after_switch(arguments: &str) -> &str {
    let arguments = arguments.trim_start();
    let stripped = arguments.strip_prefix("/c").or_else(|| arguments.strip_prefix("/C"));
    stripped.unwrap_or(arguments)
}

fn last_number(arguments: &str) -> i64 {
    arguments.split_whitespace().next_back().and_then(|number| number.parse().ok()).unwrap_or(0)
}
