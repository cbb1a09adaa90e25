//! `stacklore diagnose`: texts in, the report out.

use crate::args::DiagnoseArgs;
use crate::exit::Exit;
use crate::reading::{self, Texts};
use crate::{output, rulebook};
use stacklore::reason::finding::Certainty;
use stacklore::reports::{self, Detail, Format, Layout};
use stacklore::{Engine, Options, Report};

/// Diagnoses the given texts as one case.
pub(crate) fn run(args: &DiagnoseArgs) -> anyhow::Result<Exit> {
    let engine = rulebook::engine(&args.knowledge)?;
    for id in args.only.iter().chain(&args.why) {
        rulebook::require(&engine, id)?;
    }
    let Some(texts) = reading::read(&engine, &args.input) else { return Ok(Exit::Failed) };
    match &args.why {
        Some(id) => explain(args, &engine, id, texts),
        None => report(args, &engine, texts),
    }
}

fn report(args: &DiagnoseArgs, engine: &Engine, texts: Texts) -> anyhow::Result<Exit> {
    let options = Options { least: args.min_certainty.into(), only: args.only.clone(), notes: texts.notes };
    let report = engine.conclude(&texts.case, texts.documents, texts.readings, &options);
    let detail = detail(args);
    output::write(&args.output, |layout, out| format(args).report(&report, &Layout { detail, ..*layout }, out))?;
    let alarm = args.fail_on.is_some_and(|least| found(&report, least.into()));
    Ok(if alarm { Exit::Found } else { Exit::Done })
}

fn format(args: &DiagnoseArgs) -> &'static dyn Format {
    reports::format(&args.format).unwrap_or(&reports::Text)
}

fn detail(args: &DiagnoseArgs) -> Detail {
    match (args.quiet, args.brief) {
        (true, _) => Detail::Verdict,
        (false, true) => Detail::Brief,
        (false, false) => Detail::Whole,
    }
}

fn found(report: &Report, least: Certainty) -> bool {
    report.findings.iter().any(|finding| finding.certainty >= least)
}

fn explain(args: &DiagnoseArgs, engine: &Engine, id: &str, texts: Texts) -> anyhow::Result<Exit> {
    if let Some(why) = engine.why(id, texts.documents, texts.readings) {
        output::write(&args.output, |layout, out| format(args).why(&why, layout, out))?;
    }
    Ok(Exit::Done)
}
