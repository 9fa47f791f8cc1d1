//! Scripts that share a process: they say what they would say alone, and leave nothing to each other.

use crate::session::{Ended, Session};
use simulated_host::{Mishap, Windows};
use std::time::Duration;

/// More than anything takes that ends at once, on a busy machine.
const LONG: Duration = Duration::from_secs(60);

/// A script in the form that a worker takes.
fn script(body: &str) -> String {
    format!("$lines = @($input)\n{body}\nexit 3")
}

fn run(session: &mut Session, body: &str) -> Ended {
    let id = session.script(&script(body));
    session.send(&id, "one\r\ntwo", true);
    session.end(&id)
}

#[test]
fn both_ways_say_the_same() {
    let (Some(mut shared), Some(mut alone)) =
        (Session::start(Windows::new()), Session::start(Windows::new().in_processes()))
    else {
        return;
    };
    let bodies = [
        "\"$($lines.Count) $($lines[1])\"; exit 300",
        "[Console]::Out.WriteLine('#hyperv running'); $null; 'caf\u{e9}', 1.5, (Get-Item /), [pscustomobject]@{ a = 1; b = 'x' * 200 }",
        "Write-Warning 'w <>&\"'; 5 | Out-Host; Write-Verbose v -Verbose; Write-Debug d -Debug",
        "Write-Error \"a_x000A_b`n`tc\"; 'on'; no-such-command; [Console]::Error.WriteLine('raw'); exit 0",
        "'before'; $ErrorActionPreference = 'Stop'; throw 'a <b>'",
        "& ([scriptblock]::Create(\"Set-StrictMode -Version 3.0`n`$nothing\")) 1",
        "$ErrorActionPreference = 'Stop'; Get-Item /no/such/thing",
        "Write-Progress -Activity a -Status s -PercentComplete 50",
        "$Host.UI.PromptForChoice('a', 'b', @('&x', '&y'), 0)",
        "& ([scriptblock]::Create('exit 12'))",
        "$Host.Name; $ExecutionContext.SessionState.LanguageMode; $PWD.Path -eq [Environment]::CurrentDirectory; (Get-Culture).Name; \
         $MyInvocation.CommandOrigin; [Environment]::GetCommandLineArgs().Count -gt 1; $PSCommandPath; Get-PSDrive | Format-Table Name",
        "Import-Module Hyper-V; Hyper-V\\New-VM -Name a -NoVHD | Format-List Name, State; Get-Content -LiteralPath D:\\none",
        "if (",
    ];
    for body in bodies {
        let (shared, alone) = (run(&mut shared, body), run(&mut alone, body));
        assert_eq!(shared, alone, "{body}");
    }
}

#[test]
fn a_run_leaves_nothing_to_the_next() {
    let Some(mut session) = Session::start(Windows::new()) else {
        return;
    };
    // Whether one worker gets all of them or not.
    for _ in 0..3 {
        let said = run(
            &mut session,
            "\"$left$env:LEFT$((Get-Module).Name -contains 'Hyper-V')$($PWD.Path -eq '/')$(Test-Path function:gone)\"; \
             $global:left = 'variable'; $env:LEFT = 'environment'; Import-Module Hyper-V; [Environment]::CurrentDirectory = '/'; \
             function global:gone { }; Set-Location /; $ErrorActionPreference = 'Stop'; \
             [Console]::SetOut([IO.TextWriter]::Null); [Console]::SetError([IO.TextWriter]::Null)",
        );
        assert_eq!(said, Ended { code: 3, stdout: "FalseFalseFalse\r\n".to_owned(), stderr: String::new() });
    }
}

/// In the middle of a change of the world, with a mutex, and under a `finally`.
#[test]
fn a_script_that_dies_of_a_fault_holds_nothing() {
    let Some(mut session) = Session::start(Windows::new()) else {
        return;
    };
    let take_turn = "Import-Module Hyper-V; $mutex = [Threading.Mutex]::new($false, (Get-HostFacts).MutexPrefix + 'turn'); \
                     $null = $mutex.WaitOne(); 'mine';";
    for _ in 0..3 {
        session.windows.fail(Mishap::kill().cmdlet("Set-Content").during_after_bytes(2)).unwrap();
        let body = format!(
            "{take_turn} Write-Warning w; try {{ Set-Content -LiteralPath D:\\a -Value 12345 -Encoding ASCII }} \
             finally {{ 'finally'; Set-Content -LiteralPath D:\\b -Value x }}"
        );
        let killed = run(&mut session, &body);
        assert_eq!((killed.code, killed.stdout.as_str()), (-1, "mine\r\n"), "{killed:?}");
        assert_eq!(session.windows.read(r"D:\a").unwrap(), b"12");
        assert!(session.windows.read(r"D:\b").is_err());
        session.windows.recover().unwrap();
        let next = run(&mut session, &format!("{take_turn} Remove-Item -LiteralPath D:\\a; $mutex.ReleaseMutex()"));
        assert_eq!((next.code, next.stdout.as_str()), (3, "mine\r\n"), "{next:?}");
    }
    let calls = session.windows.calls().unwrap();
    let mut runs: Vec<_> = calls.iter().map(|call| call.pid).collect();
    runs.dedup();
    assert_eq!(runs.len(), 6, "{calls:?}");
    assert!(calls.iter().all(|call| call.number == 1));
    assert_eq!(session.windows.internal_errors(), None);
}

#[test]
fn a_script_ends_with_its_command() {
    for close in [false, true] {
        let Some(mut session) = Session::start(Windows::new()) else {
            return;
        };
        let id = session.script(
            "[Console]::Out.WriteLine('#hyperv running'); Import-Module Hyper-V; $null = @($input)\n\
             try { Start-Sleep 60 } finally { Set-Content -LiteralPath D:\\survived -Value here }\nexit 0",
        );
        session.send(&id, "", true);
        assert_eq!(session.receive(&id), "#hyperv running\r\n");
        assert!(!session.windows.scripts_end_within(Duration::ZERO));
        if close {
            session.close();
        } else {
            session.signal(&id);
        }
        assert!(session.windows.scripts_end_within(LONG));
        assert!(session.windows.read(r"D:\survived").is_err());
        assert_eq!(session.windows.internal_errors(), None);
        assert_eq!(session.host.state().counters.scripts_run, 1);
    }
}

/// Output is seen at once, and what is left of the input is not taken for that of the next.
#[test]
fn an_input_that_nobody_reads_is_no_other_scripts() {
    let Some(mut session) = Session::start(Windows::new()) else {
        return;
    };
    let id = session.script("'first'\nif ($false) { @($input) }\nexit 5");
    let line = format!("{}\n", "x".repeat(99));
    session.send(&id, &line.repeat(1_000), false);
    assert_eq!(session.end(&id), Ended { code: 5, stdout: "first\r\n".to_owned(), stderr: String::new() });
    assert_eq!(run(&mut session, "\"$lines\"").stdout, "one two\r\n");
}

#[test]
fn a_worker_that_dies_is_at_fault() {
    let Some(mut session) = Session::start(Windows::new()) else {
        return;
    };
    assert_eq!(run(&mut session, "[Environment]::Exit(3)").code, -1);
    assert!(session.windows.internal_errors().unwrap().contains("worker"));
    assert_eq!(run(&mut session, "'another'").stdout, "another\r\n");
}
