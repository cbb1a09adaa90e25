//! Objects by address and symbol: an address inside a known object is that object.

use stacklore_model::{Case, ObjectId, StackId};

/// Index over [`Case::objects`].
#[derive(Clone, Debug, Default)]
pub struct Objects {}

impl Objects {
    /// The object at an address that a frame, register or word of this stack names, made when it is not there yet.
    /// `symbol` is the symbol printed with the address and the offset into it. `kind` and `size` (bytes, 0 = unknown)
    /// describe it where it is new or was unknown. `None` for addresses that are no identity (zero, small numbers).
    pub fn at(
        &mut self,
        case: &mut Case,
        stack: StackId,
        address: u64,
        symbol: Option<(&str, u64)>,
        kind: &str,
        size: u64,
    ) -> Option<ObjectId> {
        let _ = (case, stack, address, symbol, kind, size);
        None
    }

    /// The static object of that name of the system of this stack (`rtnl_mutex`), made when it is not there yet.
    pub fn named(&mut self, case: &mut Case, stack: StackId, name: &str, kind: &str) -> ObjectId {
        let _ = (case, stack, name, kind);
        ObjectId(0)
    }
}
