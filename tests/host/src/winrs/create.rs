//! Create: a new shell ([MS-WSMV] 3.1.4.5).

use crate::soap::answer::{Body, envelope};
use crate::soap::duration;
use crate::soap::element::Element;
use crate::soap::fault::Fault;
use crate::soap::namespace::{SHELL, TRANSFER};
use crate::soap::request::Request;
use crate::winrs::command::Surroundings;
use crate::winrs::part::{check_children, only_part};
use crate::winrs::service::{CMD, Client, Service, identifier_taken};
use crate::winrs::shell::{NotAdded, Shell};
use std::time::Duration;

/// IdleTimeOut where the client names none, and the bounds between which it may lie.
const DEFAULT_IDLE_TIMEOUT: Duration = Duration::from_secs(7_200);
const MIN_IDLE_TIMEOUT: Duration = Duration::from_secs(60);
const MAX_IDLE_TIMEOUT: Duration = Duration::from_millis(0x7fff_ffff);
/// Code pages that an ordinary Windows has.
const CODE_PAGES: [u32; 12] = [437, 850, 852, 866, 932, 936, 949, 950, 1250, 1251, 1252, 65_001];
/// What a client may say about a shell, in any order.
const CHILDREN: [&str; 7] =
    ["Environment", "WorkingDirectory", "IdleTimeOut", "InputStreams", "OutputStreams", "Lifetime", "Name"];

impl Service {
    pub(crate) fn create(&self, request: &Request, client: Client<'_>) -> Result<Vec<u8>, Fault> {
        let asked = only_part(&request.body, "Shell")?;
        check_children(asked, &CHILDREN, &[])?;
        check_code_page(request.option("WINRS_CODEPAGE"))?;
        let idle_timeout = idle_timeout(asked)?;
        let id = self.identifier(asked.attribute("ShellId"))?;
        let surroundings = surroundings(asked)?;
        let kept = self.settings.idle_timeout.unwrap_or(idle_timeout);
        let shell = Shell::new(id.clone(), client.user.to_owned(), kept, surroundings.clone());
        self.shells.open(shell, self.settings.max_shells).map_err(|not_added| match not_added {
            NotAdded::TooMany => Fault::too_many_shells(),
            NotAdded::IdTaken => identifier_taken(),
        })?;
        let text = |name| asked.child(SHELL, name).map(Element::trimmed).unwrap_or_default();
        let action = format!("{TRANSFER}/CreateResponse");
        Ok(envelope(&action, Some(&request.message_id), |body| {
            write_reference(body, &request.to, &id);
            body.open("rsp:Shell", &[("xmlns:rsp", SHELL)]);
            body.leaf("rsp:ShellId", &[], &id);
            body.leaf("rsp:ResourceUri", &[], CMD);
            body.leaf("rsp:Owner", &[], client.user);
            body.leaf("rsp:ClientIP", &[], client.address);
            write_surroundings(body, &surroundings);
            body.leaf("rsp:IdleTimeOut", &[], &duration::format(idle_timeout));
            body.leaf("rsp:InputStreams", &[], text("InputStreams"));
            body.leaf("rsp:OutputStreams", &[], text("OutputStreams"));
            body.leaf("rsp:ShellRunTime", &[], "P0DT0H0M0S");
            body.leaf("rsp:ShellInactivity", &[], "P0DT0H0M0S");
            body.close("rsp:Shell");
        }))
    }
}

fn check_code_page(option: Option<&str>) -> Result<(), Fault> {
    let installed = |page: &str| page.trim().parse().is_ok_and(|page| CODE_PAGES.contains(&page));
    if option.is_none_or(installed) { Ok(()) } else { Err(Fault::with_code(2_150_859_072)) }
}

fn idle_timeout(shell: &Element) -> Result<Duration, Fault> {
    let Some(element) = shell.child(SHELL, "IdleTimeOut") else {
        return Ok(DEFAULT_IDLE_TIMEOUT);
    };
    let asked = duration::parse(element.trimmed()).ok_or_else(|| Fault::schema("IdleTimeOut is no duration. "))?;
    if (MIN_IDLE_TIMEOUT..=MAX_IDLE_TIMEOUT).contains(&asked) {
        Ok(asked)
    } else {
        Err(Fault::with_code(2_150_859_250))
    }
}

fn surroundings(shell: &Element) -> Result<Surroundings, Fault> {
    let variable = |variable: &Element| {
        let name = variable.attribute("Name").ok_or_else(|| Fault::schema("A variable has no name. "))?;
        Ok((name.to_owned(), variable.text.clone()))
    };
    let environment = shell.child(SHELL, "Environment").into_iter();
    Ok(Surroundings {
        environment: environment
            .flat_map(|environment| environment.children_named(SHELL, "Variable"))
            .map(variable)
            .collect::<Result<_, _>>()?,
        working_directory: shell.child(SHELL, "WorkingDirectory").map(|folder| folder.trimmed().to_owned()),
    })
}

fn write_reference(body: &mut Body, to: &str, shell_id: &str) {
    body.open("x:ResourceCreated", &[]);
    body.leaf("a:Address", &[], to);
    body.open("a:ReferenceParameters", &[]);
    body.leaf("w:ResourceURI", &[], CMD);
    body.open("w:SelectorSet", &[]);
    body.leaf("w:Selector", &[("Name", "ShellId")], shell_id);
    body.close("w:SelectorSet");
    body.close("a:ReferenceParameters");
    body.close("x:ResourceCreated");
}

fn write_surroundings(body: &mut Body, surroundings: &Surroundings) {
    if let Some(folder) = &surroundings.working_directory {
        body.leaf("rsp:WorkingDirectory", &[], folder);
    }
    if !surroundings.environment.is_empty() {
        body.open("rsp:Environment", &[]);
        for (name, value) in &surroundings.environment {
            body.leaf("rsp:Variable", &[("Name", name)], value);
        }
        body.close("rsp:Environment");
    }
}
