//! `open-data-store`: a database, cache, search engine, message broker or file service that is open
//! to the internet.

use super::definition::{Category, Judge, Lint};
use super::exposure::{WatchedService, exposed_services, tcp, tcp_range, udp, udp_range};
use super::level::Level;
use super::opening::Exposed;
use super::subject::Subject;

/// The lint.
pub const LINT: Lint = Lint {
    name: "open-data-store",
    title: "a database, cache, search engine, message broker or file service that is \
            open to the internet",
    level: Level::Warn,
    category: Category::Security { severity: "9.0" },
    ids: &[
        ("Security Hub", "EC2.18, EC2.19"),
        ("AWS Config", "vpc-sg-open-only-to-authorized-ports"),
    ],
    text: "\
Checks: that no tier accepts connections from the internet to a port of a database (MySQL,
PostgreSQL, SQL Server, Oracle, MongoDB, Redshift, Cassandra, Neptune, Db2, CouchDB, InfluxDB,
ClickHouse and others), a cache (Redis, Memcached), a search engine (Elasticsearch, OpenSearch,
Solr), a message broker or coordination service (Kafka, RabbitMQ, ActiveMQ, NATS, ZooKeeper, etcd)
or a file service (NFS, SMB, NetBIOS, rsync, AFP, iSCSI, Lustre).

Why: stored data is what attackers steal. Many of these services require no password by default,
Memcached and rpcbind on UDP are used for amplification attacks, and none of them needs to be
public.

Instead: name the tiers that use it (`db allows mysql from app`). For people, put a bastion or a VPN
in front of it; for other VPCs, use peering or a private endpoint.",
    fires: "\
tier db

db allows mysql from anywhere
",
    passes: "\
tier app, db

db allows mysql from app
",
    judge: Judge::Exposure(judge),
};

/// Ports of products that keep or pass on data, as their documentation and IANA's registry name
/// them.
pub(super) const WATCHED: [WatchedService; 80] = [
    tcp("mysql", 3306),
    tcp("mysqlx", 33060),
    tcp("postgresql", 5432),
    tcp("postgresql-alt", 5433),
    tcp("pgbouncer", 6432),
    tcp("mssql", 1433),
    udp("mssql-browser", 1434),
    tcp("oracle", 1521),
    tcp_range("oracle-tls", 2483, 2484),
    tcp_range("mongodb", 27017, 27019),
    tcp("redshift", 5439),
    tcp("cassandra", 9042),
    tcp("cassandra-tls", 9142),
    tcp_range("cassandra-cluster", 7000, 7001),
    tcp("cassandra-jmx", 7199),
    tcp("cassandra-thrift", 9160),
    tcp("neptune", 8182),
    tcp("db2", 50000),
    tcp("couchdb", 5984),
    tcp("couchbase", 8091),
    tcp("couchbase", 11210),
    tcp("influxdb", 8086),
    tcp("clickhouse", 8123),
    tcp("cockroachdb", 26257),
    tcp("neo4j-http", 7474),
    tcp("neo4j", 7687),
    tcp("rethinkdb", 28015),
    tcp("arangodb", 8529),
    tcp("firebird", 3050),
    tcp("informix", 9088),
    tcp("milvus", 19530),
    tcp_range("qdrant", 6333, 6334),
    tcp("msql", 4333),
    tcp("hbase", 16000),
    tcp("hdfs", 8020),
    tcp("hive", 10000),
    tcp("redis", 6379),
    tcp("redis-sentinel", 26379),
    tcp("redis-bus", 16379),
    tcp("memcached", 11211),
    udp("memcached", 11211),
    tcp("hazelcast", 5701),
    tcp("ignite", 10800),
    tcp("elasticsearch", 9200),
    tcp("elasticsearch-cluster", 9300),
    tcp("solr", 8983),
    tcp("meilisearch", 7700),
    tcp("typesense", 8108),
    tcp("kibana", 5601),
    tcp("nfs", 2049),
    udp("nfs", 2049),
    tcp("rpcbind", 111),
    udp("rpcbind", 111),
    tcp("mountd", 20048),
    tcp("smb", 445),
    tcp("netbios", 139),
    udp_range("netbios", 137, 138),
    tcp("rsync", 873),
    tcp("afp", 548),
    tcp("iscsi", 3260),
    tcp("lustre", 988),
    tcp("glusterfs", 24007),
    tcp("ceph", 6789),
    tcp("etcd", 2379),
    tcp("etcd-peer", 2380),
    tcp("zookeeper", 2181),
    tcp("kafka", 9092),
    tcp_range("kafka", 9093, 9098),
    tcp("rabbitmq", 5672),
    tcp("rabbitmq-tls", 5671),
    tcp("rabbitmq-cluster", 25672),
    tcp("epmd", 4369),
    tcp("nats", 4222),
    tcp("nats-cluster", 6222),
    tcp_range("activemq", 61616, 61617),
    tcp("stomp", 61613),
    tcp("pulsar", 6650),
    tcp("nsq", 4150),
    tcp("beanstalkd", 11300),
    tcp("clickhouse", 9000),
];

fn judge(subject: &Subject<'_>, found: &mut Vec<Exposed>) {
    exposed_services(
        subject,
        &WATCHED,
        "restrict it to the tiers that use it, as in `from app`",
        found,
    );
}
