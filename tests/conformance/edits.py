"""The edits of the change review: a program before and after, and the smallest plan that says so.

Counts are (add, change, destroy) of Terraform resources. What makes them what they are:
a rule's address is its identity in AWS, so a rule that stays in AWS stays in the plan; a rule's
text is its sentence in words, so respelling a sentence without a string of its own changes that
text in place; and a group is only replaced where AWS cannot change it.
"""

from dataclasses import dataclass

from tierwall import TODAY


@dataclass(frozen=True)
class Edit:
    """`why` says what the counts are made of; `later` is the day that the new program is built on."""

    name: str
    old: str
    new: str
    counts: tuple[int, int, int]
    why: str
    later: str = TODAY
    groups_removed: int = 0
    groups_replaced: int = 0


BASE = """
stack shop "Web shop"

network office = 203.0.113.0/24, 198.51.100.0/24

tier web is web-server
tier app is app-server
tier db is database { outbound = closed }

web allows http, tcp 443 from anywhere
web allows ssh from office "admin access"
app allows tcp 8080 from web
db allows mysql from app
"""

# The same with two VPCs.
TWO_VPCS = BASE.replace('stack shop "Web shop"', 'stack shop "Web shop" { vpc = main }').replace(
    "network office",
    "param home : vpc\nparam away : vpc\nvpc main { id = home }\nvpc branch { id = away }\n"
    "peer main with branch\n\nnetwork office",
)


def edit(name, counts, why, *replacements, base=BASE, later=TODAY, groups_removed=0, groups_replaced=0):
    """An edit of `base` by (old text, new text) pairs, each of which must stand there."""
    new = base
    for before, after in replacements:
        assert before in new, f"{name}: {before!r} is not in the program"
        new = new.replace(before, after)
    return Edit(name, base, new, counts, why, later, groups_removed, groups_replaced)


CLOSED = BASE.replace("tier app is app-server", "tier app is app-server { outbound = closed }")
WORDS = BASE.replace(' "admin access"', "")
RENAMED = (
    BASE.replace("tier app is app-server", "tier api is app-server was app")
    .replace("app allows", "api allows")
    .replace("from app", "from api")
)
STRINGS = BASE.replace("from web\n", 'from web "orders"\n').replace("from app\n", 'from app "order data"\n')

