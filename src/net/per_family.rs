//! One value for each IP version.

use super::traffic::{Family, Traffic};
use super::traffic_set::TrafficSet;
use std::ops::{Index, IndexMut};

/// One value for each IP version: `rules[Family::V6]`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PerFamily<T> {
    /// The one for IPv4.
    pub v4: T,
    /// The one for IPv6.
    pub v6: T,
}

impl<T> PerFamily<T> {
    /// The results of a function for each family, IPv4 first.
    pub fn from_fn(mut make: impl FnMut(Family) -> T) -> PerFamily<T> {
        PerFamily {
            v4: make(Family::V4),
            v6: make(Family::V6),
        }
    }

    /// Both values, changed by the same function.
    pub fn map<U>(self, mut change: impl FnMut(T) -> U) -> PerFamily<U> {
        PerFamily {
            v4: change(self.v4),
            v6: change(self.v6),
        }
    }

    /// Both values by reference.
    pub fn as_ref(&self) -> PerFamily<&T> {
        PerFamily {
            v4: &self.v4,
            v6: &self.v6,
        }
    }

    /// Both values, that for IPv4 first.
    pub fn values(&self) -> impl Iterator<Item = &T> {
        [&self.v4, &self.v6].into_iter()
    }
}

impl<T> Index<Family> for PerFamily<T> {
    type Output = T;

    fn index(&self, family: Family) -> &T {
        match family {
            Family::V4 => &self.v4,
            Family::V6 => &self.v6,
        }
    }
}

impl<T> IndexMut<Family> for PerFamily<T> {
    fn index_mut(&mut self, family: Family) -> &mut T {
        match family {
            Family::V4 => &mut self.v4,
            Family::V6 => &mut self.v6,
        }
    }
}

impl PerFamily<bool> {
    /// Whether it is false for both families.
    pub fn is_none(self) -> bool {
        !self.v4 && !self.v6
    }
}

impl PerFamily<TrafficSet> {
    /// The traffic that rules with any of this traffic admit.
    pub fn from_traffic(traffic: &[Traffic]) -> PerFamily<TrafficSet> {
        PerFamily::from_fn(|family| TrafficSet::from_traffic(traffic.iter().copied(), family))
    }

    /// Whether both are empty.
    pub fn is_empty(&self) -> bool {
        self.v4.is_empty() && self.v6.is_empty()
    }

    /// The union, by family.
    pub fn union(&self, other: &PerFamily<TrafficSet>) -> PerFamily<TrafficSet> {
        PerFamily::from_fn(|family| self[family].union(&other[family]))
    }

    /// The intersection, by family.
    pub fn intersection(&self, other: &PerFamily<TrafficSet>) -> PerFamily<TrafficSet> {
        PerFamily::from_fn(|family| self[family].intersection(&other[family]))
    }

    /// The difference, by family.
    pub fn difference(&self, other: &PerFamily<TrafficSet>) -> PerFamily<TrafficSet> {
        PerFamily::from_fn(|family| self[family].difference(&other[family]))
    }

    /// Whether it overlaps the traffic of a rule, in either family.
    pub fn meets(&self, traffic: Traffic) -> bool {
        self.v4.meets(traffic, Family::V4) || self.v6.meets(traffic, Family::V6)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_finds_its_own_value() {
        let mut words = PerFamily::from_fn(Family::words);
        assert_eq!(words.map(str::len), PerFamily { v4: 4, v6: 4 });
        words[Family::V6] = "six";
        assert_eq!(words.values().copied().collect::<Vec<_>>(), ["IPv4", "six"]);
        assert_eq!(Family::BOTH.map(|family| words[family]), ["IPv4", "six"]);
        assert!(PerFamily::<bool>::default().is_none());

        assert!(
            !PerFamily {
                v4: false,
                v6: true
            }
            .is_none()
        );
    }

    #[test]
    fn sets_of_traffic_are_joined_family_by_family() {
        let both = PerFamily::from_traffic(&[Traffic::All]);
        let icmp = PerFamily::from_traffic(&[Traffic::Icmp(None)]);
        assert!(icmp.v6.is_empty() && !icmp.is_empty());
        assert_eq!(both.union(&icmp), both);
        assert_eq!(both.intersection(&icmp), icmp);
        assert_eq!(icmp.difference(&both), PerFamily::default());
        assert!(icmp.meets(Traffic::Icmp(None)) && !icmp.meets(Traffic::Icmpv6(None)));
    }
}
