//! Puts equal and similar forms of many tickets together.
//!
//! Every cluster has a leader, and its members are similar to that leader: there are no chains in which the first
//! and the last have nothing in common. Leaders are chosen by how many tickets have a form, in steps of four times as
//! many (1, 4, 16, …), then by id. So the answer does not depend on the order of the tickets, and one more ticket
//! changes the leader, whose id the cluster bears, only where a form passes such a step or a rarer id turns up among
//! forms as frequent as the leader.
//!
//! No form is compared with all others. Two forms of which at most a quarter of the entries differ share at least three
//! quarters of them; so among the rarest quarter of the entries of each and one more, at
//! least one is in the other as well. Only forms that share such an entry are compared, and with the first
//! [`COMPARED`] leaders at most.

use super::distance::{NEAR_FRAMES, allowed, edits, entries};
use super::form::{ClusterId, Form, FormId};
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

/// Leaders that one form is compared with.
const COMPARED: usize = 64;

/// A form as one ticket has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// The form.
    pub form: Form,
    /// Stacks of that form in the ticket.
    pub stacks: usize,
    /// Tasks that stand there.
    pub tasks: u64,
}

/// A form of a cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct ClusterForm {
    /// The form.
    pub form: Form,
    /// Tickets that have it.
    pub tickets: usize,
}

/// A ticket of a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClusterTicket {
    /// Its number, as it was given.
    pub ticket: usize,
    /// Its stacks of the forms of this cluster.
    pub stacks: usize,
    /// Tasks that stand there.
    pub tasks: u64,
    /// The form that most of them have: the leader where it is among them, else the first of the cluster's forms.
    pub form: FormId,
}

/// Equal and similar forms: probably one hang.
#[derive(Clone, Debug, PartialEq)]
pub struct Cluster {
    /// Its id.
    pub id: ClusterId,
    /// Its forms: the leader first, then those in most tickets.
    pub forms: Vec<ClusterForm>,
    /// The tickets that have one of them, by number.
    pub tickets: Vec<ClusterTicket>,
    /// Stacks in all of them.
    pub stacks: usize,
}

impl Cluster {
    /// The form by which the cluster is called: its other forms are similar to it.
    pub fn leader(&self) -> Option<&Form> {
        self.forms.first().map(|form| &form.form)
    }
}

/// The clusters of the forms of many tickets: those in most tickets first, then those of most stacks. Every form is in
/// exactly one; a form that is like no other is a cluster of its own. A ticket whose number comes twice is one ticket.
pub fn cluster<T: IntoIterator<Item = Seen>>(tickets: impl IntoIterator<Item = (usize, T)>) -> Vec<Cluster> {
    let mut forms = Forms::of(tickets);
    let leaders = forms.leaders();
    let mut clusters: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (member, leader) in leaders.into_iter().enumerate() {
        clusters.entry(leader).or_default().push(member);
    }
    let mut clusters: Vec<Cluster> = clusters.into_values().map(|members| forms.cluster(&members)).collect();
    clusters.sort_by_key(|cluster| (Reverse(cluster.tickets.len()), Reverse(cluster.stacks), cluster.id));
    clusters
}

/// Stacks and tasks of a form in one ticket.
#[derive(Clone, Copy, Default)]
struct Count {
    stacks: usize,
    tasks: u64,
}

/// A form, and which tickets have it.
struct Known {
    form: Form,
    tickets: BTreeMap<usize, Count>,
    /// Its entries by number.
    entries: Vec<u32>,
}

impl Known {
    /// The functions of which similar forms share one.
    fn near(&self) -> &[u32] {
        let first = self.entries.len() - self.form.frames().len();
        let last = (first + NEAR_FRAMES).min(self.entries.len());
        &self.entries[first..last]
    }

    /// Edits away from another form, where the two are similar.
    fn edits(&self, other: &Known) -> Option<usize> {
        let longest = self.entries.len().max(other.entries.len());
        let shared = || self.near().iter().any(|entry| other.near().contains(entry));
        (allowed(longest) > 0 && shared()).then(|| edits(&self.entries, &other.entries, allowed(longest))).flatten()
    }
}

/// All forms: those that lead come first.
struct Forms {
    known: Vec<Known>,
    /// Forms that have an entry, by its number.
    frequency: Vec<u32>,
}

