//! Syntax of other tools: the error, its position, and what to type. One mistake is one error; its
//! fix leaves none.

use crate::common::check;
use crate::common::command::Scratch;
use Fix::{None, Review, Safe};
use tierwall::compile::Compilation;
use tierwall::diagnostic::{self, Problem, Safety, apply_edits};
use tierwall::lint::{Level, Levels};
use tierwall::source::FileId;

/// The fix that an error has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fix {
    None,
    Safe,
    Review,
}

/// What was typed, the code, the line and column, what to type, and the fix.
type Row = (&'static str, &'static str, &'static str, &'static str, Fix);

/// The declarations before each of `SENTENCES`.
const DECLARATIONS: &str =
    "tier web, app, db\nparam office : cidr\nparam first : port\nparam last : port\n";

#[rustfmt::skip]
const SENTENCES: &[Row] = &[
    ("web allows tcp 8000:9000 from anywhere", "E0123", "1:16", "write `8000-9000`", Safe),
    ("web allows tcp/443 from anywhere", "E0123", "1:12", "write `tcp 443`", Safe),
    ("web allows tcp:443 from anywhere", "E0123", "1:12", "write `tcp 443`", Safe),
    ("web allows 443/tcp from anywhere", "E0123", "1:12", "write `tcp 443`", Safe),
    ("web allows https on 8443 from anywhere", "E0123", "1:12", "write `tcp 8443`", Review),
    ("web allows tcp 8000\u{2013}9000 from anywhere", "E0123", "1:16", "write `8000-9000`", Safe),
    ("web allows https from 10.0.0.1-10.0.0.9", "E0123", "1:23", "write `10.0.0.1, 10.0.0.2/31, 10.0.0.4/30, 10.0.0.8/31`", Safe),
    ("web allows https from 10.0/16", "E0110", "1:23", "did you mean `10.0.0.0/16`?", Review),
    ("web allows https from any", "E0201", "1:23", "did you mean `anywhere`?", Review),
    ("web allows https from all", "E0201", "1:23", "did you mean `anywhere`?", Review),
    ("web allows https from self", "E0201", "1:23", "did you mean `itself`?", Review),
    ("web allows https from sg-0123456789abcdef0", "E0213", "1:23", "declare it: `external partner = \"sg-0123456789abcdef0\"`, and write `partner`", None),
    ("web allows https from pl-0123456789abcdef0", "E0213", "1:23", "declare it: `prefix-list partner = \"pl-0123456789abcdef0\"`, and write `partner`", None),
    ("web allows https from example.com", "E0128", "1:23", "declare its addresses: `network partner = 203.0.113.0/24`, or `param partner : cidr`", None),
    ("web allows https from ${office}", "E0123", "1:23", "write `office`", Review),
    ("web allows https from var.office", "E0123", "1:23", "write `office`", Review),
    ("web allows http https from anywhere", "E0124", "1:12", "write `http,`", Review),
    ("web app allow https from anywhere", "E0124", "1:1", "write `web,`", Review),
    ("web and app allow https from anywhere", "E0123", "1:5", "write `,`", Safe),
    ("web allows http, https, from anywhere", "E0123", "1:23", "remove `,`", Safe),
    ("web allows from anywhere", "E0101", "1:12", "name a service: `web allows https from anywhere`", None),
    ("from web to db allow mysql", "E0127", "1:1", "write `db allows mysql from web`", Review),
    ("allow https from anywhere to web", "E0127", "1:1", "write `web allows https from anywhere`", Review),
    ("from app to db", "E0127", "1:1", "name a service: `db allows https from app`", None),
    ("allow tcp from any to any", "E0127", "1:1", "name the tier that accepts: `web allows tcp from anywhere`", None),
    ("web allows https to", "E0101", "1:19", "name a peer: `web allows https to app`", None),
    ("web allows https from", "E0101", "1:21", "name a peer: `web allows https from anywhere`", None),
    ("assert web can rech db", "E0101", "1:16", "did you mean `reach`?", Review),
    ("web allows https from \"sg-0fedcba9876543210\"", "E0213", "1:23", "declare it: `external partner = \"sg-0fedcba9876543210\"`, and write `partner`", None),
    ("web allows https from \"sg-0fedcba9876543210\", \"sg-0fedcba9876543211\"", "E0213", "1:23", "declare it: `external partner = \"sg-0fedcba9876543210\"`, and write `partner`", None),
    ("web allows https from app \"in\", \"out\"", "E0123", "1:27", "write `\"in\", outbound \"out\"`", Review),
    ("web allows https from app \"in\" inbound \"out\"", "E0123", "1:27", "write `\"in\", outbound \"out\"`", Review),
    ("assert every tier cannot reach itself", "E0201", "1:32", "name the tier at both ends: `assert web cannot reach web`", None),
    ("web allows ssh from office in staging", "E0101", "1:28", "for some environments, write `only in NAMES`", None),
    ("web allows ssh from office if staging", "E0101", "1:28", "for some environments, write `only in NAMES`", None),
    ("web allows ssh from office until 2027-01-01 only in staging", "E0101", "1:45", "write `only in NAMES` before `until`, the string and the block", None),
    ("\"text\" from anywhere", "E0101", "1:1", "a sentence reads `web allows https from anywhere`", None),
    ("web allows https\n    from anywhere", "E0125", "2:5", "join the two lines; a statement continues only after `,` or \
                     `=`, and inside `{ }` or `[ ]`", Safe),
    ("/* the shop\n   and more */", "E0123", "1:1", "write `#`", None),
    ("// the shop", "E0123", "1:1", "write `#`", Safe),
    ("tiers x = [web, app]\nx allows https from anywhere", "E0123", "1:11", "remove `[`", Safe),
    ("tiers x =\n    web\n    app\nx allows https from anywhere", "E0124", "2:5", "write `web,`", Safe),
    ("tiers x = web,\n    app\n    db\nx allows https from anywhere", "E0124", "2:5", "write `app,`", Safe),
    ("include other.tier\nother allows https from anywhere", "E0123", "1:9", "write `\"other.tier\"`", Safe),
    ("include \"*.tier\"\nother allows https from anywhere", "E0401", "1:9", "`include` takes one file, not a pattern; write one `include` \
                     per file", None),
    ("assert web can not reach db", "E0123", "1:12", "write `cannot`", Safe),
    ("assert not web can reach db", "E0123", "1:8", "write `web cannot`", Safe),
    ("web allows icmp ping from anywhere", "E0214", "1:12", "write `ping`", Review),
    ("web allows\u{a0}https from anywhere", "E0107", "1:11", "replace it with a space", Safe),
    ("web\u{a0}allows https from anywhere", "E0107", "1:4", "replace it with a space", Safe),
    ("web allows TCP/443 from anywhere", "E0123", "1:12", "write `tcp 443`", Safe),
    ("web allows 8000-9000/tcp from anywhere", "E0123", "1:12", "write `tcp 8000-9000`", Safe),
    ("web allows tcp/80, tcp/443 from anywhere", "E0123", "1:12", "write `tcp 80`", Safe),
    ("web allows tcp port 443 from anywhere", "E0123", "1:12", "write `tcp 443`", Safe),
    ("web allows port 443 from anywhere", "E0123", "1:12", "write `tcp 443`", Review),
    ("web allows ports 80, 443 from anywhere", "E0123", "1:12", "write `tcp 80`", Review),
    ("web allows tcp eq 443 from anywhere", "E0123", "1:12", "write `tcp 443`", Safe),
    ("web allows tcp range 8000 9000 from anywhere", "E0123", "1:12", "write `tcp 8000-9000`", Safe),
    ("web allows tcp 8000 to 9000 from anywhere", "E0123", "1:16", "write `8000-9000`", Safe),
    ("web allows tcp 80, first- 90 from anywhere", "E0123", "1:20", "write `first - 90`", Safe),
    ("web allows tcp 80, 90, first:last from anywhere", "E0123", "1:24", "write `first - last`", Safe),
    ("web allows https from app, outbound \"y\"", "E0201", "1:28", "write the text of the inbound rule before that of the outbound one: `\"in\", outbound \"y\"`", None),
    ("web allows tcp 8000 - 9000 from anywhere", "E0123", "1:16", "write `8000-9000`", Safe),
    ("web allows tcp 8000..9000 from anywhere", "E0123", "1:16", "write `8000-9000`", Safe),
    ("web allows tcp --dport 443 from anywhere", "E0123", "1:12", "write `tcp 443`", Safe),
    ("web allows tcp 80 443 from anywhere", "E0124", "1:16", "write `80,`", Review),
    ("web allows tcp { 80, 443 } from anywhere", "E0123", "1:16", "remove `{`", Safe),
    ("web allows tcp { } 443 from anywhere", "E0123", "1:16", "remove `{`", Safe),
    ("network n = 10.0.0.0/8 { }\nweb allows ssh from n", "E0123", "1:24", "remove `{`", Safe),
    ("web allows tcp (80, 443) from anywhere", "E0123", "1:16", "remove `(`", Safe),
    ("web allows tcp [80, 443] from anywhere", "E0123", "1:16", "remove `[`", Safe),
    ("web allows tcp-443 from anywhere", "E0201", "1:12", "did you mean `tcp 443`?", Review),
    ("web allows tcp443 from anywhere", "E0201", "1:12", "did you mean `tcp 443`?", Review),
    ("web allows https/tcp from anywhere", "E0123", "1:12", "write `https`", Safe),
    ("web allows https:8443 from anywhere", "E0123", "1:12", "write `tcp 8443`", Review),
    ("web allows icmp type 8 from 10.0.0.0/8", "E0123", "1:12", "write `icmp 8`", Safe),
    ("web allows icmp type 3 code 4 from 10.0.0.0/8", "E0123", "1:12", "write `icmp 3/4`", Safe),
    ("web allows icmp echo from anywhere", "E0201", "1:17", "did you mean `echo-request`?", Review),
    ("web allows protocol 50 from anywhere", "E0123", "1:12", "write `proto 50`", Safe),
    ("web allows all traffic from anywhere", "E0123", "1:12", "write `all`", Review),
    ("web allows all tcp from anywhere", "E0123", "1:12", "write `tcp`", Review),
    ("web allows tcp any from anywhere", "E0217", "1:12", "write `tcp`", Review),
    ("web allows -1 from anywhere", "E0123", "1:12", "write `all`", Review),
    ("web allows * from anywhere", "E0123", "1:12", "write `all`", Review),
    ("web allows any from anywhere", "E0201", "1:12", "did you mean `all`?", Review),
    ("web allows ip from anywhere", "E0201", "1:12", "did you mean `all`?", Review),
    ("web allows 443 from anywhere", "E0117", "1:12", "write `tcp 443` or `udp 443`", Review),
    ("web allows tcp 443-80 from anywhere", "E0113", "1:16", "write `80-443`", Review),
    ("web allows tcp all from anywhere", "E0123", "1:12", "write `tcp`", Review),
    ("web allows https from 10.0.0.0 255.0.0.0", "E0123", "1:23", "write `10.0.0.0/8`", Safe),
    ("web allows https from 10.0.0.0 0.255.255.255", "E0123", "1:23", "write `10.0.0.0/8`", Safe),
    ("web allows https from 10.0.0.0/255.0.0.0", "E0110", "1:23", "did you mean `10.0.0.0/8`?", Review),
    ("web allows https from 10.0.0.*", "E0123", "1:23", "write `10.0.0.0/24`", Safe),
    ("web allows https from 10.0.0.x", "E0110", "1:23", "did you mean `10.0.0.0/24`?", Review),
    ("web allows https from 10.0.0.1-9", "E0123", "1:23", "write `10.0.0.1, 10.0.0.2/31, 10.0.0.4/30, 10.0.0.8/31`", Safe),
    ("web allows https from host 10.0.0.1", "E0123", "1:23", "write `10.0.0.1`", Safe),
    ("web allows https from *", "E0123", "1:23", "write `anywhere`", Review),
    ("web allows https from 0/0", "E0110", "1:23", "for every address, write `anywhere`", None),
    ("web allows https from 10/8", "E0110", "1:23", "did you mean `10.0.0.0/8`?", Review),
    ("web allows https from any4", "E0201", "1:23", "did you mean `anywhere-ipv4`?", Review),
    ("web allows https from rfc1918", "E0201", "1:23", "did you mean `private`?", Review),
    ("web allows https from \"10.0.0.0/8\"", "E0123", "1:23", "write `10.0.0.0/8`", Review),
    ("web allows https from \"app\"", "E0123", "1:23", "write `app`", Review),
    ("web allows https from [app, db]", "E0123", "1:23", "remove `[`", Safe),
    ("web allows https from app and db", "E0123", "1:27", "write `,`", Safe),
    ("web allows https from app or db", "E0123", "1:27", "write `,`", Safe),
    ("web allows https from app & db", "E0123", "1:27", "write `,`", Safe),
    ("web allows https from app; db", "E0123", "1:26", "write `,`", Safe),
    ("web allows https from app, and db", "E0123", "1:28", "remove `and`", Safe),
    ("web allows https from @app", "E0123", "1:23", "write `app`", Review),
    ("web allows https from $office", "E0123", "1:23", "write `office`", Review),
    ("web allows https from {{ office }}", "E0123", "1:23", "write `office`", Review),
    ("web allows https from !Ref office", "E0123", "1:23", "write `office`", Review),
    ("web allows https from aws_security_group.app.id", "E0123", "1:23", "write `app`", Review),
    ("web allows https from module.app.security_group_id", "E0123", "1:23", "write `app`", Review),
    ("web allows https from !GetAtt app.GroupId", "E0123", "1:23", "write `app`", Review),
    ("web allows https from tier app", "E0123", "1:23", "write `app`", Review),
    ("web allows https from https://example.com", "E0128", "1:23", "declare its addresses: `network partner = 203.0.113.0/24`, or `param partner : cidr`", None),
    ("web allows https from *.example.com", "E0128", "1:23", "declare its addresses: `network partner = 203.0.113.0/24`, or `param partner : cidr`", None),
    ("web allows https from arn:aws:ec2:eu-central-1:123456789012:security-group/sg-0123456789abcdef0", "E0128", "1:23", "declare it by its id: `external partner = \"sg-0123456789abcdef0\"`, and write `partner`", None),
    ("web allows https from com.amazonaws.eu-central-1.s3", "E0128", "1:23", "declare it: `prefix-list s3 = \"com.amazonaws.region.s3\"`, and write `s3`", None),
    ("web allows https from subnet-0123456789abcdef0", "E0213", "1:23", "use its addresses: `network subnet = 10.0.1.0/24`", None),
    ("web allows https from vpc-0123456789abcdef0", "E0213", "1:23", "declare it: `vpc main { id = \"vpc-0123456789abcdef0\", cidr = 10.0.0.0/16 }`, and write `vpc main`", None),
    ("web allows https from 10.0.0.1:443", "E0110", "1:23", "an address has no port; write the port before `from`: `tcp 443`", None),
    ("web allows https from [::1]", "E0123", "1:23", "remove `[`", Safe),
    ("web allows https from anywhere but 10.0.0.0/8", "E0123", "1:32", "write `except`", Review),
    ("web allows https from anywhere, !10.0.0.0/8", "E0101", "1:33", "exclude addresses with `except`: `anywhere except 10.0.0.0/8`", None),
    ("web allows https from anywhere except, 10.0.0.0/8", "E0123", "1:38", "remove `,`", Safe),
    ("web accepts https to anywhere", "E0129", "1:19", "write `web accepts https from anywhere`, or `web sends https to anywhere`", Review),
    ("web send http, https from anywhere", "E0129", "1:22", "write `web sends http, https to anywhere`, or `web accepts http, https from anywhere`", Review),
    ("web acepts https from anywhere", "E0101", "1:5", "did you mean `accepts`?", Review),
    ("web accepts from anywhere", "E0101", "1:13", "name a service: `web accepts https from anywhere`", None),
    ("web sends to anywhere", "E0101", "1:11", "name a service: `web sends https to anywhere`", None),
    ("web Accepts https from anywhere", "E0123", "1:5", "write `accepts`", Safe),
    ("accepts https from anywhere", "E0101", "1:1", "a sentence starts with the tier that it applies to: `web allows https from anywhere`", None),
    ("web permits https from anywhere", "E0123", "1:5", "write `allows`", Safe),
    ("web can receive https from anywhere", "E0123", "1:5", "write `allows`", Safe),
    ("web Allows https From anywhere", "E0123", "1:5", "write `allows`", Safe),
    ("web alows https from anywhere", "E0101", "1:5", "did you mean `allows`?", Review),
    ("web allows https of anywhere", "E0123", "1:18", "write `from`", Review),
    ("web allows https for app", "E0123", "1:18", "write `from`", Review),
    ("app -> db: mysql", "E0127", "1:1", "write `db allows mysql from app`", Review),
    ("app -> db:3306", "E0127", "1:1", "write `db allows tcp 3306 from app`", Review),
    ("app => db on mysql", "E0127", "1:1", "write `db allows mysql from app`", Review),
    ("db allows app on mysql", "E0127", "1:1", "write `db allows mysql from app`", Review),
    ("mysql from app to db", "E0127", "1:1", "write `db allows mysql from app`", Review),
    ("app to db allow mysql", "E0127", "1:1", "write `db allows mysql from app`", Review),
    ("allow app to db on mysql", "E0101", "1:1", "a sentence starts with the tier that it applies to: `web allows https from anywhere`", None),
    ("web allows https from anywhere;", "E0123", "1:31", "remove `;`", Safe),
    ("web allows https from anywhere { tags: { a: \"b\" } }", "E0123", "1:34", "write `tags =`", Safe),
    ("web allows https from app db { tags = { a = \"b\" } }", "E0124", "1:23", "write `app,`", Review),
    ("web allows https from [app, db] { tags = { a = \"b\" } }", "E0123", "1:23", "remove `[`", Safe),
    ("web allows https from anywhere\n{ tags = { a = \"b\" } }", "E0125", "2:1", "join the two lines; a statement continues only after `,` or `=`, and inside `{ }` or `[ ]`", Safe),
    ("web allows https from anywhere { tags = { a = \"b\" } } \"why\"", "E0101", "1:55", "write the string before the block", None),
    ("web allows https from anywhere { tags = { a = \"b\" } } until 2027-01-01", "E0101", "1:55", "write `until` before the string and the block", None),
    ("vpc main { cidr = 10.0.0.0/16 } \"why\"", "E0101", "1:33", "a VPC has no description; write a comment: `# the shop`", None),
    ("web allows https from anywhere.", "E0123", "1:23", "write `anywhere`", Safe),
    ("web allows https \"why\" from anywhere", "E0123", "1:18", "write `web allows https from anywhere \"why\"`", Safe),
    ("web allows https from anywhere // why", "E0123", "1:32", "write `#`", Safe),
    ("web allows https from anywhere /* why */", "E0123", "1:32", "write `#`", Safe),
    ("-- why", "E0123", "1:1", "write `#`", Safe),
    ("; why", "E0123", "1:1", "write `#`", Safe),
    ("<!-- why -->", "E0123", "1:1", "write `#`", Safe),
    ("web allows https from anywhere expires 2026-12-31", "E0123", "1:32", "write `until`", Safe),
    ("web allows https from anywhere until 31.12.2026", "E0116", "1:38", "did you mean `2026-12-31`?", Review),
    ("web allows https from anywhere until 2026/12/31", "E0116", "1:38", "did you mean `2026-12-31`?", Review),
    ("web denies ssh from anywhere", "E0103", "1:5", "delete the sentence, or exclude addresses with `except`: `web allows https from 10.0.0.0/8 except 10.1.0.0/16`", None),
    ("deny ssh from anywhere to web", "E0103", "1:1", "delete the sentence, or exclude addresses with `except`: `web allows https from 10.0.0.0/8 except 10.1.0.0/16`", None),
    ("assert web can never reach db", "E0123", "1:12", "write `cannot`", Safe),
    ("assert web must not reach db", "E0123", "1:12", "write `cannot`", Safe),
    ("assert web cannot access db", "E0123", "1:19", "write `reach`", Safe),
    ("assert web cannot talk to db", "E0123", "1:19", "write `reach`", Safe),
    ("assert web reaches db", "E0123", "1:12", "write `can reach`", Safe),
    ("assert any cannot reach db", "E0201", "1:8", "did you mean `anywhere`?", Review),
    ("assert no web can reach db", "E0123", "1:8", "write `web cannot`", Safe),
    ("web allows tcp/udp 53 from app", "E0123", "1:12", "write `tcp 53, udp 53`", Safe),
    ("web allows TCP 443 from app", "E0123", "1:12", "write `tcp`", Safe),
    ("tier x; tier y", "E0101", "1:7", "a statement ends with its line", None),
    ("web; app allow https from anywhere", "E0123", "1:4", "write `,`", Safe),
    ("vpc main { cidr = 10.0.0.0/16 }\nweb allows https from app; vpc main", "E0123", "2:26", "write `,`", Safe),
    ("assert not web, app can reach db", "E0123", "1:8", "write `web, app cannot`", Safe),
    ("assert web cannot reach db over mysql", "E0123", "1:28", "write `on`", Safe),
    ("assert web -> db", "E0123", "1:12", "write `can reach`", Safe),
    ("web cannot reach db", "E0102", "1:1", "did you mean `assert web`?", Review),
    ("@allow open-http\nweb allows http from anywhere", "E0123", "1:1", "write `@allow(open-http)`", Safe),
    ("@allow(open-ssh)\nweb allows http from anywhere", "E0201", "1:8", "did you mean `open-admin-port`?", Review),
    ("@ignore(open-http)\nweb allows http from anywhere", "E0102", "1:1", "did you mean `@allow(LINT, \"reason\")`?", Review),
    ("web allows https from anywhere\n  except 10.0.0.0/8", "E0125", "2:3", "join the two lines; a statement continues only after `,` or \
                     `=`, and inside `{ }` or `[ ]`", Safe),
    ("web allows https from\n  anywhere", "E0125", "2:3", "join the two lines; a statement continues only after `,` or \
                     `=`, and inside `{ }` or `[ ]`", Safe),
    ("web\n  allows https from anywhere", "E0125", "2:3", "join the two lines; a statement continues only after `,` or \
                     `=`, and inside `{ }` or `[ ]`", Safe),
    ("web allows https, http,\n  ssh\n  from anywhere", "E0125", "3:3", "join the two lines; a statement continues only after `,` or \
                     `=`, and inside `{ }` or `[ ]`", Safe),
    ("web allows tcp first- 9000 from office", "E0123", "1:16", "write `first - 9000`", Safe),
    ("web allows tcp first -9000 from office", "E0123", "1:16", "write `first - 9000`", Safe),
    ("web allows tcp 9000- last from office", "E0123", "1:16", "write `9000-last`", Safe),
    ("web allows tcp 9000 -last from office", "E0123", "1:16", "write `9000-last`", Safe),
    ("web allows tcp 9000 - last from office", "E0123", "1:16", "write `9000-last`", Safe),
    ("web allows tcp first- last from office", "E0123", "1:16", "write `first - last`", Safe),
    ("web allows tcp first:9000 from office", "E0123", "1:16", "write `first - 9000`", Safe),
    ("web allows udp 9000:last from office", "E0123", "1:16", "write `9000-last`", Safe),
    ("web allows tcp first..9000 from office", "E0123", "1:16", "write `first - 9000`", Safe),
    ("web allows tcp first..last from office", "E0123", "1:16", "write `first - last`", Safe),
    ("web allows tcp first\u{2013}9000 from office", "E0123", "1:16", "write `first - 9000`", Safe),
    ("web allows tcp first to 9000 from office", "E0123", "1:16", "write `first - 9000`", Safe),
    ("web allows tcp 9000 to last from office", "E0123", "1:16", "write `9000-last`", Safe),
    ("web allows tcp first to last from office", "E0123", "1:16", "write `first - last`", Safe),
    ("web sends tcp first to office and db", "E0123", "1:31", "write `,`", Safe),
    ("service s = tcp first..last\nweb allows s from office", "E0123", "1:17", "write `first - last`", Safe),
    ("web allows tcp \"first\" from office", "E0123", "1:16", "write `first`", Review),
    ("web allows tcp \"443\" from office", "E0123", "1:16", "write `443`", Review),
    ("web allows tcp \"first\", https from office", "E0123", "1:16", "write `first`", Review),
    ("web allows ssh \"why\", https from office", "E0123", "1:16", "write `web allows ssh, https from office \"why\"`", Safe),
    ("web allows all first from office", "E0101", "1:16", "`all` has no ports: for a port, write `tcp first` or `udp first`; for a service, `first` alone", None),
    ("web allows all 443 from office", "E0101", "1:16", "`all` has no ports: for a port, write `tcp 443` or `udp 443`; for a service, `443` alone", None),
    ("web allows proto first from office", "E0101", "1:18", "a protocol is a number, as assigned by IANA, and no parameter: `proto 50`", None),
    ("web allows proto esp from office", "E0123", "1:12", "write `proto 50`", Safe),
    ("web allows proto tcp from office", "E0123", "1:12", "write `tcp`", Safe),
    ("web allows icmp 8:0 from 10.0.0.0/8", "E0123", "1:17", "write `8/0`", Safe),
    ("web allows icmp ! from 10.0.0.0/8", "E0101", "1:17", "a type is a name or a number: `icmp echo-request`, `icmp 3/4`", None),
    ("web allows tcp -1 from office", "E0123", "1:12", "write `tcp`", Review),
    ("web allows tcp udp 53 from office", "E0123", "1:12", "write `tcp 53, udp 53`", Review),
    ("web allows tcp 443- from office", "E0123", "1:16", "write `443-65535`", Review),
    ("web allows tcp >1024 from office", "E0123", "1:16", "write `1025-65535`", Review),
    ("web allows tcp >= 1024 from office", "E0123", "1:16", "write `1024-65535`", Review),
    ("web allows tcp lt 1024 from office", "E0123", "1:16", "write `0-1023`", Review),
    ("web allows tcp 443, > 1024 from office", "E0123", "1:21", "write `1025-65535`", Review),
    ("web allows tcp ? from office", "E0101", "1:16", "a port is a number, a range or a parameter: `tcp 443`, `tcp 8000-8100`, `tcp app-port`", None),
    ("web allows https frm office", "E0101", "1:18", "did you mean `from`?", Review),
    ("web allows https form office", "E0101", "1:18", "did you mean `from`?", Review),
    ("web allows https from office until tomorrow", "E0101", "1:36", "write the last day as `2026-12-31`", None),
    ("web allows https from office through db", "E0101", "1:30", "a sentence allows one step; allow each, and assert the chain: `assert web can reach db only through proxy`", None),
    ("assert office can reach db on ssh through web", "E0101", "1:35", "write `only through`: `assert web can reach db only through proxy`", None),
    ("web allows https from office { tags { a = \"b\" } }", "E0123", "1:37", "write `= {`", Safe),
    ("web allows https from office tags = { a = \"b\" }", "E0123", "1:30", "write `{ tags = { a = \"b\" } }`", Safe),
    ("web allows https from the internet", "E0123", "1:23", "write `anywhere`", Review),
    ("web allows https from the office", "E0123", "1:23", "write `office`", Review),
    ("assert the internet cannot reach db", "E0123", "1:8", "write `internet`", Review),
    ("web allows https from not 10.0.0.0/8", "E0123", "1:23", "write `anywhere except`", Review),
    ("assert no one can reach db on mysql", "E0123", "1:8", "write `every tier, anywhere cannot`", Safe),
    ("assert nobody can reach db on mysql", "E0201", "1:8", "write `assert every tier, anywhere cannot reach …`", None),
    ("- web allows https from office", "E0123", "1:1", "remove `-`", Safe),
    ("service s = tcp 80 only in x, tcp 81\nweb allows s from office", "E0101", "1:20", "`only in` applies to a whole service: write it after the last part, or declare two services: `service admin = tcp 8443 only in staging`", None),
];

