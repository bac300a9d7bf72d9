//! Configurations of Terraform, asked like a program.

use crate::common::command::Scratch;
use std::collections::BTreeSet;
use tierwall::Memory;
use tierwall::compile::{Inputs, compile};
use tierwall::import::{is_source, read_at, write_literal};
use tierwall::inventory::Inventory;

/// What a directory holds, with values of variables.
fn try_read(files: &[(&str, &str)], set: &[(&str, &str)]) -> Result<Inventory, String> {
    let mut memory = Memory::new();
    for (name, text) in files {
        memory.insert(format!("infra/{name}"), *text);
    }
    let set: Vec<(String, String)> = set
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_string()))
        .collect();
    read_at(&mut memory, "infra", &set).map_err(|error| error.to_string())
}

fn sentences_of(inventory: &Inventory) -> BTreeSet<String> {
    let program = write_literal(inventory);
    let lines = program.text.lines();
    let sentences = lines.filter(|line| line.contains(" accepts ") || line.contains(" sends "));
    sentences
        .map(|line| line.split(" # ").next().unwrap_or(line).to_string())
        .collect()
}

/// The sentences of a configuration of these resources.
fn sentences(text: &str) -> BTreeSet<String> {
    let read = try_read(&[("main.tf", text)], &[]);
    sentences_of(&read.expect("a configuration"))
}

fn words(sentences: &[&str]) -> BTreeSet<String> {
    sentences.iter().map(|it| it.to_string()).collect()
}

/// A group `web` with these blocks.
fn web(inside: &str) -> String {
    format!("resource \"aws_security_group\" \"web\" {{\n{inside}\n}}\n")
}

/// An inline rule of port 443 with these attributes.
fn https(attributes: &str) -> String {
    web(&format!(
        "ingress {{\n protocol = \"tcp\"\n from_port = 443\n to_port = 443\n {attributes}\n}}"
    ))
}

fn error(text: &str) -> String {
    match try_read(&[("main.tf", text)], &[]) {
        Ok(inventory) => panic!("read as {:?}", sentences_of(&inventory)),
        Err(error) => error,
    }
}

fn remarks(inventory: &Inventory) -> Vec<String> {
    inventory.remarks.iter().map(ToString::to_string).collect()
}

#[test]
fn reads_rules_in_every_style() {
    let found = sentences(
        r#"
resource "aws_security_group" "web" {
  name   = "web"
  vpc_id = "vpc-0a1b2c3d"

  ingress {
    description      = "public"
    protocol         = "TCP"
    from_port        = "443"
    to_port          = 443
    cidr_blocks      = ["0.0.0.0/0"]
    ipv6_cidr_blocks = ["::/0"]
  }

  egress = [
    {
      protocol         = -1
      from_port        = 0
      to_port          = 0
      cidr_blocks      = ["0.0.0.0/0"]
      ipv6_cidr_blocks = []
      description      = null
    },
  ]
}

resource "aws_security_group" "app" {
  vpc_id = "vpc-0a1b2c3d"
}

resource "aws_security_group_rule" "app_web" {
  type                     = "ingress"
  security_group_id        = aws_security_group.app.id
  protocol                 = 6
  from_port                = 8080
  to_port                  = 8090
  source_security_group_id = aws_security_group.web.id
}

resource "aws_security_group_rule" "app_self" {
  type              = "ingress"
  security_group_id = aws_security_group.app.id
  protocol          = "all"
  from_port         = 0
  to_port           = 65535
  self              = true
}

resource "aws_security_group_rule" "app_lists" {
  type              = "egress"
  security_group_id = aws_security_group.app.id
  protocol          = "udp"
  from_port         = 53
  to_port           = 53
  cidr_blocks       = ["10.0.0.2/32", "10.0.1.2/32"]
  prefix_list_ids   = ["pl-0123456789abcdef0"]
}

resource "aws_vpc_security_group_ingress_rule" "ping" {
  security_group_id            = aws_security_group.app.id
  ip_protocol                  = "icmp"
  from_port                    = 8
  to_port                      = -1
  referenced_security_group_id = "444455556666/sg-0123456789abcdef0"
}

resource "aws_default_security_group" "default" {
  vpc_id = "vpc-0a1b2c3d"

  ingress {
    protocol  = -1
    from_port = 0
    to_port   = 0
    self      = true
  }
}
"#,
    );
    let wanted = words(&[
        "app accepts all from app",
        "app accepts icmp 8 from sg-0123456789abcdef0",
        "app accepts tcp 8080-8090 from web",
        "app sends udp 53 to 10.0.0.2/32",
        "app sends udp 53 to 10.0.1.2/32",
        "app sends udp 53 to pl-0123456789abcdef0",
        "default accepts all from default",
        "web accepts tcp 443 from 0.0.0.0/0",
        "web accepts tcp 443 from ::/0",
        "web sends all to 0.0.0.0/0",
    ]);
    assert_eq!(
        found, wanted,
        "a group of Terraform has no outbound rule by default"
    );
}