EDITS = [
    edit(
        "a sentence is added", (1, 0, 0), "the one rule it gives", ("db allows", "app allows ssh from web\ndb allows")
    ),
    edit(
        "a sentence between closed tiers is added",
        (2, 0, 0),
        "inbound at app, outbound at db; nothing else moves",
        ("db allows", "app allows tcp 9000 from db\ndb allows"),
    ),
    edit("a sentence is removed", (0, 0, 1), "its one rule", ("db allows mysql from app\n", "")),
    edit(
        "a service is added to a list",
        (2, 0, 0),
        "one rule for IPv4 and one for IPv6; the others keep their text",
        ("http, tcp 443", "http, udp 443, tcp 443"),
    ),
    edit(
        "a network grows by one block",
        (1, 0, 0),
        "one rule for the new block",
        ("198.51.100.0/24", "198.51.100.0/24, 192.0.2.0/24"),
    ),
    edit(
        "a network grows by the block beside one of its own",
        (1, 0, 0),
        "one rule for the new block: the two are not merged into one, which would replace a rule",
        ("198.51.100.0/24", "198.51.100.0/24, 198.51.101.0/24"),
    ),
    edit(
        "a network grows by a block around one of its own",
        (1, 0, 0),
        "one rule for the new block: a covered rule stays",
        ("198.51.100.0/24", "198.51.100.0/24, 198.51.0.0/16"),
    ),
    edit(
        "a peer is added to a list",
        (1, 0, 0),
        "one rule for the new peer; the others keep their text",
        ("from anywhere\nweb", "from anywhere\napp allows tcp 8080 from db, web\nweb"),
        ("app allows tcp 8080 from web\n", ""),
        base=BASE.replace("tier db is database { outbound = closed }", "tier db is database"),
    ),
    edit(
        "a network shrinks by one block",
        (0, 0, 1),
        "the rule of the block that went",
        ("203.0.113.0/24, 198.51.100.0/24", "203.0.113.0/24"),
    ),
    edit(
        "a host is cut out of a block",
        (8, 0, 1),
        "a /24 less one host is eight blocks; the other block stays",
        ("198.51.100.0/24", "198.51.100.0/24 except 198.51.100.7"),
    ),
    edit(
        "a tier is renamed with was",
        (0, 3, 0),
        "the group's Name tag, and the text of the two sentences that name it",
        ("tier app is app-server", "tier api is app-server was app"),
        ("app allows", "api allows"),
        ("from app", "from api"),
    ),
    edit(
        "a tier whose sentences have strings is renamed with was",
        (0, 1, 0),
        "the group's Name tag",
        ("tier app is app-server", "tier api is app-server was app"),
        ("app allows", "api allows"),
        ("from app", "from api"),
        base=STRINGS,
    ),
    edit(
        "a closed tier is renamed with was",
        (0, 4, 0),
        "the Name tag; its inbound rule; both sides of its flow to db",
        ("tier app is app-server", "tier api is app-server was app"),
        ("app allows", "api allows"),
        ("from app", "from api"),
        base=CLOSED,
    ),
    edit(
        "a tier is renamed a second time",
        (0, 3, 0),
        "as the first time",
        ("tier api is app-server was app", "tier core is app-server was api, app"),
        ("api allows", "core allows"),
        ("from api", "from core"),
        base=RENAMED,
    ),
    edit(
        "a tier is renamed twice between two applies",
        (0, 3, 0),
        "the way leads over a name that was never applied",
        ("tier app is app-server", "tier core is app-server was api, app"),
        ("app allows", "core allows"),
        ("from app", "from core"),
    ),
    edit(
        "two tiers that talk are renamed at once",
        (0, 4, 0),
        "two Name tags and the text of two sentences",
        ("tier app is app-server", "tier api is app-server was app"),
        ("tier db is database", "tier store is database was db"),
        ("app allows", "api allows"),
        ("db allows", "store allows"),
        ("from app", "from api"),
    ),
    edit(
        "one of two tiers was renamed before, the other never",
        (0, 4, 0),
        "the rules between them have moved from any mixture of the earlier names",
        ("tier core is app-server was app", "tier api is app-server was core, app"),
        ("tier db is database", "tier store is database was data, db"),
        ("core allows", "api allows"),
        ("db allows", "store allows"),
        ("from core", "from api"),
        base=BASE.replace("tier app is app-server", "tier core is app-server was app")
        .replace("app allows", "core allows")
        .replace("from app", "from core"),
    ),
    edit(
        "a tier is renamed and its port changed",
        (1, 2, 1),
        "the old port's rule goes, the new one's comes; the Name tag and the text at db change",
        ("tier app is app-server", "tier api is app-server was app"),
        ("app allows tcp 8080", "api allows tcp 8443"),
        ("from app", "from api"),
    ),
    edit(
        "the stack and a tier are renamed at once",
        (0, 5, 0),
        "three Name tags, and the text of the two sentences that name the tier",
        ("stack shop", "stack store was shop"),
        ("tier app is app-server", "tier api is app-server was app"),
        ("app allows", "api allows"),
        ("from app", "from api"),
    ),
    edit(
        "the stack is renamed with was",
        (0, 3, 0),
        "the Name tags of three groups",
        ("stack shop", "stack store was shop"),
    ),
    Edit(
        "sentences are reordered",
        BASE,
        BASE.split("web allows")[0]
        + "".join(line + "\n" for line in reversed(BASE.splitlines()) if " allows " in line),
        (0, 0, 0),
        "nothing: order means nothing",
    ),
    edit(
        "the program is reformatted",
        (0, 0, 0),
        "nothing",
        ("tier web", "# the front\ntier  web"),
        ("http, tcp 443", "http,\n  tcp 443"),
        ("{ outbound", "{\n  outbound"),
        ("closed }", "closed\n}"),
    ),
    edit(
        "a sentence is split in two",
        (0, 0, 0),
        "nothing: each rule's text speaks of its own service",
        ("web allows http, tcp 443 from anywhere", "web allows http from anywhere\nweb allows tcp 443 from anywhere"),
    ),
    edit(
        "sentences of two tiers become one",
        (0, 0, 0),
        "nothing: each rule's text speaks of its own tier",
        ("web allows ping from office\napp allows ping from office", "web, app allow ping from office"),
        base=BASE + "web allows ping from office\napp allows ping from office\n",
    ),
    edit(
        "a set takes the place of its members",
        (0, 0, 0),
        "nothing: each rule's text speaks of the member",
        ("db allows mysql from app, web", "tiers inner = app, web\ndb allows mysql from inner"),
        base=BASE.replace("from app", "from app, web"),
    ),
    edit(
        "a sentence gets a last day",
        (0, 1, 0),
        "the rule's text says until when",
        ("from web\n", "from web until 2026-12-31\n"),
    ),
    edit(
        "prose of a tier is written",
        (0, 1, 0),
        "the group's Description tag",
        ("tier web is web-server", 'tier web is web-server "The front"'),
    ),
    edit("prose of a sentence is changed", (0, 2, 0), "the text of its two rules", ("admin access", "administration")),
    edit("prose of the stack is changed", (0, 0, 0), "nothing: it is in no group", ("Web shop", "The web shop")),
    edit(
        "a port is changed",
        (1, 0, 1),
        "another rule in AWS: the old one goes, the new one comes",
        ("tcp 8080", "tcp 8443"),
    ),
    edit(
        "a port between closed tiers is changed",
        (2, 0, 2),
        "the same at both ends",
        ("mysql", "postgresql"),
        base=CLOSED,
    ),
    edit(
        "a tier is closed",
        (1, 0, 2),
        "its two all-traffic rules go; its flow to db becomes an outbound rule",
        ("tier app is app-server", "tier app is app-server { outbound = closed }"),
    ),
    edit(
        "a closed tier is opened",
        (2, 0, 1),
        "the same backwards",
        ("tier app is app-server { outbound = closed }", "tier app is app-server"),
        base=CLOSED,
    ),
    edit(
        "the default is written out",
        (0, 0, 0),
        "nothing: outbound is open unless it is closed",
        ("tier app is app-server", "tier app is app-server { outbound = open }"),
    ),
    edit("a service is respelled", (0, 2, 0), "the text of its two rules says https now", ("tcp 443", "https")),
    edit("a service is respelled under a string", (0, 0, 0), "nothing: the rule is the same", ("ssh", "tcp 22")),
    edit("a network is renamed", (0, 2, 0), "the text of the two rules from it", ("office", "hq"), base=WORDS),
    edit("a network is renamed under a string", (0, 0, 0), "nothing: the blocks are the same", ("office", "hq")),
    edit(
        "a sentence is turned round",
        (0, 1, 0),
        "the rule's text",
        ("app allows tcp 8080 from web", "web allows tcp 8080 to app"),
    ),
    edit("a role is given up", (0, 0, 0), "nothing: a role is for lints", ("tier web is web-server", "tier web")),
    edit(
        "a tag is added to a tier",
        (0, 1, 0),
        "the group, in place",
        ("outbound = closed }", 'outbound = closed, tags = { Team = "data" } }'),
    ),
    edit(
        "a tag is added to a sentence",
        (0, 1, 0),
        "the rule, in place",
        ("db allows mysql from app", 'db allows mysql from app { tags = { Team = "data" } }'),
    ),
    edit(
        "a tier is added",
        (3, 0, 0),
        "the group and its two all-traffic rules",
        ("tier db", "tier cache is cache\ntier db"),
    ),
    edit(
        "a tier is removed",
        (0, 0, 2),
        "the closed group and its one inbound rule",
        ("tier db is database { outbound = closed }\n", ""),
        ("db allows mysql from app\n", ""),
        groups_removed=1,
    ),
    edit(
        "a closed tier may send everything",
        (2, 0, 1),
        "all traffic to both families comes; the outbound rule to app, which that covers, goes",
        ("tcp 9000 from db", "tcp 9000 from db\ndb allows all to anywhere"),
        base=BASE + "app allows tcp 9000 from db\n",
    ),
    edit(
        "a closed tier may send everything by IPv4",
        (1, 0, 0),
        "the all-traffic rule, beside the outbound rule to app",
        ("tcp 9000 from db", "tcp 9000 from db\ndb allows all to anywhere-ipv4"),
        base=BASE + "app allows tcp 9000 from db\n",
    ),
    edit(
        "a sentence says again what another says",
        (0, 0, 0),
        "nothing: the text that sorts first stays",
        ("web allows ssh", "web allows www from anywhere\nweb allows ssh"),
    ),
    edit(
        "IPv6 is given up",
        (0, 0, 4),
        "the IPv6 rules of web's two services and of the two open tiers",
        ('stack shop "Web shop"', 'stack shop "Web shop" { ip = ipv4 }'),
        base=BASE,
    ),
    edit(
        "a dated sentence runs out",
        (0, 0, 1),
        "its rule, the day after",
        base=BASE + "app allows ssh from web until 2026-03-31\n",
        later="2026-04-01",
    ),
    edit(
        "a group gets a description",
        (2, 0, 2),
        "AWS cannot change it: the group and its rule are replaced",
        ("outbound = closed }", 'outbound = closed, description = "Orders" }'),
        groups_replaced=1,
    ),
    edit(
        "a group that another names gets a description",
        (4, 1, 4),
        "the group and its three rules are replaced; the rule at db names the new group",
        ("tier app is app-server", 'tier app is app-server { description = "Orders" }'),
        groups_replaced=1,
    ),
    edit(
        "a group gets a name",
        (2, 0, 2),
        "AWS cannot change it: the group and its rule are replaced",
        ("outbound = closed }", 'outbound = closed, name = "orders" }'),
        groups_replaced=1,
    ),
    edit(
        "a group loses its name",
        (2, 0, 2),
        "the same backwards",
        ('outbound = closed, name = "orders" }', "outbound = closed }"),
        base=BASE.replace("outbound = closed }", 'outbound = closed, name = "orders" }'),
        groups_replaced=1,
    ),
    edit(
        "the VPC is another",
        (15, 0, 15),
        "three groups and their twelve rules are replaced",
        ("id = home", "id = away"),
        base=BASE.replace("network office", "param home : vpc\nparam away : vpc\nvpc main { id = home }\n\nnetwork office"),
        groups_replaced=3,
    ),
    edit(
        "the stack is renamed without was",
        (15, 0, 15),
        "the names of the three groups start otherwise: they and their twelve rules are replaced",
        ("stack shop", "stack store"),
        groups_replaced=3,
    ),
    edit(
        "a tier is renamed without was",
        (5, 0, 5),
        "a group, its three rules and the rule that names it go; as many come",
        ("tier app is app-server", "tier api is app-server"),
        ("app allows", "api allows"),
        ("from app", "from api"),
        groups_removed=1,
    ),
    Edit(
        "a renaming is taken back",
        RENAMED,
        BASE,
        (5, 0, 5),
        "no `moved` leads back: as without was",
        groups_removed=1,
    ),
    edit(
        "was is taken away",
        (4, 1, 4),
        "the name of the group starts with its new name: it and its three rules are replaced, the rule at db changes",
        (" was app", ""),
        base=RENAMED,
        groups_replaced=1,
    ),
    edit(
        "a group from elsewhere takes the place of a tier",
        (0, 1, 3),
        "the tier's group and its two rules go; the rule that names it names the other group, in place",
        ("tier monitoring", "param monitoring : external"),
        base=BASE + "tier monitoring\napp allows tcp 9100 from monitoring\n",
        groups_removed=1,
    ),
    edit(
        "a block takes the place of a tier",
        (1, 0, 4),
        "the tier's group and its two rules go; a rule of another kind comes, the one that names the tier goes",
        ("tier monitoring", "network monitoring = 192.0.2.0/24"),
        base=BASE + "tier monitoring\napp allows tcp 9100 from monitoring\n",
        groups_removed=1,
    ),
    edit(
        "a prefix list is used",
        (1, 0, 0),
        "its rule; to look it up is no change",
        ("db allows", 'prefix-list s3 = "com.amazonaws.region.s3"\nweb allows tcp 8443 from s3\ndb allows'),
    ),
    edit(
        "the default of a parameter changes",
        (0, 2, 0),
        "the blocks of the two rules that name it, in place, where no value is given",
        ("desk : cidr = 192.0.2.0/24", "desk : cidr = 0.0.0.0/0"),
        base=BASE + "param desk : cidr = 192.0.2.0/24\nweb allows tcp 8443, 9443 from desk\n",
    ),
    edit(
        "the default of a parameter and the text of its rule change",
        (0, 1, 0),
        "the rule, in place",
        ("desk : cidr-ipv6 = 2001:db8:1::/48", "desk : cidr-ipv6 = ::/0"),
        ("tcp 443 from desk", "https from desk"),
        base=BASE + "param desk : cidr-ipv6 = 2001:db8:1::/48\ndb allows tcp 443 from desk\n",
    ),
    edit(
        "a default group is locked",
        (1, 0, 0),
        "the default group",
        ("id = home", "id = home, default-group = locked"),
        base=BASE.replace("network office", "param home : vpc\nvpc main { id = home }\n\nnetwork office"),
    ),
    edit(
        "a default group is unlocked",
        (0, 0, 1),
        "the default group, of which Terraform lets go",
        ("id = home, default-group = locked", "id = home"),
        base=BASE.replace(
            "network office", "param home : vpc\nvpc main { id = home, default-group = locked }\n\nnetwork office"
        ),
    ),
    edit(
        "the default group of another VPC is locked",
        (1, 0, 1),
        "another default group",
        ("id = spare, default", "id = other, default"),
        base=BASE.replace('stack shop "Web shop"', 'stack shop "Web shop" { vpc = main }').replace(
            "network office",
            "param home : vpc\nparam spare : vpc\nparam other : vpc\nvpc main { id = home }\nvpc rest { id = spare, default-group = locked }\n\n"
            "network office",
        ),
    ),
    edit(
        "a tier is in a further VPC",
        (1, 0, 0),
        "the association of its group",
        ("tier web is web-server", "tier web is web-server { vpc = [main, branch] }"),
        base=TWO_VPCS,
    ),
    edit(
        "a tier is in one VPC fewer",
        (0, 0, 1),
        "the association of its group",
        ("{ vpc = [main, branch] }", ""),
        base=TWO_VPCS.replace("tier web is web-server", "tier web is web-server { vpc = [main, branch] }"),
    ),
    edit(
        "a tier in two VPCs is renamed with was",
        (0, 6, 0),
        "the group's Name tag, and the text of four rules of its own and of one that names it",
        ("tier web is web-server", "tier portal is web-server was web"),
        ("web allows http", "portal allows http"),
        ("web allows ssh", "portal allows ssh"),
        ("from web", "from portal"),
        base=TWO_VPCS.replace("tier web is web-server", "tier web is web-server { vpc = [main, branch] }"),
    ),
    edit(
        "the first VPC of a tier is its second",
        (10, 1, 10),
        "the group, its eight rules and its association; the rule that names the group changes in place",
        ("[main, branch]", "[branch, main]"),
        base=TWO_VPCS.replace("tier web is web-server", "tier web is web-server { vpc = [main, branch] }"),
        groups_replaced=1,
    ),
]