impl Forms {
    fn of<T: IntoIterator<Item = Seen>>(tickets: impl IntoIterator<Item = (usize, T)>) -> Self {
        let mut by_id: BTreeMap<FormId, Known> = BTreeMap::new();
        for (ticket, forms) in tickets {
            for seen in forms {
                let Seen { form, stacks, tasks } = seen;
                let known = by_id.entry(form.id());
                let known = known.or_insert_with(|| Known { form, tickets: BTreeMap::new(), entries: Vec::new() });
                let count = known.tickets.entry(ticket).or_default();
                count.stacks += stacks;
                count.tasks += tasks;
            }
        }
        let mut known: Vec<Known> = by_id.into_values().collect();
        // The sort is stable: forms in about as many tickets stay in the order of their ids.
        known.sort_by_key(|known| Reverse(known.tickets.len().max(1).ilog2() / 2));
        let frequency = number(&mut known);
        Forms { known, frequency }
    }

    /// For each form its leader, by number; a leader is its own.
    fn leaders(&mut self) -> Vec<usize> {
        let mut index: HashMap<u32, Vec<usize>> = HashMap::new();
        let mut leaders = Vec::with_capacity(self.known.len());
        let mut rarest = Vec::new();
        for number in 0..self.known.len() {
            rarest.clone_from(&self.known[number].entries);
            rarest.sort_unstable_by_key(|entry| (self.frequency[*entry as usize], *entry));
            rarest.dedup();
            rarest.truncate(allowed(self.known[number].entries.len()) + 1);
            match self.nearest(number, &rarest, &index) {
                Some(leader) => leaders.push(leader),
                None => {
                    leaders.push(number);
                    rarest.iter().for_each(|entry| index.entry(*entry).or_default().push(number));
                }
            }
        }
        leaders
    }

    /// The nearest of the leaders that may be similar to a form; the first of them among equals.
    fn nearest(&self, number: usize, rarest: &[u32], index: &HashMap<u32, Vec<usize>>) -> Option<usize> {
        let form = self.known.get(number)?;
        let mut candidates: Vec<usize> = Vec::new();
        for leader in rarest.iter().filter_map(|entry| index.get(entry)).flatten() {
            if candidates.len() == COMPARED {
                break;
            }
            if !candidates.contains(leader) {
                candidates.push(*leader);
            }
        }
        let near = candidates.into_iter().filter_map(|leader| Some((form.edits(self.known.get(leader)?)?, leader)));
        near.min().map(|(_, leader)| leader)
    }

    /// The cluster of these forms, of which the first is the leader.
    fn cluster(&mut self, members: &[usize]) -> Cluster {
        let mut forms = Vec::with_capacity(members.len());
        let mut tickets: BTreeMap<usize, ClusterTicket> = BTreeMap::new();
        for known in members.iter().filter_map(|number| self.known.get(*number)) {
            let form = known.form.id();
            for (ticket, count) in &known.tickets {
                let fresh = || ClusterTicket { ticket: *ticket, stacks: 0, tasks: 0, form };
                let entry = tickets.entry(*ticket).or_insert_with(fresh);
                entry.stacks += count.stacks;
                entry.tasks += count.tasks;
            }
            forms.push(ClusterForm { form: known.form.clone(), tickets: known.tickets.len() });
        }
        let id = ClusterId(forms.first().map_or(0, |leader| leader.form.id().0));
        if let Some((_, others)) = forms.split_first_mut() {
            others.sort_by_key(|form| (Reverse(form.tickets), form.form.id()));
        }
        let stacks = tickets.values().map(|ticket| ticket.stacks).sum();
        Cluster { id, forms, tickets: tickets.into_values().collect(), stacks }
    }
}

/// Numbers the entries of all forms, and counts the forms that have each.
fn number(known: &mut [Known]) -> Vec<u32> {
    let mut numbers: HashMap<(bool, String), u32> = HashMap::new();
    let mut frequency: Vec<u32> = Vec::new();
    for form in known {
        let mut number = |is_wait: bool, word: &str| {
            let next = u32::try_from(frequency.len()).unwrap_or(u32::MAX);
            let number = *numbers.entry((is_wait, word.to_owned())).or_insert(next);
            if number == next {
                frequency.push(0);
            }
            number
        };
        let wait = form.form.wait().map(|wait| number(true, wait));
        let frames: Vec<u32> = form.form.frames().iter().map(|frame| number(false, frame)).collect();
        form.entries = entries(wait, &frames);
        let mut distinct = form.entries.clone();
        distinct.sort_unstable();
        distinct.dedup();
        distinct.iter().for_each(|entry| frequency[*entry as usize] += 1);
    }
    frequency
}

#[cfg(test)]
mod tests {
    use super::{Cluster, Seen, cluster};
    use crate::clusters::{Form, is_similar};

    fn form(wait: &str, frames: &str) -> Form {
        Form::new((!wait.is_empty()).then(|| wait.into()), frames.split_whitespace().map(str::to_owned).collect())
    }

    fn seen(wait: &str, frames: &str) -> Seen {
        Seen { form: form(wait, frames), stacks: 1, tasks: 1 }
    }