#[rustfmt::skip]
const PROGRAMS: &[Row] = &[
    ("tier web { tags { a = \"b\" } }", "E0123", "1:17", "write `= {`", Safe),
    ("tier web outbound = closed", "E0123", "1:10", "write `{ outbound = closed }`", Safe),
    ("tier web is web-server outbound = closed, tags = { a = \"b\" }", "E0123", "1:24", "write `{ outbound = closed, tags = { a = \"b\" } }`", Safe),
    ("vpc main 10.0.0.0/16", "E0123", "1:10", "write `{ cidr = 10.0.0.0/16 }`", Safe),
    ("vpc main = 10.0.0.0/16, 10.1.0.0/16", "E0123", "1:10", "write `{ cidr = [10.0.0.0/16, 10.1.0.0/16] }`", Safe),
    ("param x = 80\ntier web\nweb allows tcp x from anywhere", "E0123", "1:1", "write `param x : port = 80`", Review),
    ("param x = 10.0.0.0/8\ntier web\nweb allows ssh from x", "E0123", "1:1", "write `param x : cidr = 10.0.0.0/8`", Review),
    ("param x = [10.0.0.0/8, 172.16.0.0/12]\ntier web\nweb allows ssh from x", "E0123", "1:1", "write `param x : cidr-list =`", Review),
    ("param x : port = 8000-9000\ntier web\nweb allows tcp x from anywhere", "E0101", "1:18", "a range is two parameters: `param first-port : port = 8000`, `param last-port : port = 9000`, and `tcp first-port - last-port`", None),
    ("param x : port = -1\ntier web\nweb allows tcp x from anywhere", "E0112", "1:18", "a port is a number from 0 to 65535", None),
    ("param x : number\ntier web\nweb allows tcp x, tcp x - 90 from anywhere", "E0201", "1:11", "did you mean `port`?", Review),
    ("param x : ports\ntier web\nservice s = tcp x\nweb allows s, tcp x from anywhere", "E0201", "1:11", "did you mean `port`?", Review),
    ("param x : int = 80\ntier web\nweb allows tcp x from anywhere", "E0201", "1:11", "did you mean `port`?", Review),
    ("param e : bool = \"yes\"\ntier web { name = \"web-${e}\" }\nweb allows tcp e from e", "E0201", "1:11", "valid types are vpc, cidr, cidr-ipv6, cidr-list, cidr-ipv6-list, external, prefix-list, port, string", None),
    ("tier web\nweb allows tcp app-prt from anywhere", "E0201", "2:16", "declare it: `param app-prt : port`", None),
    ("tier web\nexternal x = \"web\"", "E0312", "2:14", "a group that this program does not declare is named by its id, and a tier by its name alone", None),
    ("prefix-list x = \"s3\"", "E0312", "1:17", "did you mean `\"com.amazonaws.region.s3\"`?", Review),
    ("tier web 'Web'\nweb allows https from anywhere", "E0123", "1:10", "write `\"Web\"`", Safe),
    ("/* the shop */\ntier web, app, db", "E0123", "1:1", "write `#`", Safe),
    ("param e : bool\ntier web, app, db\nweb allows https from e", "E0201", "1:11", "valid types are vpc, cidr, cidr-ipv6, cidr-list, cidr-ipv6-list, external, prefix-list, port, string", None),
    ("param m : vpc { terraform = data.aws_vpc.main.id }\nvpc main { id = m }\ntier web, app, db", "E0123", "1:29", "write `\"data.aws_vpc.main.id\"`", Safe),
    ("param x : cidr = 10.0.0.0/8, 172.16.0.0/12\ntier web, app, db\nweb allows https from x", "E0101", "1:28", "write several blocks in brackets, `param office : cidr-list = [10.0.0.0/8, 172.16.0.0/12]`, or declare a network: `network office = 10.0.0.0/8, 172.16.0.0/12`", None),
    ("network n = 10.0.0.0/8\nprefix-list o = n except 10.1.0.0/16\ntier web\nweb allows https from o", "E0101", "2:19", "a prefix list has no `except`; declare a network with it, and list that: `network inner = 10.0.0.0/8 except 10.1.0.0/16`", None),
    ("tier web\ntier app also every database\nweb allows https from app", "E0101", "2:21", "`also` takes tiers and sets: declare `tiers databases = every database`, and write `also databases`", None),
    ("tier a, b, c\nassert a cannot reach b only through c", "E0101", "2:25", "`only through` follows `can reach`: `assert web can reach db only through proxy`", None),
    ("tier a, b\na allows ssh from b outbound \"y\"", "E0101", "2:21", "write the text of the outbound rule after that of the inbound one: `\"in\", outbound \"out\"`", None),
    ("stack { labels = written }\ntier web", "E0101", "1:7", "name the stack: `stack shop { ip = ipv4 }`", None),
    ("service x = all except tcp 80\ntier web, app, db\nweb allows x from anywhere", "E0101", "1:17", "services have no `except`; list the remaining ports: `tcp 0-79, 81-65535`", None),
    ("ingress {\n  from_port = 443\n  to_port = 443\n}", "E0126", "1:1", "each rule is a sentence: `web allows https from anywhere`", None),
    ("resource \"aws_security_group\" \"web\" {\n  name = \"web\"\n}\nweb allows https from anywhere", "E0126", "1:1", "a tier is a security group: `tier web`", None),
    ("tier:\n- web", "E0126", "1:1", "a tier is a security group: `tier web`", None),
    ("- web", "E0126", "1:1", "a tier is a security group: `tier web`", None),
    ("tier we\u{200b}b", "E0107", "1:8", "remove it", Review),
    ("variable \"office\" {\n  type = string\n}\ntier web\nweb allows https from office", "E0126", "1:1", "declare an input value as a parameter: `param office : cidr`", None),
    ("locals {\n  office = \"10.0.0.0/8\"\n}", "E0126", "1:1", "declare the addresses: `network office = 203.0.113.0/24`", None),
    ("provider \"aws\" {\n  region = \"eu-central-1\"\n}", "E0126", "1:1", "remove it: `tierwall build` writes it to the output", None),
    ("module \"web\" {\n  source = \"./web\"\n}", "E0126", "1:1", "include a file by its path: `include \"network.tier\"`", None),
    ("data \"aws_vpc\" \"main\" {\n  default = true\n}", "E0126", "1:1", "declare the VPC: `vpc main { cidr = 10.0.0.0/16 }`", None),
    ("output \"id\" {\n  value = 1\n}", "E0126", "1:1", "remove it: `tierwall build` writes it to the output", None),
    ("AWSTemplateFormatVersion: \"2010-09-09\"", "E0126", "1:1", "remove it: `tierwall build` writes it to the output", None),
    ("tier web\nResources:\n  WebSecurityGroup:\n    Type: AWS::EC2::SecurityGroup\n    Properties:\n      GroupDescription: web", "E0126", "2:1", "a tier is a security group: `tier web`", None),
    ("apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy", "E0126", "1:1", "each rule is a sentence: `web allows https from anywhere`", None),
    ("spec:\n  podSelector:\n    matchLabels:\n      app: web", "E0126", "1:1", "each rule is a sentence: `web allows https from anywhere`", None),
    ("iptables -A INPUT -p tcp --dport 443 -j ACCEPT", "E0126", "1:1", "each rule is a sentence: `web allows https from anywhere`", None),
    ("-A INPUT -p tcp --dport 443 -j ACCEPT", "E0126", "1:1", "each rule is a sentence: `web allows https from anywhere`", None),
    ("access-list 101 permit tcp any any eq 443", "E0126", "1:1", "each rule is a sentence: `web allows https from anywhere`", None),
    ("permit tcp any host 10.0.0.1 eq 443", "E0126", "1:1", "each rule is a sentence: `web allows https from anywhere`", None),
    ("ip access-list extended WEB\n permit tcp any any eq 443\n deny ip any any", "E0126", "1:1", "each rule is a sentence: `web allows https from anywhere`", None),
    ("object-group network OFFICE\n network-object 10.0.0.0 255.0.0.0", "E0126", "1:1", "declare the addresses: `network OFFICE = 203.0.113.0/24`", None),
    ("ufw allow 22/tcp", "E0126", "1:1", "each rule is a sentence: `web allows https from anywhere`", None),
    ("aws ec2 authorize-security-group-ingress --group-id sg-1 --protocol tcp", "E0126", "1:1", "each rule is a sentence: `web allows https from anywhere`", None),
    ("security_group web\nweb allows https from anywhere", "E0126", "1:1", "a tier is a security group: `tier web`", None),
    ("let office = 10.0.0.0/8", "E0126", "1:1", "declare the addresses: `network office = 203.0.113.0/24`", None),
    ("import \"network.tier\"", "E0126", "1:1", "include a file by its path: `include \"network.tier\"`", None),
    ("office = 10.0.0.0/8\ntier web\nweb allows https from office", "E0102", "1:1", "did you mean `network office`?", Review),
    ("app = tcp 8080\ntier web\nweb allows app from anywhere", "E0102", "1:1", "did you mean `service app`?", Review),
    ("web is web-server\nweb allows https from anywhere", "E0102", "1:1", "did you mean `tier web`?", Review),
    ("web { outbound = closed }\nweb allows https from anywhere", "E0102", "1:1", "did you mean `tier web`?", Review),
    ("tier web { outbound: closed }", "E0123", "1:12", "write `outbound =`", Safe),
    ("tier web { outbound: closed, tags: { team: \"shop\" } }", "E0123", "1:12", "write `outbound =`", Safe),
    ("tier web = { outbound = closed }", "E0123", "1:10", "remove `=`", Safe),
    ("tier web: { outbound = closed }", "E0123", "1:6", "write `web`", Safe),
    ("tier web\n{\n  outbound = closed\n}", "E0125", "2:1", "join the two lines; a statement continues only after `,` or \
                     `=`, and inside `{ }` or `[ ]`", Safe),
    ("tier web { egress = closed }", "E0205", "1:12", "did you mean `outbound`?", Review),
    ("tier web { outbound = \"closed\" }", "E0207", "1:23", "did you mean `closed`?", Review),
    ("stack shop {\n    vpc a\n}\nvpc a { cidr = 10.0.0.0/16 }\nvpc b { cidr = 10.1.0.0/16 }\ntier web", "E0101", "2:9", "", None),
    ("stak shop { vpc = a }\nvpc a { cidr = 10.0.0.0/16 }\nvpc b { cidr = 10.1.0.0/16 }\ntier web", "E0102", "1:1", "did you mean `stack`?", Review),
    ("stack shop { vpc = mian }\nvpc main { cidr = 10.0.0.0/16 }\nvpc b { cidr = 10.1.0.0/16 }\ntier web", "E0201", "1:20", "did you mean `main`?", Review),
    ("param l : cidr-list = [10.0.0.0/8, ::/0]\ntier web\nweb allows ssh from l", "E0207", "1:36", "", None),
    ("param l : cidr-list = [10.0.0.0/8, \"10.1.0.0/16\"]\ntier web\nweb allows ssh from l", "E0207", "1:36", "did you mean `10.1.0.0/16`?", Review),
    ("prefix-list l = 10.0.0.0/8 { entries = 1001 }\ntier web\nweb allows ssh from l", "E0207", "1:40", "", None),
    ("prefix-list l = \"pl-0123456789abcdef0\" { entries = 1001 }\ntier web\nweb allows ssh from l", "E0207", "1:52", "", None),
    ("tier web { outbound = closd }", "E0207", "1:23", "did you mean `closed`?", Review),
    ("tier web { addresses = 10.0.0.0/24, 10.0.1.0/24 }", "E0123", "1:24", "write `[10.0.0.0/24, 10.0.1.0/24]`", Safe),
    ("vpc a { cidr = 10.0.0.0/16 }\nvpc b { cidr = 10.1.0.0/16 }\ntier web { vpc = a, b, outbound = closed }", "E0123", "3:18", "write `[a, b]`", Safe),
    ("tier web { outbound = false }", "E0207", "1:23", "did you mean `closed`?", Review),
    ("tier \"web\"\nweb allows https from anywhere", "E0123", "1:6", "write `web`", Review),
    ("tier web as web-server", "E0123", "1:10", "write `is`", Safe),
    ("tier web is webserver", "E0201", "1:13", "did you mean `web-server`?", Review),
    ("tier web is \"web-server\"", "E0123", "1:13", "write `web-server`", Review),
    ("tier web app\nweb, app allow https from anywhere", "E0124", "1:6", "write `web,`", Review),
    ("tier web { vpc_id = main }\nvpc main { cidr = 10.0.0.0/16 }", "E0205", "1:12", "did you mean `vpc`?", Review),
    ("vpc main { cidr_block = 10.0.0.0/16 }", "E0205", "1:12", "did you mean `cidr`?", Review),
    ("vpc main { cidr = \"10.0.0.0/16\" }", "E0207", "1:19", "did you mean `10.0.0.0/16`?", Review),
    ("network office 10.0.0.0/8\ntier web\nweb allows https from office", "E0123", "1:16", "write `= 10.0.0.0/8`", Safe),
    ("network office: 10.0.0.0/8\ntier web\nweb allows https from office", "E0123", "1:9", "write `office =`", Safe),
    ("network office = [10.0.0.0/8, 172.16.0.0/12]\ntier web\nweb allows https from office", "E0123", "1:18", "remove `[`", Safe),
    ("network office = \"10.0.0.0/8\"\ntier web\nweb allows https from office", "E0123", "1:18", "write `10.0.0.0/8`", Review),
    ("service app: tcp 8080\ntier web\nweb allows app from anywhere", "E0123", "1:9", "write `app =`", Safe),
    ("service app = 8080/tcp\ntier web\nweb allows app from anywhere", "E0123", "1:15", "write `tcp 8080`", Safe),
    ("param office = 10.0.0.0/8\ntier web\nweb allows https from office", "E0123", "1:1", "write `param office : cidr = 10.0.0.0/8`", Review),
    ("param office cidr\ntier web\nweb allows https from office", "E0123", "1:14", "write `: cidr`", Safe),
    ("param office : ip\ntier web\nweb allows https from office", "E0201", "1:16", "did you mean `cidr`?", Review),
    ("param office : sg\ntier web\nweb allows https from office", "E0201", "1:16", "did you mean `external`?", Review),
    ("tier b\ntier a also = b", "E0123", "2:8", "write `also b`", Safe),
    ("tier b\ntier a is = database", "E0123", "2:8", "write `is database`", Safe),
    ("external r = aws_security_group.x.id\ntier web\nweb allows https from r", "E0123", "1:1", "write `param r : external { terraform = \"aws_security_group.x.id\" }`", Review),
    ("external r = partner\ntier web\nweb allows https from r", "E0101", "1:14", "write the id of the group in double quotes: `\"sg-0123456789abcdef0\"`", None),
    ("external e = \"sg-0fedcba9876543210\" in account 123456789012\ntier web\nweb allows https from e", "E0123", "1:48", "write `\"123456789012\"`", Safe),
    ("external e = \"123456789012/sg-0fedcba9876543210\"\ntier web\nweb allows https from e", "E0312", "1:14", "write the account after the id: `\"sg-0fedcba9876543210\" in account \"123456789012\"`", None),
    ("param e : external = \"123456789012/sg-0fedcba9876543210\"\ntier web\nweb allows https from e", "E0312", "1:22", "declare the group, `external partner = \"sg-0fedcba9876543210\" in account \"123456789012\"`, or set the parameter with `--set`", None),
    ("param e : external = sg-0fedcba9876543210\ntier web\nweb allows https from e", "E0123", "1:22", "write `\"sg-0fedcba9876543210\"`", Safe),
    ("param e : prefix-list = pl-0fedcba9876543210\ntier web\nweb allows https from e", "E0123", "1:25", "write `\"pl-0fedcba9876543210\"`", Safe),
    ("param e : vpc = vpc-0fedcba9876543210\nvpc main { id = e }\ntier web", "E0123", "1:17", "write `\"vpc-0fedcba9876543210\"`", Safe),
    ("param e : external { terraform = \"${var.x}\" }\ntier web\nweb allows https from e", "E0312", "1:34", "did you mean `\"var.x\"`?", Review),
    ("param e : external { cloudformation = import(\"x\") }\ntier web\nweb allows https from e", "E0123", "1:39", "write `import \"x\"`", Safe),
    ("tier web { tags = { a \"b\" } }", "E0123", "1:23", "write `= \"b\"`", Safe),
    ("tier web { tags = { a = \"b\", c \"d\" } }", "E0123", "1:32", "write `= \"d\"`", Safe),
    ("tier b\ntier a { also = b }", "E0205", "2:10", "write it before the block: `also b`", None),
    ("tier a { role = database }", "E0205", "1:10", "write it before the block: `is database`", None),
    ("tier b\ntier a also b is database", "E0101", "2:15", "`is ROLE` is before `also` and `was`: `tier web is web-server also base was front`", None),
    ("tier b\ntier a was z also b", "E0101", "2:14", "`also` is between `is ROLE` and `was`: `tier web is web-server also base was front`", None),
    ("# tierwall check --environment prod\nenvironments prod\ntier web only on prod", "E0123", "3:10", "write `only in prod`", Review),
    ("# tierwall check --environment prod\nenvironments prod\ntier web only prod", "E0123", "3:10", "write `only in prod`", Review),
    ("# tierwall check --environment prod\nenvironments prod\ntier web, app\nweb allows ssh from app only prod", "E0123", "4:25", "write `only in prod`", Review),
    ("# tierwall check --environment prod\nenvironments prod only in prod", "E0101", "2:19", "a list of environments applies in all of them, so it has no `only in`", None),
    ("# tierwall check --environment prod\nenvironments prod\n@allow(open-http) only in prod\ntier web", "E0101", "3:19", "an annotation applies wherever its statement does, which is on the next line", None),
    ("# tierwall check --environment prod\nenvironments prod, stage\nnetwork o = 10.0.0.0/8 only in stage\ntier web\nweb allows https from o", "E0216", "5:23", "write `only in stage` here too, or declare `o` for this environment", None),
    ("network office = 10.0.0.0/8\ntier web\nassert internet cannot reach every tier except office", "E0340", "3:48", "only tiers can be excluded here, by their names: `every tier except web`", None),
    ("network office = 10.0.0.0/8\ntier web\nassert internet except office cannot reach web", "E0340", "3:24", "only tiers can be excluded here, by their names: `every tier except web`", None),
    ("network n = 10.0.0.0/8\ntier web\nassert web, n, anywhere except 10.1.0.0/16 cannot reach web", "E0340", "3:32", "declare the addresses that are left: `network rest = n, anywhere except 10.1.0.0/16`, and write `rest` instead of `n, anywhere`", None),
    ("tier web\ntier a\na allows https from every tier, 10.0.0.0/8 except web, 10.0.0.0/16", "E0304", "3:21", "write a separate sentence for `every tier`", None),
    ("stack s { outbound = closed }\ntier web { outbound = opne, outbound-description = \"d\" }", "E0207", "2:23", "did you mean `open`?", Review),
    ("tier a, b\na sends https to b \"text\", outbound \"x\"", "E0335", "2:20", "write one string, which describes the outbound rules", None),
    ("external partner = sg-0123456789abcdef0\ntier web\nweb allows https from partner", "E0123", "1:20", "write `\"sg-0123456789abcdef0\"`", Safe),
    ("peer a and b\nvpc a { cidr = 10.0.0.0/16 }\nvpc b { cidr = 10.1.0.0/16 }", "E0123", "1:8", "write `with`", Safe),
    ("peer a, b\nvpc a { cidr = 10.0.0.0/16 }\nvpc b { cidr = 10.1.0.0/16 }", "E0123", "1:7", "write `with`", Safe),
    ("include \"a.tier\", \"b.tier\"", "E0101", "1:17", "each `include` takes one file; write one `include` per file", None),
    ("stack shop = \"Web shop\"", "E0123", "1:12", "remove `=`", Safe),
    ("stack \"shop\"", "E0123", "1:7", "write `shop`", Review),
    ("stack shop { region = eu-central-1 }", "E0207", "1:23", "did you mean `\"eu-central-1\"`?", Review),
    ("tier we\u{2013}b", "E0101", "1:8", "this is a dash; use a hyphen, `-`, in names and ranges", None),
    ("tier web\u{ff0c}app\nweb allows https from anywhere", "E0123", "1:9", "write `,`", Safe),
];

