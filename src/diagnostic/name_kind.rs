//! The kinds of names, as data and as text.

/// The kinds of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameKind {
    /// `tier web`
    Tier,
    /// `tiers backends = …`
    TierSet,
    /// `network office = …`
    Network,
    /// `anywhere`
    BuiltInNetwork,
    /// `external partner = …`
    External,
    /// `prefix-list s3 = …`
    PrefixList,
    /// `param office : cidr`
    Param,
    /// `param app-port : port`
    Port,
    /// Anything that can follow `from`.
    Peer,
    /// Likewise in an assertion.
    End,
    /// `service app = …`
    Service,
    /// `vpc main { … }`
    Vpc,
    /// `web-server`
    Role,
    /// `echo-request`
    IcmpType,
    /// `template-limits`
    Lint,
    /// `cidr`
    ParamType,
    /// `outbound`
    Key,
}

impl NameKind {
    /// The name of the kind in messages.
    pub fn words(self) -> &'static str {
        match self {
            NameKind::Tier => "tier",
            NameKind::TierSet => "tier set",
            NameKind::Network => "network",
            NameKind::BuiltInNetwork => "built-in network",
            NameKind::External => "external group",
            NameKind::PrefixList => "prefix list",
            NameKind::Param | NameKind::Port => "parameter",
            NameKind::Peer | NameKind::End => "peer",
            NameKind::Service => "service",
            NameKind::Vpc => "VPC",
            NameKind::Role => "role",
            NameKind::IcmpType => "ICMP type",
            NameKind::Lint => "lint",
            NameKind::ParamType => "parameter type",
            NameKind::Key => "key",
        }
    }

    /// The kind with its article.
    pub(super) fn one(self) -> String {
        match self {
            NameKind::External | NameKind::IcmpType => format!("an {}", self.words()),
            NameKind::Tier
            | NameKind::TierSet
            | NameKind::Network
            | NameKind::BuiltInNetwork
            | NameKind::PrefixList
            | NameKind::Param
            | NameKind::Port
            | NameKind::Peer
            | NameKind::End
            | NameKind::Service
            | NameKind::Vpc
            | NameKind::Role
            | NameKind::Lint
            | NameKind::Key
            | NameKind::ParamType => format!("a {}", self.words()),
        }
    }

    /// How to declare one, or where they are listed.
    pub(super) fn how(self, name: &str) -> Option<String> {
        match self {
            NameKind::Tier => Some(format!("declare it: `tier {name}`")),
            NameKind::Peer | NameKind::End if name == "vpc" => {
                Some("name the VPC too: `vpc main`".to_string())
            }
            NameKind::End if ["nobody", "none", "noone", "nothing"].contains(&name) => {
                Some("write `assert every tier, anywhere cannot reach …`".to_string())
            }
            NameKind::End if name == "itself" => {
                Some("name the tier at both ends: `assert web cannot reach web`".to_string())
            }
            NameKind::Peer | NameKind::End => Some(format!(
                "declare it: `tier {name}`, or `network {name} = \
                 203.0.113.0/24`"
            )),
            NameKind::Network | NameKind::BuiltInNetwork => {
                Some(format!("declare it: `network {name} = 203.0.113.0/24`"))
            }
            NameKind::Service => Some(format!(
                "run `tierwall services` for the built-in services, or declare \
                 it: `service {name} = tcp 8080`"
            )),
            NameKind::Vpc => Some(format!("declare it: `vpc {name} {{ cidr = 10.0.0.0/16 }}`")),
            NameKind::Param => Some(format!("declare it: `param {name} : cidr`")),
            NameKind::Port => Some(format!("declare it: `param {name} : port`")),
            NameKind::Role => Some(
                "valid roles are web-server, app-server, database, \
                 file-server, proxy, bastion, cache, mail-server, dns-server"
                    .to_string(),
            ),
            NameKind::IcmpType => {
                Some("a number is also valid: `icmp 3/4`, `icmpv6 128`".to_string())
            }
            NameKind::Lint => Some("run `tierwall explain` for a list".to_string()),
            NameKind::ParamType => Some(
                "valid types are vpc, cidr, cidr-ipv6, cidr-list, cidr-ipv6-list, external, \
                 prefix-list, port, string"
                    .to_string(),
            ),
            NameKind::TierSet | NameKind::External | NameKind::PrefixList | NameKind::Key => None,
        }
    }
}