#[test]
fn repeats_what_count_and_for_each_repeat() {
    let found = sentences(
        r#"
locals {
  ports = { http = 80, https = 443 }
  admin = ["203.0.113.0/24", "198.51.100.7/32"]
  rules = flatten([
    for name, port in local.ports : [
      for cidr in local.admin : { key = "${name}-${cidr}", port = port + 8000, cidr = cidr }
    ]
  ])
}

resource "aws_security_group" "web" {
  count  = 2
  name   = format("web-%02d", count.index)
  vpc_id = "vpc-0a1b2c3d"

  dynamic "ingress" {
    for_each = count.index == 0 ? local.ports : {}
    iterator = port
    content {
      description = upper(port.key)
      protocol    = "tcp"
      from_port   = port.value
      to_port     = port.value
      cidr_blocks = ["0.0.0.0/0"]
    }
  }
}

resource "aws_vpc_security_group_ingress_rule" "admin" {
  for_each          = { for rule in local.rules : rule.key => rule if rule.port != 8080 }
  security_group_id = aws_security_group.web[1].id
  ip_protocol       = "tcp"
  from_port         = each.value.port
  to_port           = each.value.port
  cidr_ipv4         = each.value.cidr
}

resource "aws_security_group_rule" "members" {
  count                    = length(aws_security_group.web)
  type                     = "ingress"
  security_group_id        = element(aws_security_group.web[*].id, count.index)
  protocol                 = "tcp"
  from_port                = 7000
  to_port                  = 7000
  source_security_group_id = element(aws_security_group.web.*.id, count.index + 1)
}
"#,
    );
    let wanted = words(&[
        "web accepts tcp 443 from 0.0.0.0/0",
        "web accepts tcp 7000 from web-1",
        "web accepts tcp 80 from 0.0.0.0/0",
        "web-1 accepts tcp 7000 from web",
        "web-1 accepts tcp 8443 from 198.51.100.7/32",
        "web-1 accepts tcp 8443 from 203.0.113.0/24",
    ]);
    assert_eq!(found, wanted);
}

const MODULE: &str = r#"
variable "name" { type = string }
variable "client" {}
variable "port" {
  type    = number
  default = 5432
}
variable "extra" {
  type    = list(object({ port = number, cidr = optional(string, "10.9.0.0/16") }))
  default = []
}

resource "aws_security_group" "this" {
  name = "db-${var.name}"
}

resource "aws_security_group_rule" "client" {
  type                     = "ingress"
  security_group_id        = aws_security_group.this.id
  protocol                 = "tcp"
  from_port                = var.port
  to_port                  = var.port
  source_security_group_id = var.client
}

resource "aws_security_group_rule" "extra" {
  count             = length(var.extra)
  type              = "ingress"
  security_group_id = aws_security_group.this.id
  protocol          = "tcp"
  from_port         = var.extra[count.index].port
  to_port           = var.extra[count.index]["port"]
  cidr_blocks       = [var.extra[count.index].cidr]
}

output "id" { value = aws_security_group.this.id }
"#;

