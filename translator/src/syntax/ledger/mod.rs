//! The comment ledger: for each comment of a file the one node that it is attached to, and on which side of it.
//!
//! In: a file's tree and text. Out: `Ledger`; what of it is not as it should be, as data.
//! Invariants: a comment is attached exactly once; between a comment and the node that it stands before or behind no other
//! node begins or ends, so that whoever prints the node can print the comment beside it.

mod nodes;

use super::ast::{Comment, CommentId, File};
use super::token_places;
pub use nodes::{Node, NodeKind};

/// On which side of its node a comment stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Side {
    /// Above the node, or on its line before it.
    Before,
    /// Behind the node, on the line of its end.
    After,
    /// In the node, before all that is in it.
    Head,
    /// In the node, behind all that is in it.
    Tail,
}

/// Where a comment is attached.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Entry {
    /// The comment.
    pub comment: CommentId,
    /// The node's place in `Ledger::nodes`.
    pub node: usize,
    /// On which side of it.
    pub side: Side,
}

/// The comments of a file and their nodes.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// All nodes of the file, what is around before what is inside.
    pub nodes: Vec<Node>,
    /// One for each comment, in the order of the text.
    pub entries: Vec<Entry>,
}

/// What is wrong with a ledger.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Defect {
    /// Text that is neither a token nor a blank and in no comment, or a comment that lies in a token: at this byte.
    NotAComment(u32),
    /// The comment is attached so many times, and not once.
    Attached(CommentId, usize),
    /// The comment is not on the side of its node where it is said to be, or something is between them.
    Misplaced(CommentId),
}

impl Ledger {
    /// Attaches the comments of a file.
    pub fn of(file: &File, text: &str) -> Ledger {
        let nodes = nodes::of(file);
        let mut entries = Vec::with_capacity(file.comments.len());
        let mut sweep = Sweep::new(&nodes, text);
        for (i, comment) in file.comments.iter().enumerate() {
            let (node, side) = sweep.attach(comment);
            let comment = CommentId(i as u32);
            entries.push(Entry { comment, node, side });
        }
        Ledger { nodes, entries }
    }

    /// The comments on a side of a node, in order.
    pub fn at(&self, node: Node, side: Side) -> impl Iterator<Item = CommentId> {
        let is_it = move |e: &&Entry| e.side == side && self.nodes.get(e.node) == Some(&node);
        self.entries.iter().filter(is_it).map(|e| e.comment)
    }

    /// Whether each comment of the text is attached once and in its place; nothing when all is well.
    pub fn defects(&self, file: &File, text: &str) -> Vec<Defect> {
        let mut out = not_comments(&file.comments, text);
        let mut times = vec![0; file.comments.len()];
        for entry in &self.entries {
            if let Some(n) = times.get_mut(entry.comment.0 as usize) {
                *n += 1;
            }
        }
        let odd = times.iter().enumerate().filter(|(_, n)| **n != 1);
        out.extend(odd.map(|(i, n)| Defect::Attached(CommentId(i as u32), *n)));
        // All edges of nodes, so that what lies between two places is a range.
        let mut edges: Vec<u32> = self.nodes.iter().flat_map(|n| [n.span.start, n.span.end]).collect();
        edges.sort_unstable();
        for entry in &self.entries {
            if !self.is_in_place(entry, file, text, &edges) {
                out.push(Defect::Misplaced(entry.comment));
            }
        }
        out
    }

    fn is_in_place(&self, entry: &Entry, file: &File, text: &str, edges: &[u32]) -> bool {
        let comment = file.comments.get(entry.comment.0 as usize);
        let (Some(comment), Some(node)) = (comment, self.nodes.get(entry.node)) else {
            return false;
        };
        let (c, n) = (comment.span, node.span);
        // No node begins or ends strictly between the two.
        let free = |from: u32, to: u32| {
            let first = edges.partition_point(|e| *e <= from);
            from <= to && edges.get(first).is_none_or(|e| *e >= to)
        };
        match entry.side {
            Side::Before => free(c.end, n.start),
            Side::After => free(n.end, c.start) && same_line(text, n.end, c.start),
            Side::Head => c.end <= n.end && free(n.start, c.start),
            Side::Tail => n.start <= c.start && free(c.end, n.end),
        }
    }
}

