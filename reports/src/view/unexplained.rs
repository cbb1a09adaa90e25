//! Waiting stacks that no rule explains, by what they have in common.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stacklore_reason::clusters::{Form, Seen, Unexplained};

/// Waiting stacks of one form that no rule explains. Forms are the same in every case: equal ids in two cases mean
/// tasks that hang in the same place.
#[derive(Clone, Debug, PartialEq, JsonSchema, Deserialize, Serialize)]
pub struct UnexplainedView {
    /// Id of the form: a hash of the wait and the frames below.
    #[schemars(regex(pattern = "^f-[0-9a-f]{16}$"))]
    pub form: String,
    /// Wait kind; `None` where nothing is known.
    pub wait: Option<String>,
    /// Functions from the innermost outward, in names that other machines have too: without compiler suffixes, generic
    /// arguments and numbers, and without what every stack has. At most 20.
    pub frames: Vec<String>,
    /// Numbers of the stacks, one for each task.
    pub stacks: Vec<u32>,
    /// Tasks that stand there.
    pub tasks: u64,
}

impl UnexplainedView {
    pub(super) fn of(unexplained: &Unexplained) -> Self {
        UnexplainedView {
            form: unexplained.form.id().to_string(),
            wait: unexplained.form.wait().map(str::to_owned),
            frames: unexplained.form.frames().to_vec(),
            stacks: unexplained.stacks.iter().map(|stack| stack.0).collect(),
            tasks: unexplained.tasks,
        }
    }

    /// What [`cluster`](stacklore_reason::clusters::cluster) takes, also from a report that was read back.
    pub fn seen(&self) -> Seen {
        let form = Form::new(self.wait.clone(), self.frames.clone());
        Seen { form, stacks: self.stacks.len(), tasks: self.tasks }
    }
}