#[test]
fn reads_the_modules_of_its_directories() {
    let main = r#"
resource "aws_security_group" "app" {
  name = "app"
}

module "db" {
  source   = "./modules/db"
  for_each = toset(["users", "orders"])
  name     = each.key
  client   = aws_security_group.app.id
  extra    = each.key == "users" ? [{ port = "9187" }] : []
}

resource "aws_vpc_security_group_egress_rule" "db" {
  for_each                     = module.db
  security_group_id            = aws_security_group.app.id
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
  referenced_security_group_id = each.value.id
}
"#;
    let read = try_read(&[("main.tf", main), ("modules/db/main.tf", MODULE)], &[]);
    let inventory = read.expect("a configuration");
    let wanted = words(&[
        "app sends tcp 5432 to db-orders",
        "app sends tcp 5432 to db-users",
        "db-orders accepts tcp 5432 from app",
        "db-users accepts tcp 5432 from app",
        "db-users accepts tcp 9187 from 10.9.0.0/16",
    ]);
    assert_eq!(sentences_of(&inventory), wanted);

    let program = write_literal(&inventory).text;
    let address = "# module.db[\"users\"].aws_security_group_rule.extra[0]";
    assert!(program.contains(address), "{program}");
}

#[test]
fn what_is_unknown_is_a_parameter() {
    let main = r#"
variable "office" {
  description = "Head office"
  default     = "203.0.113.0/24"
}
variable "partners" {
  type    = list(string)
  default = ["198.51.100.0/24", "192.0.2.0/24"]
}
variable "port" { type = number }
data "aws_security_group" "lb" {
  name = "lb"
}
resource "aws_security_group" "web" {
  name = "web-${terraform.workspace}"
  ingress {
    protocol    = "tcp"
    from_port   = var.port
    to_port     = var.port
    cidr_blocks = [var.office, cidrsubnet("10.0.0.0/16", 8, 3), "${aws_eip.nat.public_ip}/32"]
  }
  ingress {
    protocol        = "tcp"
    from_port       = 443
    to_port         = 443
    cidr_blocks     = var.partners
    security_groups = [data.aws_security_group.lb.id, var.monitoring]
  }
}
resource "aws_vpc_security_group_ingress_rule" "each" {
  for_each          = toset(var.partners)
  security_group_id = aws_security_group.web.id
  ip_protocol       = "tcp"
  from_port         = 8443
  to_port           = 8443
  cidr_ipv4         = each.value
}
"#;
    let read = try_read(&[("main.tf", main)], &[]).expect("a configuration");
    let wanted = words(&[
        "web accepts tcp 443 from lb",
        "web accepts tcp 443 from monitoring",
        "web accepts tcp 443 from partners",
        "web accepts tcp 8443 from partners",
        "web accepts tcp port from 10.0.3.0/24",
        "web accepts tcp port from office",
        "web accepts tcp port from public-ip-32",
    ]);
    assert_eq!(sentences_of(&read), wanted);
    let program = write_literal(&read).text;
    for line in [
        "param office : cidr = 203.0.113.0/24",
        "param partners : cidr-list = [198.51.100.0/24,192.0.2.0/24]",
        "param port : port",
        "param lb : external",
    ] {
        assert!(program.lines().any(|it| it == line), "{line}\n{program}");
    }
    assert!(remarks(&read).is_empty(), "{:?}", remarks(&read));

    let files = [("main.tf", main), ("terraform.tfvars", "port = 8080\n")];
    let set = [
        ("office", "192.0.2.128/25"),
        ("partners", "198.51.100.0/24"),
    ];
    let read = try_read(&files, &set).expect("a configuration");
    let found = sentences_of(&read);
    for sentence in [
        "web accepts tcp 8080 from 192.0.2.128/25",
        "web accepts tcp 443 from 198.51.100.0/24",
        "web accepts tcp 8443 from 198.51.100.0/24",
    ] {
        assert!(found.contains(sentence), "{sentence}: {found:?}");
    }
    assert_eq!(read.applied_bindings, ["office", "partners"]);
}

