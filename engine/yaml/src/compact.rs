//! Trees read ahead of time: what a build script writes and a program reads back without a scanner.
//!
//! Places are not kept: every node of a tree that was read back stands at the start of its file.

use crate::Node;

/// The compact form of a tree.
///
/// # Errors
/// Why it cannot be written; a tree in memory always can.
pub fn write(node: &Node) -> Result<Vec<u8>, postcard::Error> {
    postcard::to_allocvec(node)
}

/// A tree from its compact form; `None` where the bytes are none.
pub fn read(bytes: &[u8]) -> Option<Node> {
    postcard::from_bytes(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::{read, write};
    use crate::{Content, Node, Place, parse};

    fn shape(node: &Node) -> String {
        match &node.content {
            Content::Scalar(text, style) => format!("{style:?} {text:?}"),
            Content::List(items) => format!("{:?}", items.iter().map(shape).collect::<Vec<_>>()),
            Content::Map(entries) => {
                format!("{:?}", entries.iter().map(|(key, node)| (&key.text, shape(node))).collect::<Vec<_>>())
            }
        }
    }

    #[test]
    fn a_tree_that_was_read_back_says_the_same_without_places() {
        let tree = parse("a: [1, 'two', ~]\nb:\n  - c: |\n      text\nd: \"*\"\n").expect("YAML");
        let back = read(&write(&tree).expect("bytes")).expect("a tree");
        assert_eq!(shape(&back), shape(&tree));
        assert_eq!(back.at, Place::START);
        assert!(read(&[0xff, 0xff, 0xff]).is_none());
    }
}
