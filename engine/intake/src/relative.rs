//! Shorter names: texts called by their places below a folder, as a ticket of a queue wants them.

use crate::{Intake, label};
use std::path::Path;

impl Intake {
    /// Leaves the folder out of the names of texts and problems that lie below it.
    pub(crate) fn relative_to(&mut self, folder: &Path) {
        let mut prefix = label::of_path(folder);
        if prefix.is_empty() {
            return;
        }
        if !prefix.ends_with('/') {
            prefix.push('/');
        }
        let names = self.documents.iter_mut().map(|document| &mut document.name);
        for name in names.chain(self.problems.iter_mut().map(|problem| problem.name_mut())) {
            if let Some(rest) = name.strip_prefix(&prefix) {
                *name = rest.to_owned();
            }
        }
    }
}