#[test]
fn loops_and_conditions_assume_defaults_and_say_so() {
    let main = r#"
variable "public" { default = false }
variable "rules" {
  default = { ssh = { port = 22, cidr = "10.0.0.0/8" } }
}
variable "unused" { default = true }
resource "aws_security_group" "web" {
  dynamic "ingress" {
    for_each = var.rules
    content {
      protocol    = "tcp"
      from_port   = ingress.value.port
      to_port     = ingress.value["port"]
      cidr_blocks = [ingress.value.cidr]
    }
  }
}
resource "aws_security_group_rule" "public" {
  count             = var.public ? 1 : 0
  type              = "ingress"
  security_group_id = aws_security_group.web.id
  protocol          = "tcp"
  from_port         = 80
  to_port           = 80
  cidr_blocks       = ["0.0.0.0/0"]
}
"#;
    let read = try_read(&[("main.tf", main)], &[]).expect("a configuration");
    assert_eq!(
        sentences_of(&read),
        words(&["web accepts tcp 22 from 10.0.0.0/8"])
    );
    let assumed = |name: &str, value: &str, line: u32| {
        format!(
            "infra/main.tf:{line}: `var.{name}` has no value, and decides which rules there are: \
             its default {value} is assumed"
        )
    };
    let rules = "{ \"ssh\" = { \"cidr\" = \"10.0.0.0/8\", \"port\" = 22, }, }";
    let wanted = [assumed("public", "false", 19), assumed("rules", rules, 9)];
    assert_eq!(remarks(&read), wanted);

    let read = try_read(&[("main.tf", main)], &[("public", "true")]).expect("a configuration");
    assert!(sentences_of(&read).contains("web accepts tcp 80 from 0.0.0.0/0"));
    assert_eq!(remarks(&read), [assumed("rules", rules, 9)]);
}

#[test]
fn what_decides_which_rules_there_are_has_to_be_known() {
    let rule = |inside: &str| {
        format!(
            "variable \"x\" {{}}\nresource \"aws_security_group_rule\" \"r\" {{\n  {inside}\n  \
             type = \"ingress\"\n security_group_id = \"sg-0123456789abcdef0\"\n protocol = \
             \"tcp\"\n from_port = 1\n to_port = 1\n cidr_blocks = [\"10.0.0.0/8\"]\n}}\n"
        )
    };
    let there = "it is unknown which `aws_security_group_rule.r` there are: ";
    for (inside, message) in [
        (
            "count = var.x",
            format!("line 3, column 11: {there}`var.x`; set it: `--set x=…`"),
        ),
        (
            "count = var.x == \"a\" ? 1 : 0",
            format!("line 3, column 11: {there}`var.x == \"a\" ? 1 : 0`"),
        ),
        (
            "for_each = data.aws_subnets.all.ids",
            format!("line 3, column 14: {there}`data.aws_subnets.all.ids`"),
        ),
        (
            "for_each = [\"a\"]",
            "line 3, column 14: `for_each` needs a map, or a set of texts, and has a list: \
             `toset(…)`"
                .to_string(),
        ),
        (
            "self = data.x.y.z",
            "line 3, column 10: `self` decides which rules there are, and is unknown: `data.x.y.z`"
                .to_string(),
        ),
    ] {
        assert_eq!(error(&rule(inside)), message, "{inside}");
    }

    let dynamic = web(
        "dynamic \"ingress\" {\nfor_each = data.x.y.z\ncontent {\nprotocol = \
                       ingress.value\ncidr_blocks = [\"10.0.0.0/8\"]\n}\n}",
    );
    let wanted = "line 3, column 12: it is unknown which `ingress` there are: `data.x.y.z`";
    assert_eq!(error(&dynamic), wanted);
    let attribute = web("ingress = data.x.y.z");
    let wanted = "line 2, column 11: it is unknown which `ingress` there are: data.x.y.z";
    assert_eq!(error(&attribute), wanted);
}