fn errors(program: &str) -> (Compilation, Vec<Problem>) {
    let nothing = Levels {
        all: Some(Level::Allow),
        ..Levels::default()
    };
    let (compilation, mut problems) = check(program, &nothing);
    problems.retain(|problem| problem.level() == diagnostic::Level::Error);
    (compilation, problems)
}

/// How a row differs from the reported error; `None` if it does not.
fn difference(before: &str, row: &Row) -> Option<String> {
    let (typed, code, place, help, fix) = *row;
    let program = format!("{before}{typed}\n");
    let (compilation, problems) = errors(&program);
    let [problem] = problems.as_slice() else {
        let codes: Vec<_> = problems
            .iter()
            .map(|problem| problem.report().message)
            .collect();
        return Some(format!("{typed:?}: {} errors: {codes:?}", problems.len()));
    };
    let report = problem.report();
    let (line, column) = problem.span().map_or((0, 0), |span| {
        compilation.sources.file(span.file).line_column(span.start)
    });
    let at = format!("{}:{column}", line - before.lines().count());
    let fixes = problem.fixes(&compilation.sources);
    let has = match fixes.first().map(|fix| fix.safety) {
        Option::None => None,
        Some(Safety::Safe) => Safe,
        Some(Safety::Review) => Review,
    };
    let is_told = help.is_empty() || report.help.iter().any(|reported| reported == help);
    if (report.code, at.as_str(), is_told, has) != (code, place, true, fix) {
        return Some(format!(
            "{typed:?}: {} at {at}, {:?}, {has:?}",
            report.code, report.help
        ));
    }
    let first = fixes.into_iter().next()?;
    let fixed = &apply_edits(first.edits, &compilation.sources)[&FileId(0)];
    // a file that is included is not there, and what is claimed need not hold
    let is_other = |code: &str| code == "E0401" || code.starts_with("E07");
    let left: Vec<_> = errors(fixed)
        .1
        .iter()
        .map(|it| it.report())
        .filter(|it| !is_other(it.code))
        .collect();
    (!left.is_empty()).then(|| format!("{typed:?}: its fix leaves {:?}\n{fixed}", left[0].message))
}

