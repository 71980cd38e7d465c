//! How a lock that owns fields is written: around the one field, or around a struct of several.
//!
//! In: which fields the locks guard. Out: [`GuardPlan`]s by the struct's type name.
//! Invariants: each guarded field is in exactly one lock; names are unique in their struct and crate.

use super::names::{self, Names};
use crate::analysis::{Facts, Input};
use crate::types::{ObjId, Type};
use rustc_hash::FxHashMap;

/// A struct whose lock owns fields.
#[derive(Debug, Clone)]
pub struct GuardPlan {
    /// The Go lock's field, which is gone.
    pub lock: ObjId,
    /// Many may read at once.
    pub read_write: bool,
    /// The fields that the lock owns.
    pub fields: Vec<ObjId>,
    /// The struct of several fields: its name.
    pub state: Option<String>,
    /// The name of the field that is the lock.
    pub field: String,
}

impl GuardPlan {
    /// The lock's Rust type.
    pub fn lock_type(&self) -> &'static str {
        if self.read_write { "RwLock" } else { "Mutex" }
    }
}

/// Decides all of them.
pub(super) fn guards(input: Input<'_>, facts: &Facts, names: &mut Names) -> FxHashMap<ObjId, GuardPlan> {
    let store = input.store();
    let mut out = FxHashMap::default();
    for owner in input.user_structs() {
        let Some(guarded) = facts.guarded.owner(owner) else {
            continue;
        };
        let Type::Struct(s) = store.under(store.obj_type(owner)) else {
            continue;
        };
        let fields = super::field_names(input, s);
        let (state, field) = match &guarded.fields[..] {
            [one] => {
                let index = s.fields.iter().position(|f| input.origin(*f) == *one);
                (None, index.and_then(|i| fields.get(i).cloned()).unwrap_or_default())
            }
            _ => {
                let name = names::upper_camel(&store.obj(owner).name);
                let state = names.claim_type(&format!("{name}State"));
                let field = names::unique("state".into(), |n| fields.iter().any(|f| f == n));
                (Some(state), field)
            }
        };
        let plan = GuardPlan {
            lock: guarded.lock,
            read_write: guarded.read_write,
            fields: guarded.fields.clone(),
            state,
            field,
        };
        out.insert(owner, plan);
    }
    out
}