#[test]
fn reports_each_error_at_its_place() {
    for (text, message) in [
        (
            "resource \"aws_security_group\" \"web\" {\n  name = \n}\n".to_string(),
            "line 2, column 10: ",
        ),
        (web("name = \"a\""), ""),
        (web("name = \"a\"\nname = \"b\""), "line 3"),
        (
            "locals {\n  a = 1\n}\nlocals {\n  a = 2\n}\n".to_string(),
            "line 5, column 3: `local.a` is declared twice",
        ),
        (
            format!("{}{}", web(""), web("")),
            "line 4, column 1: `aws_security_group.web` is declared twice",
        ),
        (
            https("cidr_blocks = [\"10.0.0.300/8\"]"),
            "line 2, column 1: aws_security_group.web: `10.0.0.300/8` is no block of addresses",
        ),
        (
            https("cidr_blocks = \"10.0.0.0/8\""),
            "line 6, column 16: `cidr_blocks`: expected a list, found a text",
        ),
        (
            https("cidr_blocks = [[\"10.0.0.0/8\"]]"),
            "line 6, column 16: `cidr_blocks`: expected a text or a number, found a list",
        ),
        (
            https("cidr_blocks = [local.a]").replace("443", "var.x.y + {}"),
            "line 4, column 14: `+` of",
        ),
        (
            https("cidr_blocks = [tolist([1, 2])[2]]"),
            "line 6, column 17: there are 2 elements",
        ),
        (
            https("cidr_blocks = [{ a = 1 }.b]"),
            "line 6, column 17: there is no attribute `b`",
        ),
        (
            https("cidr_blocks = [cidrsubnet(\"10.0.0.0/30\", 8, 0)]"),
            "line 6, column 17: `cidrsubnet`: a prefix of 38 bits is too long",
        ),
        (
            https("cidr_blocks = [count.index]"),
            "line 6, column 17: `count.index` stands outside of a `count`",
        ),
        (
            https("cidr_blocks = [each.value]"),
            "line 6, column 17: `each` stands outside of a `for_each`",
        ),
        (
            https("self = true").replace("\"tcp\"", "\"tpc\""),
            "line 2, column 1: aws_security_group.web: `tpc` is no protocol",
        ),
        (
            https("self = true").replace("protocol", "protocl"),
            "line 2, column 1: `protocol` is missing",
        ),
        (
            https(""),
            "line 2, column 1: aws_security_group.web: the rule has no peer",
        ),
        (
            "a = 1\n".to_string(),
            "line 1, column 1: expected a block, found `a =`",
        ),
        (
            "variable {\n}\n".to_string(),
            "line 1, column 1: `variable` has 0 labels",
        ),
        (
            "module \"m\" {\n  source = \"./missing\"\n}\n".to_string(),
            "line 1, column 1: there is no configuration in `infra/missing`",
        ),
        (
            "resource \"awscc_ec2_security_group\" \"x\" {\n}\n".to_string(),
            "line 1, column 1: resources of type `awscc_ec2_security_group` are not read",
        ),
    ] {
        if message.is_empty() {
            sentences(&text);
            continue;
        }
        let found = error(&text);
        assert!(found.starts_with(message), "{found}\n{text}");
    }

    let two = [
        ("a.tf", "locals {\n  a = 1\n}\n"),
        ("b.tf", "locals {\n  a = 1\n}\n"),
    ];
    let found = try_read(&two, &[]).expect_err("an error");
    assert_eq!(
        found,
        "infra/b.tf, line 2, column 3: `local.a` is declared twice"
    );
    for name in ["main_override.tf", "main.tf.json"] {
        let found = try_read(&[(name, "{}"), ("main.tf", "")], &[]).expect_err("an error");
        assert!(
            found.contains("not read; ask about the state or a plan"),
            "{found}"
        );
    }
}

#[test]
fn two_unknown_values_are_not_one() {
    let main = r#"
variable "ids" {
  type = map(string)
}
locals {
  pairs = { a = data.x.a.id, b = data.x.b.id }
}
resource "aws_security_group" "web" {}
resource "aws_security_group_rule" "r" {
  for_each                 = local.pairs
  type                     = "ingress"
  security_group_id        = aws_security_group.web.id
  protocol                 = "tcp"
  from_port                = 1
  to_port                  = 1
  source_security_group_id = lookup(data.y.groups.all, each.key, each.value)
}
"#;
    let found = sentences(main);
    assert_eq!(found.len(), 2, "{found:?}");
}

