//! What real hosts print beside what a script means to say.

/// Output beside the answer of a script.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Noise {
    /// CLIXML progress records on the error stream, as PowerShell writes them when it loads a module.
    pub progress: bool,
    /// Lines on standard output before and after the answer.
    pub stray_lines: bool,
    /// A byte order mark at the start of standard output.
    pub byte_order_mark: bool,
}

const PROGRESS: &str = concat!(
    "#< CLIXML\r\n",
    r#"<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04"><Obj S="progress" RefId="0">"#,
    r#"<TN RefId="0"><T>System.Management.Automation.PSCustomObject</T><T>System.Object</T></TN><MS>"#,
    r#"<I64 N="SourceId">1</I64><PR N="Record"><AV>Preparing modules for first use.</AV><AI>0</AI><Nil />"#,
    r#"<PI>-1</PI><PC>-1</PC><T>Completed</T><SR>-1</SR><SD> </SD></PR></MS></Obj></Objs>"#,
);

impl Noise {
    /// All of it.
    pub const ALL: Self = Self { progress: true, stray_lines: true, byte_order_mark: true };

    /// The error stream of a script that has nothing to say there.
    pub(crate) fn stderr(self) -> Vec<u8> {
        if self.progress { PROGRESS.as_bytes().to_vec() } else { Vec::new() }
    }

    /// The standard output of a script with that answer.
    pub(crate) fn around(self, answer: &str) -> Vec<u8> {
        let mut output = String::new();
        if self.byte_order_mark {
            output.push('\u{feff}');
        }
        if self.stray_lines {
            output.push_str("WARNING: The virtual machine is already in the specified state.\r\n");
        }
        output.push_str(answer);
        if self.stray_lines {
            output.push_str("\r\nA line that comes after the end.\r\n");
        }
        output.into_bytes()
    }
}