fn same_line(text: &str, from: u32, to: u32) -> bool {
    text.get(from as usize..to as usize).is_some_and(|t| !t.contains('\n'))
}

/// Places where the list of comments and the tokens do not make up the text.
fn not_comments(comments: &[Comment], text: &str) -> Vec<Defect> {
    let mut pieces: Vec<(u32, u32)> = token_places(text).into_iter().map(|t| (t.start, t.end)).collect();
    pieces.extend(comments.iter().map(|c| (c.span.start, c.span.end)));
    pieces.sort_unstable();
    pieces.push((text.len() as u32, text.len() as u32));
    let mut out = Vec::new();
    let mut end = 0;
    for piece in pieces {
        let gap = text.get(end as usize..piece.0 as usize);
        if gap.is_none_or(|g| !g.bytes().all(|b| b.is_ascii_whitespace())) {
            out.push(Defect::NotAComment(end));
        }
        end = end.max(piece.1);
    }
    out
}

/// Goes through nodes and comments in the order of the text.
struct Sweep<'a> {
    nodes: &'a [Node],
    text: &'a str,
    /// The next node that was not entered.
    next: usize,
    /// Nodes that were entered and not left, with what was last left in each.
    open: Vec<(usize, Option<usize>)>,
}

impl<'a> Sweep<'a> {
    fn new(nodes: &'a [Node], text: &'a str) -> Sweep<'a> {
        Sweep {
            nodes,
            text,
            next: 1,
            open: vec![(0, None)],
        }
    }

    /// Leaves the nodes that end at or before a place; never the file.
    fn leave(&mut self, place: u32) {
        while self.open.len() > 1
            && let Some((node, _)) = self.open.last().copied()
            && self.nodes.get(node).is_some_and(|n| n.span.end <= place)
        {
            self.open.pop();
            if let Some(outer) = self.open.last_mut() {
                outer.1 = Some(node);
            }
        }
    }

    fn attach(&mut self, comment: &Comment) -> (usize, Side) {
        let (start, end) = (comment.span.start, comment.span.end);
        while let Some(node) = self.nodes.get(self.next)
            && node.span.start <= start
        {
            self.leave(node.span.start);
            self.open.push((self.next, None));
            self.next += 1;
        }
        self.leave(start);
        let Some((inside, before)) = self.open.last().copied() else {
            return (0, Side::Tail);
        };
        let inside_end = self.nodes.get(inside).map_or(0, |n| n.span.end);
        let behind = self
            .nodes
            .get(self.next)
            .filter(|n| n.span.start < inside_end || inside == 0);
        let behind = behind.map(|n| (self.next, n.span.start));
        let before = before.filter(|b| {
            self.nodes
                .get(*b)
                .is_some_and(|n| same_line(self.text, n.span.end, start))
        });
        let on_line = behind.filter(|b| same_line(self.text, end, b.1));
        let rest = self.text.get(end as usize..).unwrap_or("").trim_start();
        let closes = rest.starts_with([',', ';', ')', ']', '}']);
        match (before, on_line, behind) {
            // Inside a line a comment belongs to what follows it at once; else to what it stands behind.
            (_, Some((node, _)), _) if !comment.trailing && !closes => (node, Side::Before),
            (Some(node), _, _) => (node, Side::After),
            (None, _, _) if comment.trailing && self.is_first(inside) => (inside, Side::Head),
            (None, _, Some((node, _))) => (node, Side::Before),
            (None, _, None) => (inside, Side::Tail),
        }
    }

    fn is_first(&self, inside: usize) -> bool {
        inside != 0 && self.open.last().is_some_and(|o| o.1.is_none())
    }
}
