//! Enumerate and Pull ([MS-WSMV] 3.1.4.8 and 3.1.4.9, DSP0226 8) on the classes of WMI.

use crate::executor::Executor;
use crate::soap::answer::{ENVELOPE_OVERHEAD, envelope};
use crate::soap::element::Element;
use crate::soap::fault::{Fault, FaultForm};
use crate::soap::namespace::{ENUMERATION, MANAGEMENT, WMI};
use crate::soap::request::{Request, Verb};
use crate::winrs::service::Client;
use crate::wmi::class::{CLASS, NAMESPACE, rows};
use crate::wmi::contexts::{Contexts, Rest};
use crate::wmi::item;
use crate::wmi::query::{Query, Unfit};
use crate::wmi::settings::Wmi;
use std::sync::Arc;

const WQL: &str = "http://schemas.microsoft.com/wbem/wsman/1/WQL";
/// The most objects in one answer (MaxBatchItems).
const MAX_BATCH_ITEMS: usize = 32_000;

/// The WMI plug-in of the service.
pub(crate) struct Service {
    pub(crate) settings: Wmi,
    executor: Arc<dyn Executor>,
    contexts: Contexts,
}

/// Which classes a resource is.
enum Resource {
    /// All of the namespace; a query says which.
    All,
    /// The one class.
    Class,
}

impl Service {
    pub(crate) fn new(settings: Wmi, executor: Arc<dyn Executor>) -> Self {
        Self { settings, executor, contexts: Contexts::default() }
    }

    /// Whether a request is this plug-in's: of its resources it does not know Get, Invoke and the like.
    pub(crate) fn is_for(request: &Request) -> bool {
        matches!(request.verb, Verb::Enumerate | Verb::Pull)
    }

    pub(crate) fn perform(&self, request: &Request, client: Client<'_>) -> Result<Vec<u8>, Fault> {
        let resource = resource(&request.resource)?;
        if let Some(fault) = &self.settings.fault {
            return Err(fault.clone());
        }
        match request.verb {
            Verb::Enumerate => self.enumerate(request, client, &resource),
            _ => self.pull(request, client),
        }
    }

    fn enumerate(&self, request: &Request, client: Client<'_>, resource: &Resource) -> Result<Vec<u8>, Fault> {
        let asked = only_child(&request.body, "Enumerate")?;
        let known = |child: &Element| {
            (child.namespace() == MANAGEMENT
                && matches!(child.name(), "OptimizeEnumeration" | "MaxElements" | "Filter"))
                || child.is(ENUMERATION, "Filter")
        };
        if !asked.children.iter().all(known) {
            return Err(Fault::schema("Of an enumeration this host knows Filter, OptimizeEnumeration, MaxElements. "));
        }
        let filter = asked.child(MANAGEMENT, "Filter").or_else(|| asked.child(ENUMERATION, "Filter"));
        let query = match (resource, filter) {
            (Resource::All, Some(filter)) => query(filter)?,
            (Resource::Class, None) => Query::default(),
            // A query names its class itself, so it belongs to the resource of all classes, and that one needs it.
            (Resource::Class, Some(_)) => return Err(Fault::with_code(2_150_859_003)),
            (Resource::All, None) => return Err(cannot_process_filter()),
        };
        let systems = self.executor.systems();
        if !systems.vmms {
            // "The RPC server is unavailable."
            return Err(Fault::with_code(2_147_944_122));
        }
        let selected = query.properties.as_deref().filter(|_| !self.settings.whole);
        let rows = rows(&systems, &self.settings);
        let found = rows.iter().filter(|row| query.matches(row));
        let items = found.map(|row| item::write(row, selected, &self.settings)).collect();
        let rest = Rest { resource: request.resource.clone(), owner: client.user.to_owned(), items };
        // Without OptimizeEnumeration the first objects come with the first Pull; with it there is one unless more are
        // asked for. DSP0226 8.2.3
        let most = match asked.child(MANAGEMENT, "OptimizeEnumeration") {
            None => 0,
            Some(_) => max_elements(asked, MANAGEMENT)?,
        };
        self.answer(request, rest, most, "Enumerate")
    }

