//! Applications of closed tiers, with all that the language has: the mix `mixed`.

use super::draw::Draw;
use super::text::{Part, Sentence};

/// How many rules an application has.
pub const PER_APPLICATION: usize = 56;

/// What all applications name.
pub const COMMON: &str = "\
network office   = 203.0.113.0/24, 2001:db8:40::/48 \"Head office\"
network partners = 198.51.100.0/24 except 198.51.100.128/26

service api = tcp 8080, 8443 \"What applications talk to each other\"

prefix-list s3 = \"com.amazonaws.region.s3\"
";

/// An application: `edge`, `app`, `jobs` and `db`, with a bastion.
pub fn application(at: usize, draw: &mut Draw) -> Part {
    let n = format!("{at:05}");
    let (x, y) = (at >> 8 & 255, at & 255);
    let declared = format!(
        "\
tier edge-{n} is web-server {{ addresses = 10.{x}.{y}.0/26 }}
tier app-{n}  is app-server {{ addresses = 10.{x}.{y}.64/26 }}
tier jobs-{n}               {{ addresses = 10.{x}.{y}.128/26 }}
tier db-{n}   is database   {{ addresses = 10.{x}.{y}.192/26 }}
tier jump-{n} is bastion    {{ outbound = open }}

tiers back-{n} = app-{n}, jobs-{n} \"What may use the database\"

network sites-{n} = {}, {}, 2001:db8:{at:x}::/48

service feeds-{n} = tcp 8100, 8200, 8300, 8400-8410, udp 5000, 5001
",
        draw.block(),
        draw.host(),
    );
    let says = |who: &str, services: &str, way, peers: &[&str]| Sentence {
        subject: format!("{who}-{n}"),
        services: services.replace('N', &n),
        way,
        peers: peers.iter().map(|peer| peer.replace('N', &n)).collect(),
        only_in: None,
        prose: None,
    };
    let (block, host) = (draw.block(), draw.host());
    let sentences = vec![
        // 2 from the outside, 3 of a network, 3 of a network with an exception
        says("edge", "https", "from", &["anywhere"]),
        says("edge", "tcp 9000-9010", "from", &["sites-N"]),
        says("edge", "tcp 9443", "from", &["partners", "office"]),
        // 4: both ends of two ports
        says("app", "api", "from", &["edge-N"]),
        // 8: both ends of two ports from two tiers
        says("db", "mysql, postgresql", "from", &["back-N"]),
        // 2: both ends within a tier
        says("db", "tcp 4444", "from", &["itself"]),
        // 8: both families of ICMP into four tiers, out of one that is open
        says("jump", "ping", "to", &["edge-N", "back-N", "db-N"]),
        says("jump", "ssh", "from", &["office"]),
        // 4 into the tiers from the bastion
        says("jump", "ssh", "to", &["edge-N", "back-N", "db-N"]),
        // 4 and 2 to the outside
        says("back", "https", "to", &["anywhere"]),
        says("db", "https", "to", &["s3"]),
        // 12 and 6 and 4 of addresses
        says("app", "feeds-N", "from", &[&block, &host]),
        says("jobs", "tcp 8080", "from", &[&block, &host]),
    ];
    Part {
        declared,
        sentences,
    }
}
