//! Which of the functions that may suspend reach themselves by calls or spawns: rustc cannot see that an opaque future
//! inside its own cycle is `Send`, so theirs are boxed.

use super::super::Input;
use crate::hir::FuncId;
use rustc_hash::FxHashSet;

/// Async functions that reach themselves by calls or spawns.
pub(super) fn cyclic(input: Input<'_>, is_async: impl Fn(FuncId) -> bool) -> FxHashSet<FuncId> {
    use crate::hir::visit::{Visitor, walk_expr};
    use crate::hir::{Callee, Expr, ExprKind, Method};
    struct Calls {
        out: Vec<FuncId>,
    }
    impl<'p> Visitor<'p> for Calls {
        fn expr(&mut self, e: &'p Expr) {
            match &e.kind {
                ExprKind::Call(call) => match &call.callee {
                    Callee::Func { func, .. }
                    | Callee::Method {
                        method: Method::User(func),
                        ..
                    } => self.out.push(*func),
                    _ => {}
                },
                ExprKind::FuncLit(f) | ExprKind::Func { func: f, .. } => self.out.push(*f),
                ExprKind::MethodValue {
                    method: Method::User(f),
                    ..
                }
                | ExprKind::MethodExpr {
                    method: Method::User(f),
                    ..
                } => self.out.push(*f),
                _ => {}
            }
            walk_expr(self, e);
        }
    }
    let edges: Vec<Vec<FuncId>> = input
        .hir
        .funcs
        .iter()
        .map(|f| {
            let mut calls = Calls { out: Vec::new() };
            if let Some(body) = &f.body {
                calls.block(body);
            }
            calls.out
        })
        .collect();
    let mut cyclic = FxHashSet::default();
    for component in strongly_connected(&edges) {
        let looped = component.len() > 1 || edges[component[0]].contains(&FuncId(component[0] as u32));
        if looped {
            cyclic.extend(component.into_iter().map(|i| FuncId(i as u32)).filter(|f| is_async(*f)));
        }
    }
    cyclic
}

/// Tarjan's algorithm, without recursion.
fn strongly_connected(edges: &[Vec<FuncId>]) -> Vec<Vec<usize>> {
    let n = edges.len();
    let (mut index, mut low) = (vec![usize::MAX; n], vec![0; n]);
    let (mut on_stack, mut stack, mut out) = (vec![false; n], Vec::new(), Vec::new());
    let mut next = 0;
    for root in 0..n {
        if index[root] != usize::MAX {
            continue;
        }
        let mut work = vec![(root, 0)];
        while let Some((v, edge)) = work.pop() {
            if edge == 0 {
                index[v] = next;
                low[v] = next;
                next += 1;
                stack.push(v);
                on_stack[v] = true;
            }
            if let Some(w) = edges[v].get(edge).map(|f| f.index()) {
                work.push((v, edge + 1));
                if index[w] == usize::MAX {
                    work.push((w, 0));
                } else if on_stack[w] {
                    low[v] = low[v].min(index[w]);
                }
                continue;
            }
            if let Some((parent, _)) = work.last() {
                low[*parent] = low[*parent].min(low[v]);
            }
            if low[v] == index[v] {
                let mut component = Vec::new();
                while let Some(w) = stack.pop() {
                    on_stack[w] = false;
                    component.push(w);
                    if w == v {
                        break;
                    }
                }
                out.push(component);
            }
        }
    }
    out
}