    /// Members of each cluster by their frames, and its tickets.
    fn told(clusters: &[Cluster]) -> Vec<(Vec<String>, Vec<usize>)> {
        let frames = |cluster: &Cluster| cluster.forms.iter().map(|form| form.form.frames().join(" ")).collect();
        let tickets = |cluster: &Cluster| cluster.tickets.iter().map(|ticket| ticket.ticket).collect();
        clusters.iter().map(|cluster| (frames(cluster), tickets(cluster))).collect()
    }

    const A: &str = "take commit sync fsync_range sys_fsync";
    const A_ELSEWHERE: &str = "take commit sync fsync_range compat_fsync";
    const B: &str = "flush drain close fput sys_close";

    #[test]
    fn tickets_count_once_however_many_stacks_they_have() {
        let many = Seen { stacks: 500, tasks: 500, ..seen("mutex", B) };
        let tickets = [
            (0, vec![seen("mutex", A)]),
            (1, vec![seen("mutex", A_ELSEWHERE)]),
            (2, vec![many]),
            (3, vec![seen("mutex", A)]),
        ];
        let clusters = cluster(tickets);
        let told = told(&clusters);
        assert_eq!(told[0].1, [0, 1, 3]);
        assert_eq!(told[1], (vec![B.to_owned()], vec![2]));
        assert_eq!((clusters[1].stacks, clusters[1].tickets[0].tasks), (500, 500));
        assert_eq!(clusters[0].id.0, clusters[0].leader().map_or(0, |leader| leader.id().0));
    }

    #[test]
    fn nothing_depends_on_the_order_of_the_tickets() {
        let mut tickets: Vec<(usize, Vec<Seen>)> = Vec::new();
        for number in 0..60 {
            let frames: Vec<String> = (0..8).map(|at| format!("f{}", at * 7 + (number * at) % 3)).collect();
            tickets.push((number, vec![seen("mutex", &frames.join(" ")), seen("io", B)]));
        }
        let straight = cluster(tickets.clone());
        tickets.reverse();
        assert_eq!(cluster(tickets.clone()), straight);
        tickets.rotate_left(17);
        assert_eq!(cluster(tickets), straight);
    }

    #[test]
    fn a_frequent_form_leads_and_one_more_ticket_changes_nothing() {
        let often = |count: usize| (0..count).map(|ticket| (ticket, vec![seen("mutex", A)]));
        let rare = |ticket: usize| std::iter::once((ticket, vec![seen("mutex", A_ELSEWHERE)]));
        let id = cluster(often(5).chain(rare(5)))[0].id;
        assert_eq!(id.0, form("mutex", A).id().0);
        for more in 6..40 {
            assert_eq!(cluster(often(more).chain(rare(more)).chain(rare(more + 1)))[0].id, id);
        }
    }

    #[test]
    fn members_are_similar_to_their_leader_and_leaders_to_no_other() {
        // Every form is a base of ten functions with two of them replaced: a dense cloud of near forms.
        let mut tickets = Vec::new();
        for base in 0..4 {
            for (first, second) in (0..10).flat_map(|first| (0..10).map(move |second| (first, second))) {
                let name =
                    |at: usize| if at == first || at == second { format!("x{at}") } else { format!("b{base}_{at}") };
                let frames: Vec<String> = (0..10).map(name).collect();
                tickets.push((tickets.len(), vec![seen("mutex", &frames.join(" "))]));
            }
        }
        let clusters = cluster(tickets);
        let leaders: Vec<&Form> = clusters.iter().filter_map(Cluster::leader).collect();
        for cluster in &clusters {
            let leader = cluster.leader().expect("a cluster has a form");
            assert!(cluster.forms.iter().all(|member| is_similar(&member.form, leader)));
            assert_eq!(leaders.iter().filter(|other| is_similar(other, leader)).count(), 1);
        }
        assert_eq!(clusters.iter().flat_map(|cluster| &cluster.forms).count(), 4 * 55);
    }

    #[test]
    fn a_hundred_thousand_forms_that_share_their_middle_are_told_apart() {
        // A middle that all share, as the requests of one server do, and two innermost functions of their own.
        let middle = (0..12).map(|at| format!("m{at}")).collect::<Vec<_>>().join(" ");
        let ticket = |n: usize| (n / 10, [seen("mutex", &format!("a{n} b{n} c{} {middle}", n % 1000))]);
        let clusters = cluster((0..100_000).map(ticket));
        assert_eq!(clusters.iter().map(|cluster| cluster.forms.len()).sum::<usize>(), 100_000);
        assert!(clusters.iter().all(|cluster| cluster.forms.len() <= 100), "what shares only the middle is apart");
    }
}
