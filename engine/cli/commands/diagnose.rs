//! `stacklore diagnose`: texts in, the report out.

use crate::args::DiagnoseArgs;
use crate::exit::Exit;
use crate::reading::{self, Texts};
use crate::stream::Service;
use crate::{output, rulebook};
use anyhow::Context as _;
use stacklore::reason::finding::Certainty;
use stacklore::reports::{self, Detail, Format, Layout, WhyFormat};
use stacklore::{Engine, Options, Report};
use stacklore_intake::Limits;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

/// Diagnoses the given texts as one case.
pub(crate) fn run(args: &DiagnoseArgs) -> anyhow::Result<Exit> {
    let engine = rulebook::engine(&args.knowledge)?;
    for id in args.only.iter().chain(&args.why) {
        rulebook::require(&engine, id)?;
    }
    if args.ndjson {
        return stream(args, &engine);
    }
    let why = args.why.as_ref().map(|id| Ok::<_, anyhow::Error>((id, why_format(args)?))).transpose()?;
    let Some(texts) = reading::read(&engine, &args.input) else { return Ok(Exit::Failed) };
    match why {
        Some((id, format)) => explain(args, &engine, (id, format), texts),
        None => report(args, &engine, texts),
    }
}

fn report(args: &DiagnoseArgs, engine: &Engine, texts: Texts) -> anyhow::Result<Exit> {
    let options = Options { least: args.min_certainty.into(), only: args.only.clone(), notes: texts.notes };
    let report = args.output.view(engine.conclude(&texts.case, texts.documents, texts.readings, &options));
    let detail = detail(args);
    output::write(&args.output, |layout, out| format(args).report(&report, &Layout { detail, ..*layout }, out))?;
    let alarm = args.fail_on.is_some_and(|least| found(&report, least.into()));
    Ok(if alarm { Exit::Found } else { Exit::Done })
}

/// Each line of standard input is a ticket.
fn stream(args: &DiagnoseArgs, engine: &Engine) -> anyhow::Result<Exit> {
    let options = Options { least: args.min_certainty.into(), only: args.only.clone(), notes: Vec::new() };
    let alarm = AtomicBool::new(false);
    let service = Service {
        engine,
        options: &options,
        limits: Limits::from(&args.input.limits),
        redact: args.output.redact,
        seen: &|report| {
            if args.fail_on.is_some_and(|least| found(report, least.into())) {
                alarm.store(true, Ordering::Relaxed);
            }
        },
    };
    output::stream(&args.output, |out| service.serve(&mut io::stdin().lock(), out))?;
    Ok(if alarm.into_inner() { Exit::Found } else { Exit::Done })
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

/// Not every form can explain a rule.
fn why_format(args: &DiagnoseArgs) -> anyhow::Result<&'static dyn WhyFormat> {
    let names: Vec<&str> = reports::WHY_FORMATS.iter().map(|format| format.id()).collect();
    let names = names.join(", ");
    reports::why_format(&args.format)
        .with_context(|| format!("--why cannot be written as {}; choose one of {names} with --format", args.format))
}

fn found(report: &Report, least: Certainty) -> bool {
    report.findings.iter().any(|finding| finding.certainty >= least)
}

fn explain(
    args: &DiagnoseArgs,
    engine: &Engine,
    (id, format): (&str, &dyn WhyFormat),
    texts: Texts,
) -> anyhow::Result<Exit> {
    if let Some(why) = engine.why(id, texts.documents, texts.readings) {
        let why = args.output.view(why);
        output::write(&args.output, |layout, out| format.why(&why, layout, out))?;
    }
    Ok(Exit::Done)
}