#[test]
fn a_group_of_the_configuration_is_never_hidden_in_an_unknown_value() {
    let rule = |groups: &str| {
        format!(
            "{}resource \"aws_security_group\" \"db\" {{\n  ingress {{\n    protocol = \"tcp\"\n    \
             from_port = 1\n    to_port = 1\n    {groups}\n  }}\n}}\n",
            web("")
        )
    };
    let own = "aws_security_group.web.id";
    for groups in [
        format!("security_groups = concat([{own}], var.more)"),
        format!("security_groups = compact(concat(var.more, [{own}, \"\"]))"),
        format!("security_groups = flatten([[{own}], var.more])"),
        format!("security_groups = distinct([{own}, {own}, var.more])"),
    ] {
        let wanted = ["db accepts tcp 1 from more", "db accepts tcp 1 from web"];
        assert_eq!(sentences(&rule(&groups)), words(&wanted), "{groups}");
    }
    for groups in [
        format!("security_groups = [coalesce({own}, var.more)]"),
        format!("security_groups = [join(\"\", [{own}])]"),
        format!("security_groups = [try({own}, var.more)]"),
    ] {
        let wanted = words(&["db accepts tcp 1 from web"]);
        assert_eq!(sentences(&rule(&groups)), wanted, "{groups}");
    }
    for groups in [
        format!("security_groups = var.more ? [{own}] : []"),
        format!("security_groups = [coalesce(var.more, {own})]"),
        format!("security_groups = [for x in var.more : x == 1 ? x : {own}]"),
    ] {
        let found = error(&rule(&groups));
        assert!(
            found.contains("it is unknown which group this is"),
            "{found}"
        );
    }

    let blocks = https("cidr_blocks = concat([\"0.0.0.0/0\"], var.more)");
    let wanted = [
        "web accepts tcp 443 from 0.0.0.0/0",
        "web accepts tcp 443 from more",
    ];
    assert_eq!(sentences(&blocks), words(&wanted));
}

#[test]
fn a_protocol_is_known_or_a_default() {
    let main = |default: &str| {
        let rule = https("self = true").replace("\"tcp\"", "var.protocol");
        format!("variable \"protocol\" {{\n  {default}\n}}\n{rule}")
    };
    let read = try_read(&[("main.tf", &main("default = \"udp\""))], &[]).expect("it is known");
    assert_eq!(
        sentences_of(&read),
        words(&["web accepts udp 443 from web"])
    );
    let wanted = "infra/main.tf:6: `var.protocol` has no value, and decides which rules there are: \
                  its default \"udp\" is assumed";
    assert_eq!(remarks(&read), [wanted]);
    let wanted = "line 6, column 13: `protocol` decides which rules there are, and is unknown: \
                  `var.protocol`; set it: `--set protocol=…`";
    assert_eq!(error(&main("type = string")), wanted);
}

#[test]
fn a_default_that_is_no_value_is_none() {
    let main = format!(
        "variable \"office\" {{\n  default = \"\"\n}}\n{}",
        https("cidr_blocks = [var.office]")
    );
    let read = try_read(&[("main.tf", &main)], &[]).expect("a configuration");
    let program = write_literal(&read).text;
    assert!(program.contains("param office : cidr\n"), "{program}");
}

#[test]
fn modules_without_groups_are_not_worked_out() {
    let main = "module \"queue\" {\n  source = \"./queue\"\n  count = data.x.y.z\n}\n";
    let files = [
        ("main.tf", main),
        ("queue/main.tf", "resource \"aws_sqs_queue\" \"x\" {}\n"),
    ];
    try_read(&files, &[]).expect("a configuration");
    let files = [("main.tf", main), ("queue/main.tf", &web(""))];
    let found = try_read(&files, &[]).expect_err("an error");
    let wanted = "infra/main.tf, line 3, column 11: it is unknown which `module.queue` there are: \
                  `data.x.y.z`";
    assert_eq!(found, wanted);
}

#[test]
fn names_a_module_that_is_not_read() {
    let main = r#"
resource "aws_security_group" "web" {}
module "cluster" {
  source  = "example/cluster/aws"
  version = "1.0.0"
  groups  = [aws_security_group.web.id]
}
resource "aws_security_group_rule" "r" {
  type                     = "ingress"
  security_group_id        = aws_security_group.web.id
  protocol                 = "tcp"
  from_port                = 1
  to_port                  = 1
  source_security_group_id = module.cluster.node_group
}
"#;
    let read = try_read(&[("main.tf", main)], &[]).expect("a configuration");
    assert_eq!(
        sentences_of(&read),
        words(&["web accepts tcp 1 from node-group"])
    );
    let wanted = "infra/main.tf:3: `module.cluster` is not read, and what it makes is unknown: \
                  `example/cluster/aws`; it may put rules on aws_security_group.web";
    assert_eq!(remarks(&read), [wanted]);
}