#[test]
fn each_mistake_is_one_error_with_a_suggestion() {
    let below = SENTENCES
        .iter()
        .filter_map(|row| difference(DECLARATIONS, row));
    let differences: Vec<String> = below
        .chain(PROGRAMS.iter().filter_map(|row| difference("", row)))
        .collect();
    assert!(
        differences.is_empty(),
        "{} differ:\n{}",
        differences.len(),
        differences.join("\n")
    );
    assert!(SENTENCES.len() + PROGRAMS.len() > 200);
}

#[test]
fn a_name_that_is_declared_keeps_its_meaning() {
    for name in [
        "any",
        "all",
        "self",
        "everyone",
        "world",
        "public",
        "and",
        "host",
        "port",
        "group",
        "resource",
        "data",
        "permit",
        "var",
        "local",
        "allow",
        "source",
        "not",
        "sg-0123456789abcdef0",
        "iptables",
        "ufw",
        "rule",
        "import",
        "as",
        "or",
    ] {
        let program = format!(
            "tier web, {name}\nweb, {name} allow https from {name}\n{name} allows ssh to {name}, web\n"
        );
        let reported: Vec<_> = errors(&program)
            .1
            .iter()
            .map(|problem| problem.report().message)
            .collect();
        assert!(reported.is_empty(), "{name}: {reported:?}");
    }
    for name in [
        "any",
        "port",
        "ip",
        "range",
        "tcp-443",
        "eq",
        "traffic",
        "https-alt",
    ] {
        let program =
            format!("service {name} = tcp 443\ntier web\nweb allows {name}, ssh from anywhere\n");
        let reported: Vec<_> = errors(&program)
            .1
            .iter()
            .map(|problem| problem.report().message)
            .collect();
        assert!(reported.is_empty(), "{name}: {reported:?}");
    }
}

