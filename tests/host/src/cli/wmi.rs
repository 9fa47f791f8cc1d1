//! How queries of WMI are answered, as options of the program.

use clap::{Args, ValueEnum};
use simulated_host::{Options, Wmi};

#[derive(Debug, Args)]
pub(super) struct WmiArgs {
    /// What queries of WMI meet; may be given more than once
    #[arg(long, value_enum, value_name = "MODE")]
    wmi: Vec<Mode>,
    /// Most objects of WMI in one answer
    #[arg(long, value_name = "COUNT")]
    wmi_page: Option<usize>,
    /// Reset the connection once, when an enumeration is to go on after so many answers
    #[arg(long, value_name = "COUNT")]
    drop_after_pages: Option<u32>,
    /// Do not tell the host's clock in answers
    #[arg(long)]
    without_date: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Mode {
    /// Denied
    Denied,
    /// There is no Hyper-V, and so no namespace of it
    WithoutNamespace,
    /// No filter is taken
    FilterRefused,
    /// Saved is 6, paused 9, starting 10, stopping 4
    DocumentedStates,
    /// German captions
    Localized,
    /// Whole objects, whatever is selected
    WholeInstances,
    /// Points in time in the form of CIM
    PlainTimes,
    /// No machine but the host itself
    Empty,
}

impl WmiArgs {
    pub(super) fn apply(&self, options: Options) -> Options {
        let wmi = self.wmi.iter().fold(Wmi::new(), |wmi, mode| match mode {
            Mode::Denied => wmi.denied(),
            Mode::WithoutNamespace => wmi.without_namespace(),
            Mode::FilterRefused => wmi.filter_refused(),
            Mode::DocumentedStates => wmi.documented_states(),
            Mode::Localized => wmi.localized(),
            Mode::WholeInstances => wmi.whole_instances(),
            Mode::PlainTimes => wmi.plain_times(),
            Mode::Empty => wmi.empty(),
        });
        let options = options.wmi(self.wmi_page.into_iter().fold(wmi, Wmi::page));
        let options = self.drop_after_pages.into_iter().fold(options, Options::drop_after_pages);
        if self.without_date { options.without_date() } else { options }
    }
}