#[test]
fn lists_are_known_only_as_a_whole() {
    let list = |entry: &str| {
        format!(
            "variable \"x\" {{}}\nresource \"aws_security_group\" \"web\" {{}}\nresource \
             \"aws_ec2_managed_prefix_list\" \"offices\" {{\n name = \"offices\"\n address_family \
             = \"IPv4\"\n max_entries = 5\n entry {{\n cidr = {entry}\n}}\n}}\nresource \
             \"aws_ec2_managed_prefix_list_entry\" \"more\" {{\n prefix_list_id = \
             aws_ec2_managed_prefix_list.offices.id\n cidr = \"192.0.2.0/24\"\n}}\nresource \
             \"aws_vpc_security_group_ingress_rule\" \"r\" {{\n security_group_id = \
             aws_security_group.web.id\n ip_protocol = \"tcp\"\n from_port = 22\n to_port = 22\n \
             prefix_list_id = aws_ec2_managed_prefix_list.offices.id\n}}\n"
        )
    };
    let program = |entry: &str| {
        let read = try_read(&[("main.tf", &list(entry))], &[]).expect("a configuration");
        write_literal(&read).text
    };
    let known = program("\"203.0.113.0/24\"");
    let wanted = "prefix-list offices = 192.0.2.0/24, 203.0.113.0/24";
    assert!(known.contains(wanted), "{known}");
    let unknown = program("var.x");
    assert!(unknown.contains("param offices : prefix-list"), "{unknown}");
}

#[test]
fn hostile_configurations_end_in_bounded_time() {
    let doubling: String = (1..60)
        .map(|n| format!("a{n} = [local.a{0}, local.a{0}]\n", n - 1))
        .collect();
    let longer: String = (1..60)
        .map(|n| format!("a{n} = \"${{local.a{0}}}${{local.a{0}}}\"\n", n - 1))
        .collect();
    let chain: String = (1..5000)
        .map(|n| format!("a{n} = local.a{}\n", n - 1))
        .collect();
    let deep = format!("a99 = {}1{}\n", "[".repeat(100_000), "]".repeat(100_000));
    let parentheses = format!("a99 = {}1{}\n", "(".repeat(63), ")".repeat(63));
    let products: String =
        "a0 = range(1000)\na99 = [for a in local.a0 : [for b in local.a0 : [for \
                            c in local.a0 : [for d in local.a0 : d]]]]\n"
            .to_string();
    for (locals, name, message) in [
        (
            format!("a0 = \"x\"\n{doubling}"),
            "a59",
            "the value is too large",
        ),
        (
            format!("a0 = []\n{doubling}"),
            "a59",
            "the value is too large",
        ),
        (
            format!("a0 = \"xxxxxxxxxxxxxxxx\"\n{longer}"),
            "a59",
            "the value is too large",
        ),
        (
            format!("a0 = 1\n{chain}"),
            "a4999",
            "expressions refer to each other too deeply",
        ),
        (
            "a0 = local.a99\na99 = local.a0\n".to_string(),
            "a99",
            "`a99` refers to itself",
        ),
        (
            "a99 = range(1000000000)\n".to_string(),
            "a99",
            "`range`: more than 1024 numbers",
        ),
        (
            products,
            "a99",
            "the configuration takes too long to evaluate",
        ),
        (
            "a0 = range(1000)\na99 = setproduct(local.a0, local.a0, local.a0)\n".to_string(),
            "a99",
            "`setproduct`: more than 65536 combinations",
        ),
        (deep, "a99", "nest"),
        (parentheses, "a99", "`cidr_blocks`: expected a list"),
    ] {
        let rule = https(&format!("cidr_blocks = local.{name}"));
        let found = error(&format!("{rule}locals {{\n{locals}}}\n"));
        assert!(found.contains(message), "{found}");
    }

    let splats = https(&format!("cidr_blocks = var.x{}", "[*]".repeat(100_000)));
    assert!(error(&splats).contains("too deeply"));

    let itself = "module \"m\" {\n  source = \"./\"\n}\n";
    let found = error(itself);
    assert!(found.contains("module `m` is called by itself"), "{found}");
    let twice = "module \"m\" {\n  source = \"./\"\n  count = 9\n}\n";
    let found = error(twice);
    assert!(
        found.contains("module `m` is called by itself") || found.contains("modules"),
        "{found}"
    );
}

#[test]
fn a_truncated_file_is_no_panic() {
    let whole = format!("{MODULE}{}", https("cidr_blocks = [\"${var.a}/8\", \"é\"]"));
    for end in (0..whole.len()).filter(|end| whole.is_char_boundary(*end)) {
        let _ = try_read(&[("main.tf", &whole[..end])], &[]);
    }
}