#[test]
fn does_not_report_names_of_broken_declarations() {
    for broken in [
        "teir web, app",
        "tier web app db",
        "resource \"aws_security_group\" \"web\" {\n  name = \"app\"\n}\nresource \"aws_security_group\" \"app\" {\n}",
        "group web\ngroup app",
        "include network.tier",
        "include \"network.tier\"",
        "import \"network.tier\"",
        "web is web-server\ntier app",
    ] {
        let program = format!("{broken}\nweb allows https from app\nassert app can reach web\n");
        let reported: Vec<_> = errors(&program)
            .1
            .iter()
            .map(|problem| problem.report())
            .collect();
        assert!(
            reported
                .iter()
                .all(|it| ["E0102", "E0123", "E0124", "E0126", "E0401"].contains(&it.code)),
            "{broken}: {reported:?}"
        );
    }
}

#[test]
fn a_block_with_host_bits_that_is_no_value_here_is_one_error() {
    let (_, problems) = errors("tier web { tags = 10.0.0.1/8 }\n");
    let codes: Vec<_> = problems.iter().map(|it| it.report().code).collect();
    assert_eq!(codes, ["E0111"]);
}

#[test]
fn a_default_that_is_no_list_of_blocks_names_the_form_in_a_program() {
    let form = "expected a block of IPv4, or several in brackets, like `[203.0.113.0/24, \
                198.51.100.7]`";
    let other = "expected blocks of IPv4; those of IPv6 are a `cidr-ipv6-list`";
    for (value, place, label) in [
        ("[]", "[]", form),
        ("anywhere", "anywhere", form),
        ("::/0", "::/0", other),
        ("[10.0.0.0/8, ::/0]", "::/0", other),
    ] {
        let program = format!("param p : cidr-list = {value}\ntier web\nweb allows ssh from p\n");
        let (compilation, problems) = errors(&program);
        let labels = problems.iter().flat_map(|problem| problem.report().labels);
        let labels: Vec<_> = labels
            .map(|label| {
                (
                    compilation.sources.text(label.span).to_string(),
                    label.words,
                )
            })
            .collect();
        assert_eq!(labels, [(place.to_string(), label.to_string())], "{value}");
    }
}