    fn pull(&self, request: &Request, client: Client<'_>) -> Result<Vec<u8>, Fault> {
        let asked = only_child(&request.body, "Pull")?;
        let context = asked.child(ENUMERATION, "EnumerationContext").map(Element::trimmed).unwrap_or_default();
        let most = max_elements(asked, ENUMERATION)?;
        let rest = self
            .contexts
            .take(context, client.user, &request.resource, self.settings.lifetime)
            .ok_or_else(|| Fault::with_code(2_150_858_779))?;
        self.answer(request, rest, most, "Pull")
    }

    /// As many objects as may be in one answer, and how to get the others.
    fn answer(&self, request: &Request, mut rest: Rest, most: usize, verb: &str) -> Result<Vec<u8>, Fault> {
        let most = most.min(MAX_BATCH_ITEMS).min(self.settings.page.unwrap_or(MAX_BATCH_ITEMS));
        let mut room = request.max_envelope.saturating_sub(ENVELOPE_OVERHEAD);
        let mut page = Vec::new();
        while let Some(item) = rest.items.front()
            && page.len() < most
            && item.len() <= room
        {
            room -= item.len();
            page.extend(rest.items.pop_front());
        }
        if page.is_empty() && most > 0 && !rest.items.is_empty() {
            return Err(Fault::with_code(2_150_858_790));
        }
        let context = (!rest.items.is_empty() || most == 0).then(|| self.contexts.keep(rest));
        // Both have the same parts; those that WS-Management added to Enumerate are in its namespace.
        let prefix = if verb == "Enumerate" { "w" } else { "n" };
        let (response, list) = (format!("n:{verb}Response"), format!("{prefix}:Items"));
        let action = format!("{ENUMERATION}/{verb}Response");
        Ok(envelope(&action, Some(&request.message_id), |body| {
            body.open(&response, &[("xmlns:n", ENUMERATION)]);
            match &context {
                Some(context) => body.leaf("n:EnumerationContext", &[], context),
                None if verb == "Enumerate" => body.empty("n:EnumerationContext"),
                None => {}
            }
            if most > 0 {
                body.open(&list, &[]);
                page.iter().for_each(|item| body.raw(item));
                body.close(&list);
            }
            if context.is_none() {
                body.empty(&format!("{prefix}:EndOfSequence"));
            }
            body.close(&response);
        }))
    }
}

/// The namespace or the class is not there. How Windows tells of either is not documented; this is what it says of any
/// resource that it cannot find.
pub(crate) fn no_such_resource() -> Fault {
    Fault::with_code(2_150_858_752)
}

/// The query cannot be processed, as the plug-in tells it.
pub(crate) fn cannot_process_filter() -> Fault {
    Fault::with_code(2_150_858_778).in_form(FaultForm::ProviderFault)
}

fn resource(uri: &str) -> Result<Resource, Fault> {
    let (namespace, class) =
        uri.strip_prefix(WMI).and_then(|path| path.rsplit_once('/')).ok_or_else(no_such_resource)?;
    match class {
        _ if !namespace.eq_ignore_ascii_case(NAMESPACE) => Err(no_such_resource()),
        "*" => Ok(Resource::All),
        _ if class.eq_ignore_ascii_case(CLASS) => Ok(Resource::Class),
        _ => Err(no_such_resource()),
    }
}

fn query(filter: &Element) -> Result<Query, Fault> {
    if filter.attribute("Dialect") != Some(WQL) {
        return Err(Fault::with_code(2_150_858_777));
    }
    Query::parse(filter.trimmed()).map_err(|unfit| match unfit {
        Unfit::Query => cannot_process_filter(),
        Unfit::Class => no_such_resource(),
    })
}

fn only_child<'e>(body: &'e Element, name: &str) -> Result<&'e Element, Fault> {
    match body.children.as_slice() {
        [element] if element.is(ENUMERATION, name) => Ok(element),
        _ => Err(Fault::schema("The body does not hold the one element that belongs there. ")),
    }
}

/// One where the client does not say. DSP0226 8.2.3, 8.4
fn max_elements(asked: &Element, namespace: &str) -> Result<usize, Fault> {
    match asked.child(namespace, "MaxElements").map(|most| most.trimmed().parse()) {
        None => Ok(1),
        Some(Ok(most)) if most > 0 => Ok(most),
        Some(_) => Err(Fault::schema("MaxElements is no number of objects. ")),
    }
}