#[test]
fn a_program_is_no_configuration() {
    for (name, text, expected) in [
        ("main.tf", "", true),
        ("a.tofu", "tier web\n", true),
        ("<stdin>", "# a\n\nresource \"aws_vpc\" \"x\" {\n}\n", true),
        ("<stdin>", "terraform {\n}\n", true),
        ("<stdin>", "variable \"x\" {}\n", true),
        ("<stdin>", "tier web { vpc = main }\n", false),
        ("<stdin>", "vpc main { id = \"vpc-1\" }\n", false),
        ("<stdin>", "stack shop { labels = written }\n", false),
        ("<stdin>", "network office = 10.0.0.0/8\n", false),
        ("shop.tier", "resource \"aws_vpc\" \"x\" {\n}\n", false),
    ] {
        assert_eq!(is_source(name, text), expected, "{name}: {text}");
    }
}

#[test]
fn answers_questions_about_a_directory() {
    let scratch = Scratch::new();
    let main = https("cidr_blocks = [\"203.0.113.0/24\"]");
    scratch.write("infra/main.tf", &main);
    scratch.write(
        "infra/other.tf",
        "# nothing\nresource \"aws_security_group\" \"db\" {}\n",
    );
    scratch.write(
        "policy.tier",
        "include \"infra/\"\nassert internet cannot reach db\n",
    );
    scratch.run(&["check", "policy.tier"]).exits(0);

    let flows = scratch.run(&["flows", "infra"]).exits(0).out();
    let wanted = "infra/main.tf:2: web accepts tcp 443 from 203.0.113.0/24";
    assert!(flows.contains(wanted), "{flows}");
    scratch
        .run(&["import", "infra"])
        .exits(0)
        .says("equal: proved");

    scratch.write("infra/main.tf", main.replace("203.0.113.0/24", "0.0.0.0/0"));
    let check = scratch.run(&["check", "--message-format", "short", "infra"]);
    check.exits(0);
    let trace = [
        "trace", "infra", "--from", "internet", "--to", "db", "--on", "https",
    ];
    scratch.run(&trace).exits(1);
    scratch
        .run(&["build", "infra", "--to", "terraform"])
        .exits(2);

    scratch.write("infra/shop.tier", "tier web\n");
    scratch
        .run(&["flows", "infra"])
        .exits(2)
        .says("it is a directory");
}

#[test]
fn compares_a_directory_with_a_commit() {
    let scratch = Scratch::new();
    scratch.git(&["init", "--quiet", "--initial-branch", "main"]);
    let main = format!(
        "{}module \"queue\" {{\n  source = \"example/queue/aws\"\n}}\n",
        https("cidr_blocks = [\"203.0.113.0/24\"]")
    );
    scratch.write("infra/main.tf", &main);
    scratch.commit("one");
    scratch.write("infra/main.tf", main.replace("203.0.113.0/24", "0.0.0.0/0"));
    let diff = ["diff", "--git", "HEAD", "infra", "--deny", "internet"];
    let run = scratch.run(&diff);
    run.exits(1);
    run.says("note[W0401]: HEAD:infra/main.tf:9: `module.queue` is not read");
    let diff = run.out();
    assert!(diff.contains("web  tcp 443"), "{diff}");
    assert!(
        diff.contains("infra/main.tf:2: web accepts tcp 443 from 0.0.0.0/0"),
        "{diff}"
    );
}

#[test]
fn a_note_says_what_a_proof_depends_on() {
    let main = format!(
        "variable \"public\" {{\n  default = false\n}}\n{}",
        https("cidr_blocks = var.public ? [\"0.0.0.0/0\"] : [\"10.0.0.0/8\"]")
    );
    let mut files = Memory::new().with("infra/main.tf", main);
    let inputs = Inputs::on("2026-01-15".parse().expect("a date"));
    let compilation = compile("infra", &mut files, &inputs).expect("a source");
    let problems = compilation.problems.sorted();
    let notes: Vec<String> = problems.iter().map(|it| it.report().message).collect();
    let wanted = "infra/main.tf:9: `var.public` has no value, and decides which rules there are: \
                  its default false is assumed";
    assert_eq!(notes, [wanted]);
}
