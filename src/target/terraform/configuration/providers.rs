//! What providers say of resources, and the lists that AWS manages.

use super::evaluator::Evaluator;
use super::fields::Fields;
use super::load::Node;
use super::scope::Scope;
use super::value::Val;

/// The start of the names of the lists that AWS manages.
const MANAGED_BY_AWS: &str = "com.amazonaws.";

impl<'t> Evaluator<'t> {
    /// The name of a list that AWS manages and that a data source looks up: the region in it does
    /// not matter.
    pub(super) fn managed_list(
        &self,
        kind: &str,
        node: &Node<'t>,
        module: usize,
    ) -> Option<String> {
        if !["aws_ec2_managed_prefix_list", "aws_prefix_list"].contains(&kind) {
            return None;
        }
        if node
            .attribute("count")
            .or(node.attribute("for_each"))
            .is_some()
        {
            return None;
        }
        let name = node.attribute("name")?;
        let scope = Scope::of_module(module, node.file);
        match self.eval(name.expression, &scope).ok()? {
            Val::Text(name) if name.starts_with(MANAGED_BY_AWS) => Some(name.to_string()),
            Val::Template(pieces) => match pieces.parts.as_slice() {
                [Val::Text(start), Val::Unknown(_), Val::Text(end)]
                    if &**start == MANAGED_BY_AWS && end.starts_with('.') =>
                {
                    Some(format!("{MANAGED_BY_AWS}region{end}"))
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// The block of the provider of a resource.
    pub(super) fn provider_of(&self, resource: &Fields<'t>) -> Option<Fields<'t>> {
        let Fields::Block(node, _) = resource else {
            return None;
        };
        let root = self
            .configuration
            .directories
            .get(&self.configuration.root)?;
        let wanted = node.attribute("provider").map(|it| {
            let text = &self.configuration.files[it.file].text[it.span().range()];
            text.trim().split_once('.').map_or("", |(_, alias)| alias)
        });
        let mut providers = root.providers.iter();
        let provider = providers.find(|provider| {
            let alias = provider.attribute("alias");
            let alias = alias.and_then(|it| it.expression.as_str());
            let is_aws = provider
                .block
                .labels
                .first()
                .is_some_and(|it| it.as_str() == "aws");
            is_aws && alias == wanted
        })?;
        Some(Fields::Block(*provider, Scope::of_module(0, provider.file)))
    }
}
