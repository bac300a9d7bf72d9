//! Statements of other tools, and what to write instead.

use super::habits::{first_tokens, is_name};

/// A statement of another tool.
#[derive(Debug, Clone, Copy)]
pub struct Foreign {
    /// Its first words; `*` is any word.
    words: &'static [&'static str],
    /// The tool.
    pub tool: &'static str,
    /// What to write instead; `{name}` is replaced by the name in the statement.
    help: &'static str,
}

const TERRAFORM: &str = "Terraform";
const CLOUDFORMATION: &str = "CloudFormation";
const KUBERNETES: &str = "Kubernetes";
const YAML: &str = "YAML";
const IPTABLES: &str = "iptables";
const CISCO: &str = "Cisco IOS";
const UNIX: &str = "a shell";
const LANGUAGE: &str = "a programming language";

const TIER: &str = "a tier is a security group: `tier {name}`";
const SENTENCE: &str = "each rule is a sentence: `web allows https from anywhere`";
const BLOCKS: &str = "declare the addresses: `network {name} = 203.0.113.0/24`";
const PARAM: &str = "declare an input value as a parameter: `param {name} : cidr`";
const INCLUDE: &str = "include a file by its path: `include \"network.tier\"`";
const VPC: &str = "declare the VPC: `vpc {name} { cidr = 10.0.0.0/16 }`";
const LIST: &str = "name the list by its id: `prefix-list {name} = \"pl-0123456789abcdef0\"`";
const NOTHING: &str = "remove it: `tierwall build` writes it to the output";

macro_rules! foreign {
    ($($tool:ident: $([$($word:literal)+] $help:ident;)+)+) => {
        &[$($(Foreign { words: &[$($word),+], tool: $tool, help: $help },)+)+]
    };
}

const FOREIGN: &[Foreign] = foreign! {
    TERRAFORM:
        ["resource" "\"aws_security_group\""] TIER;
        ["resource" "\"aws_vpc\""] VPC;
        ["resource" "\"aws_ec2_managed_prefix_list\""] LIST;
        ["resource" "*"] SENTENCE;
        ["data" "\"aws_vpc\""] VPC;
        ["data" "*"] LIST;
        ["variable" "*"] PARAM;
        ["output" "*"] NOTHING;
        ["provider" "*"] NOTHING;
        ["terraform" "{"] NOTHING;
        ["moved" "{"] NOTHING;
        ["module" "*"] INCLUDE;
        ["locals" "{"] BLOCKS;
        ["ingress" "{"] SENTENCE;
        ["ingress" "="] SENTENCE;
        ["egress" "{"] SENTENCE;
        ["egress" "="] SENTENCE;
        ["dynamic" "*"] SENTENCE;
        ["from_port" "="] SENTENCE;
        ["to_port" "="] SENTENCE;
        ["protocol" "="] SENTENCE;
        ["cidr_blocks" "="] SENTENCE;
        ["vpc_id" "="] VPC;
        ["aws_security_group" "*"] TIER;
    CLOUDFORMATION:
        ["AWSTemplateFormatVersion:"] NOTHING;
        ["Resources:"] TIER;
        ["Parameters:"] PARAM;
        ["Outputs:"] NOTHING;
        ["Mappings:"] BLOCKS;
        ["Properties:"] TIER;
        ["SecurityGroupIngress:"] SENTENCE;
        ["SecurityGroupEgress:"] SENTENCE;
        ["CidrIp:"] SENTENCE;
        ["Type:" "*"] TIER;
        ["{" "\"Resources\""] TIER;
        ["{" "\"AWSTemplateFormatVersion\""] NOTHING;
    KUBERNETES:
        ["apiVersion:" "*"] SENTENCE;
        ["kind:" "*"] SENTENCE;
        ["spec:"] SENTENCE;
        ["metadata:"] TIER;
        ["podSelector:"] TIER;
        ["ingress:"] SENTENCE;
        ["egress:"] SENTENCE;
    YAML:
        ["---"] NOTHING;
        ["-" "*"] TIER;
        ["tier:"] TIER;
        ["tiers:"] TIER;
        ["network:"] BLOCKS;
        ["networks:"] BLOCKS;
        ["rules:"] SENTENCE;
        ["groups:"] TIER;
        ["security_groups:"] TIER;
        ["include:" "*"] INCLUDE;
    IPTABLES:
        ["iptables" "*"] SENTENCE;
        ["ip6tables" "*"] SENTENCE;
        ["-A" "*"] SENTENCE;
        ["nft" "*"] SENTENCE;
        ["ufw" "*"] SENTENCE;
        ["firewall-cmd" "*"] SENTENCE;
        ["pass" "in"] SENTENCE;
        ["pass" "out"] SENTENCE;
        ["table" "*"] BLOCKS;
        ["chain" "*"] SENTENCE;
    CISCO:
        ["access-list" "*"] SENTENCE;
        ["ip" "access-list"] SENTENCE;
        ["ip" "access-group"] SENTENCE;
        ["permit" "tcp"] SENTENCE;
        ["permit" "udp"] SENTENCE;
        ["permit" "ip"] SENTENCE;
        ["permit" "icmp"] SENTENCE;
        ["object-group" "service"] SENTENCE;
        ["object-group" "*"] BLOCKS;
        ["object" "network"] BLOCKS;
        ["network-object" "*"] BLOCKS;
        ["interface" "*"] TIER;
        ["remark" "*"] SENTENCE;
    UNIX:
        ["aws" "ec2"] SENTENCE;
        ["export" "*"] PARAM;
    LANGUAGE:
        ["let" "*"] BLOCKS;
        ["const" "*"] BLOCKS;
        ["var" "*"] BLOCKS;
        ["def" "*"] TIER;
        ["class" "*"] TIER;
        ["new" "*"] TIER;
        ["group" "*"] TIER;
        ["sg" "*"] TIER;
        ["security-group" "*"] TIER;
        ["security_group" "*"] TIER;
        ["server" "*"] TIER;
        ["servers" "*"] TIER;
        ["subnet" "*"] BLOCKS;
        ["cidr" "*"] BLOCKS;
        ["host" "*"] BLOCKS;
        ["alias" "*"] BLOCKS;
        ["rule" "*"] SENTENCE;
        ["import" "*"] INCLUDE;
        ["source" "*"] INCLUDE;
        ["require" "*"] INCLUDE;
        ["use" "*"] INCLUDE;
        ["load" "*"] INCLUDE;
};

impl Foreign {
    /// Whether it is a command, which can be followed by any words.
    pub fn is_command(&self) -> bool {
        [IPTABLES, UNIX].contains(&self.tool)
    }

    /// The help, with the name in the statement.
    pub fn write_help(&self, text: &str) -> String {
        let mut named = first_tokens(text)
            .into_iter()
            .skip(1)
            .map(|token| token.text.trim_matches('"').trim_end_matches(':'));
        let name = named.rfind(|name| is_name(name) && !name.starts_with("aws_"));
        let usual = if self.help == BLOCKS || self.help == PARAM {
            "office"
        } else {
            "web"
        };
        self.help.replace("{name}", name.unwrap_or(usual))
    }
}

/// The statement of another tool at the start of a text.
pub fn find_foreign(text: &str) -> Option<&'static Foreign> {
    let tokens = first_tokens(text);
    FOREIGN.iter().find(|foreign| {
        foreign.words.len() <= tokens.len()
            && foreign
                .words
                .iter()
                .zip(&tokens)
                .all(|(word, token)| *word == "*" || *word == token.text)
    })
}