#[test]
fn two_mistakes_are_two_errors() {
    for (program, codes) in [
        (
            "tier web\nweb allows tcp/443 from any\nweb allows ssh of anywhere\n",
            vec!["E0123", "E0123"],
        ),
        (
            "teir web\n\nwib allows ssh from anywhere\n",
            vec!["E0102", "E0201"],
        ),
        (
            "iptables -A INPUT\ntier web\nweb allow https form anywhere\n",
            vec!["E0126", "E0101"],
        ),
        (
            "tier web /* the shop\ntier app\n*/\nweb allows https from app\n",
            vec!["E0123", "E0201"],
        ),
    ] {
        let reported: Vec<_> = errors(program)
            .1
            .iter()
            .map(|problem| problem.report().code)
            .collect();
        assert_eq!(reported, codes, "{program}");
    }
}

/// What a command says of a program with the tiers `web` and `app`.
fn says(arguments: &[&str]) -> String {
    let files = Scratch::new();
    files.write(
        "p.tier",
        "tier web, app\nnetwork office = 10.0.0.0/8\nweb allows https from app\n",
    );
    files.run(arguments).exits(2).err()
}

#[test]
fn the_command_line_suggests_what_to_type() {
    for (arguments, words) in [
        (
            &["check", "p.tier", "--deny", "open-ssh"][..],
            "did you mean `open-admin-port`?",
        ),
        (
            &["explain", "open-admin"],
            "did you mean `open-admin-port`?",
        ),
        (&["explain", "open-ssh"], "did you mean `open-admin-port`?"),
        (&["explain", "E201"], "did you mean `E0201`?"),
        (
            &["trace", "p.tier", "--from", "wb", "--to", "app"],
            "help: the program has `app`, `office`, `web`\n",
        ),
        (
            &["trace", "p.tier", "--from", "web", "--to", "appp"],
            "help: did you mean `app`?\n",
        ),
        (
            &["paths", "p.tier", "--from", "x", "--to", "app"],
            "help: the program has `app`, `office`, `web`\n",
        ),
        (
            &["trace", "p.tier", "--from", "vpc x", "--to", "app"],
            "help: the program declares none\n",
        ),
        (
            &[
                "trace", "p.tier", "--from", "web", "--to", "app", "--on", "zzz",
            ],
            "help: run `tierwall services` for a list\n",
        ),
        (
            &[
                "trace", "p.tier", "--from", "web", "--to", "app", "--on", "tcp/443",
            ],
            "help: write `tcp 443`\n",
        ),
        (
            &["trace", "p.tier", "--from", "web app", "--to", "app"],
            "help: write `web,`\n",
        ),
        (
            &[
                "trace",
                "p.tier",
                "--from",
                "sg-0123456789abcdef0",
                "--to",
                "app",
            ],
            "help: the program has",
        ),
        (
            &["trace", "p.tier", "--from", "example.com", "--to", "app"],
            "help: use an address",
        ),
        (
            &["diff", "p.tier"],
            "error: name two programs to compare\nhelp: `tierwall diff OLD NEW`",
        ),
        (
            &["check"],
            "in this directory or above it\nhelp: `tierwall build FILE",
        ),
    ] {
        let reported = says(arguments);
        assert!(reported.contains(words), "{arguments:?}: {reported}");
        assert!(
            !reported.contains("declare it") && !reported.contains("\\n"),
            "{arguments:?}: {reported}"
        );
    }
    let reported = says(&["diff", "p.tier", "--message-format", "short"]);
    assert_eq!(reported.lines().count(), 1, "{reported}");
}
