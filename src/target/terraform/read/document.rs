//! The three documents: a state and a plan as `terraform show -json` prints them, and the state as
//! Terraform stores it.

use super::references::References;
use super::resources::{Resource, ResourceReader};
use crate::inventory::{Inventory, Source, SourceError};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// How much of the start of a file tells what it is: both documents begin with their versions.
const START: usize = 4096;

/// Whether a source is one of these documents.
pub fn is_terraform_json(source: &Source<'_>) -> bool {
    let text = source.single_text().unwrap_or_default().trim_start();
    let start = crate::source::beginning(text, START);
    let has_version =
        || start.contains("\"terraform_version\"") || start.contains("\"format_version\"");
    start.starts_with('{') && has_version()
}

/// The groups and rules of a document.
pub fn read_terraform_json(source: &Source<'_>) -> Result<Inventory, SourceError> {
    let text = source.single_text().unwrap_or_default();
    let document: Document<'_> =
        serde_json::from_str(text).map_err(|error| SourceError::from_json(&error))?;
    document.refuse_newer()?;

    let mut reader = ResourceReader::new(text);
    if let Some(resources) = &document.resources {
        for resource in resources {
            add_stored(resource, &mut reader)?;
        }
        return Ok(reader.finish());
    }

    let references = match document.configuration {
        Some(configuration) => References::read(configuration).map_err(|error| SourceError {
            message: format!("`configuration`: {error}"),
            place: None,
            file: None,
        })?,
        None => References::default(),
    };
    let prior = document.prior_state.and_then(|state| state.values);
    let values = document.planned_values.or(document.values);
    if let Some(root) = values.and_then(|values| values.root_module) {
        add_module(&root, "", &references, &mut reader)?;
    }
    if let Some(root) = prior.and_then(|values| values.root_module) {
        add_data_sources(&root, &references, &mut reader)?;
    }
    Ok(reader.finish())
}

#[derive(Deserialize)]
struct Document<'a> {
    #[serde(borrow, default)]
    format_version: Option<Cow<'a, str>>,
    #[serde(default)]
    version: Option<u64>,
    #[serde(borrow, default)]
    values: Option<Values<'a>>,
    #[serde(borrow, default)]
    planned_values: Option<Values<'a>>,
    #[serde(borrow, default)]
    prior_state: Option<PriorState<'a>>,
    #[serde(borrow, default)]
    configuration: Option<&'a RawValue>,
    /// Of `terraform.tfstate`
    #[serde(borrow, default)]
    resources: Option<Vec<StoredResource<'a>>>,
}

#[derive(Deserialize)]
struct PriorState<'a> {
    #[serde(borrow, default)]
    values: Option<Values<'a>>,
}

#[derive(Deserialize)]
struct Values<'a> {
    #[serde(borrow, default)]
    root_module: Option<Module<'a>>,
}

#[derive(Deserialize)]
struct Module<'a> {
    #[serde(borrow, default)]
    address: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    resources: Vec<ShownResource<'a>>,
    #[serde(borrow, default)]
    child_modules: Vec<Module<'a>>,
}

/// A resource as `terraform show -json` prints it.
#[derive(Deserialize)]
struct ShownResource<'a> {
    #[serde(borrow)]
    address: Cow<'a, str>,
    #[serde(borrow)]
    mode: Cow<'a, str>,
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow, default)]
    index: Option<&'a RawValue>,
    #[serde(borrow, default)]
    values: Option<&'a RawValue>,
}

/// A resource of `terraform.tfstate`.
#[derive(Deserialize)]
struct StoredResource<'a> {
    #[serde(borrow, default)]
    module: Option<Cow<'a, str>>,
    #[serde(borrow)]
    mode: Cow<'a, str>,
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow, default)]
    instances: Vec<StoredInstance<'a>>,
}

#[derive(Deserialize)]
struct StoredInstance<'a> {
    #[serde(borrow, default)]
    index_key: Option<&'a RawValue>,
    #[serde(borrow, default)]
    attributes: Option<&'a RawValue>,
}

impl Document<'_> {
    /// Refuses a document of a format that this version does not know.
    fn refuse_newer(&self) -> Result<(), SourceError> {
        let refuse = |message: String| {
            Err(SourceError {
                message,
                place: None,
                file: None,
            })
        };
        if let Some(format) = &self.format_version {
            return match format.split('.').next() {
                Some("0" | "1") => Ok(()),
                Some(_) | None => refuse(format!(
                    "its format is {format}, and this version of tierwall knows format 1"
                )),
            };
        }
        match self.version {
            Some(4) => Ok(()),
            Some(version) => refuse(format!(
                "it is a state of version {version}, and this version of tierwall knows version 4"
            )),
            None => refuse("it says neither its `format_version` nor its `version`".to_string()),
        }
    }
}

fn add_module(
    module: &Module<'_>,
    path: &str,
    references: &References,
    reader: &mut ResourceReader<'_>,
) -> Result<(), SourceError> {
    for resource in &module.resources {
        if let Some(resource) = resource.as_resource(path) {
            reader.add(&resource, references)?;
        }
    }
    for child in &module.child_modules {
        let path = child.address.as_deref().unwrap_or(path);
        add_module(child, path, references, reader)?;
    }
    Ok(())
}

/// The data sources of the state before a plan, which its planned values do not have.
fn add_data_sources(
    module: &Module<'_>,
    references: &References,
    reader: &mut ResourceReader<'_>,
) -> Result<(), SourceError> {
    for resource in module.resources.iter().filter(|it| it.mode == "data") {
        if let Some(resource) = resource.as_resource("") {
            reader.add(&resource, references)?;
        }
    }
    module
        .child_modules
        .iter()
        .try_for_each(|child| add_data_sources(child, references, reader))
}

impl ShownResource<'_> {
    fn as_resource<'r>(&'r self, module: &'r str) -> Option<Resource<'r>> {
        Some(Resource {
            address: self.address.as_ref().into(),
            module,
            is_data: self.mode == "data",
            kind: &self.kind,
            name: &self.name,
            index: self.index.map(RawValue::get),
            values: self.values?.get(),
        })
    }
}

fn add_stored(
    stored: &StoredResource<'_>,
    reader: &mut ResourceReader<'_>,
) -> Result<(), SourceError> {
    let module = stored.module.as_deref().unwrap_or_default();
    let is_data = stored.mode == "data";
    for instance in &stored.instances {
        let index = instance.index_key.map(RawValue::get);
        let Some(attributes) = instance.attributes else {
            continue;
        };
        let parts = [
            module,
            if is_data { "data" } else { "" },
            &stored.kind,
            &stored.name,
        ];
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        let index_part = index.map_or(String::new(), |index| format!("[{index}]"));
        let resource = Resource {
            address: (parts.join(".") + &index_part).into(),
            module,
            is_data,
            kind: &stored.kind,
            name: &stored.name,
            index,
            values: attributes.get(),
        };
        reader.add(&resource, &References::default())?;
    }
    Ok(())
}
