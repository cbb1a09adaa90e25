//! Every output of a queue, with tickets that want to be more than text.

use super::sample::{self, HOSTILE};
use super::{About, Pages, Summary, TicketRow, cluster_json, report_line, summary_json, ticket_page, tickets_csv};
use crate::{Format as _, Html, Layout, schema};
use serde_json::{Value, json};
use stacklore_reason::finding::Verdict;
use std::io::{self, Write};

/// Enough for every kind of ticket.
const COUNT: u32 = 400;

fn text(write: impl Fn(&mut dyn Write) -> io::Result<()>) -> String {
    let written = || {
        let mut out = Vec::new();
        write(&mut out).expect("memory takes everything");
        String::from_utf8(out).expect("output is UTF-8")
    };
    let first = written();
    assert!(first == written(), "the same input gives the same bytes");
    first
}

fn value(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

/// No control character, no mark of direction but those that a page puts in as `&lrm;`.
fn assert_visible(text: &str) {
    let steers = |c: char| c != '\n' && (c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c) || c == '\u{2066}');
    assert!(!text.contains(steers), "{:?}", text.find(steers).and_then(|at| text.get(at..at + 60)));
}

fn assert_page(page: &str, scripts: usize) {
    assert_visible(page);
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>\n"), "{page}");
    assert_eq!(page.matches("<script").count(), scripts, "scripts");
    assert_eq!(page.matches("</script").count(), scripts, "ends of scripts");
    for evil in ["<img", "<svg onload", "onerror=\"", "=\"javascript:", "49{%", "<!--"] {
        assert!(!page.contains(evil), "{evil}");
    }
    assert_eq!(page.matches("<noscript").count(), page.matches("</noscript").count());
    let addresses = page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    for address in addresses {
        let own = !address.contains(':') && !address.starts_with('/') && address.matches("..").count() <= 2;
        assert!(own, "{address}");
    }
}

#[test]
fn every_ticket_is_counted_once() {
    let summary = sample::queue(COUNT);
    assert_eq!(summary.total, COUNT);
    assert_eq!(summary.tickets.len(), COUNT as usize);
    assert_eq!(summary.verdicts.values().sum::<u32>() + summary.failed, COUNT);
    assert_eq!(summary.verdicts.len(), 6, "every verdict: {:?}", summary.verdicts);
    assert!(summary.failed > 0);
    for signature in &summary.signatures {
        let with = |row: &&TicketRow| row.findings.iter().any(|finding| finding.rule == signature.rule);
        let rows = summary.tickets.iter().filter(with).count() as u32;
        assert_eq!(signature.tickets, rows, "{}", signature.rule);
        assert_eq!(signature.proven + signature.likely + signature.possible, rows, "{}", signature.rule);
        assert!(signature.months.values().sum::<u32>() <= rows);
    }
    let first: u32 = summary.signatures.iter().map(|signature| signature.first).sum();
    assert_eq!(first as usize, summary.tickets.iter().filter(|row| row.signature.is_some()).count());
    assert!(summary.signatures.is_sorted_by_key(|signature| std::cmp::Reverse(signature.first)));
}

#[test]
fn clusters_are_ranked_and_rows_know_theirs() {
    let summary = sample::queue(COUNT);
    assert!(summary.clusters.is_sorted_by_key(|cluster| std::cmp::Reverse(cluster.tickets.len())));
    let cluster = summary.clusters.first().expect("there are clusters");
    let rows = summary.tickets.iter().filter(|row| row.cluster.as_deref() == Some(&cluster.id)).count();
    assert_eq!(rows, cluster.tickets.len());
    assert!(summary.tickets.iter().all(|row| row.unexplained.is_empty()), "clusters have what rows were kept for");
}

#[test]
fn dates_that_are_none_have_no_month() {
    let month = |date: &str| {
        let row = TicketRow { date: Some(date.into()), ..sample::row(30) };
        row.month().map(str::to_owned)
    };
    assert_eq!(month("2024-03-05T14:02:11Z").as_deref(), Some("2024-03"));
    assert_eq!(month("2024-03").as_deref(), Some("2024-03"));
    for none in ["", "2024", "2024-13", "2024-00-01", "20240305", "<scr>-03", "２０２４-03", "ä2024-03"] {
        assert_eq!(month(none), None, "{none}");
    }
}

#[test]
fn a_row_says_what_its_report_says() {
    let about = || About { id: "a".into(), milliseconds: 7, ..About::default() };
    let row = TicketRow::of(&crate::sample::self_deadlock(), about());
    assert_eq!(row.verdict, Verdict::Hang);
    assert_eq!(row.headline, "self-deadlock, proven.  Worker locks a buffer that it has already reserved.");
    assert_eq!(row.signature.as_deref(), Some("buffer-locked-twice"));
    assert_eq!((row.findings.len(), row.stacks, row.bytes, row.texts, row.milliseconds), (2, 2, 9000, 1, 7));
    let nothing = TicketRow::of(&crate::sample::empty(), about());
    assert_eq!((nothing.verdict, nothing.signature, nothing.certainty), (Verdict::NoTraces, None, None));
    let kept: TicketRow = serde_json::from_value(json!(row)).expect("a row can be kept and read again");
    assert_eq!(kept, row);
    let unexplained = (0..COUNT).map(sample::row).find(|row| !row.unexplained.is_empty()).expect("one is unexplained");
    assert_eq!(serde_json::from_value::<TicketRow>(json!(unexplained)).expect("it can be read"), unexplained);
}

#[test]
fn the_index_is_one_harmless_page() {
    let summary = sample::queue(COUNT);
    let page = text(|out| Pages::of(&summary).index(out));
    assert_page(&page, 2);
    for part in ["<h1", "Of 400 tickets, ", "id=\"signatures\"", "id=\"clusters\"", "share a hang that no rule knows"] {
        assert!(page.contains(part), "{part}");
    }
    assert!(page.contains("stacklore rules new --from clusters/c-"));
    // All tickets are there without script as well.
    let (_, noscript) = page.split_once("<noscript>").expect("a part for those without script");
    let noscript = noscript.split("</noscript>").next().expect("a first part");
    assert_eq!(noscript.matches("<li><a href=\"tickets/").count(), COUNT as usize);
}

#[test]
fn the_data_of_the_index_is_json_that_no_name_can_leave() {
    let summary = sample::queue(COUNT);
    let page = text(|out| Pages::of(&summary).index(out));
    let (_, data) = page.split_once("id=\"data\">").expect("a block of data");
    let data = data.split("</script>").next().expect("a first part");
    assert!(!data.contains('<'));
    let data = value(data);
    let rows = data["rows"].as_array().expect("rows");
    assert_eq!(rows.len(), COUNT as usize);
    assert_eq!(rows[0][0], HOSTILE[0], "a name is the name");
    assert_eq!(rows[0][1], "tickets/ticket-00000.html");
    assert_eq!(rows[100][0], "ticket-00100");
    assert_eq!(rows[100][1], 0, "the usual page is not repeated");
    assert!(rows[14][0].as_str().expect("a name").chars().count() <= 200, "names are shortened");
    assert_eq!(rows[15][0], "(no name)");
    let texts = data["texts"].as_array().expect("texts").len();
    for (row, ticket) in rows.iter().zip(&summary.tickets) {
        assert_eq!(data["verdicts"][row[2].as_u64().expect("a number") as usize][0], ticket.word());
        assert!((row[4].as_u64().expect("a number") as usize) < texts);
        let rule = row[5][0].as_i64().expect("a number");
        let rule = usize::try_from(rule).ok().and_then(|rule| data["rules"][rule][0].as_str());
        assert_eq!(rule, ticket.signature.as_deref());
    }
}

#[test]
fn a_signature_has_a_page_with_its_tickets() {
    let summary = sample::queue(COUNT);
    let pages = Pages::of(&summary);
    for signature in &summary.signatures {
        let page = text(|out| pages.signature(signature, out));
        assert_page(&page, 0);
        assert_eq!(page.matches("<li><a href=\"../tickets/").count(), signature.tickets as usize);
        assert!(page.contains("href=\"../index.html\"") && page.contains(&signature.title));
    }
}

#[test]
fn a_cluster_has_a_page_with_its_tickets_and_what_to_do() {
    let summary = sample::queue(COUNT);
    let pages = Pages::of(&summary);
    for cluster in &summary.clusters {
        let page = text(|out| pages.cluster(cluster, &sample::excerpts(cluster), out));
        assert_page(&page, 0);
        assert_eq!(page.matches("<li><a href=\"../../tickets/").count(), cluster.tickets.len());
        assert!(page.contains(&format!("stacklore rules new --from clusters/{}", cluster.id)));
        assert!(page.contains(&cluster.distance) && page.contains("&lt;b&gt;worker&lt;/b&gt;^[[0m"));
    }
}

#[test]
fn a_queue_of_nothing_has_an_index() {
    let summary = Summary::of(sample::engine(), Vec::new(), Vec::new());
    let page = text(|out| Pages::of(&summary).index(out));
    assert_page(&page, 2);
    assert!(page.contains("0 tickets."));
    let healthy: Vec<TicketRow> = (0..COUNT).map(sample::row).filter(|row| row.verdict == Verdict::Healthy).collect();
    let summary = Summary::of(sample::engine(), healthy, Vec::new());
    let page = text(|out| Pages::of(&summary).index(out));
    assert!(page.contains("class=\"answer good\"") && !page.contains("id=\"signatures\""));
}

#[test]
fn a_ticket_leads_back_and_to_its_kind() {
    let report = crate::sample::self_deadlock();
    let page = text(|out| ticket_page(&report, &Layout::default(), out));
    assert_page(&page, 1);
    assert!(page.contains("<a href=\"../index.html\">"));
    assert!(page.contains("<a href=\"../signatures/buffer-locked-twice.html\">"));
    assert!(page.contains("<a href=\"../signatures/flush-blocked.html\">"), "of a consequence as well");
    let plain = text(|out| Html.report(&report, &Layout::default(), out));
    assert!(!plain.contains("../"), "a report alone leads to itself only");
}

#[test]
fn a_report_is_one_line() {
    for report in [crate::sample::self_deadlock(), crate::sample::hostile(), crate::sample::empty()] {
        let line = text(|out| report_line(&report, out));
        assert_eq!(line.matches('\n').count(), 1);
        assert!(line.ends_with("}\n") && value(&line)["schema"] == "stacklore.report/1");
    }
}

#[test]
fn a_table_has_a_row_for_each_ticket() {
    let summary = sample::queue(COUNT);
    let table = text(|out| tickets_csv(&summary, out));
    let steers = |c: char| c.is_control() && c != '\r' && c != '\n';
    assert!(!table.contains(steers));
    assert_eq!(table.matches("\r\n").count(), table.matches('\n').count(), "no name has a line end");
    assert_eq!(table.lines().count(), 1 + COUNT as usize);
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let width = reader.headers().expect("a header").len();
    for (record, row) in reader.records().zip(&summary.tickets) {
        let record = record.expect("a record");
        assert_eq!(record.len(), width);
        assert!(record.iter().all(|cell| !cell.trim_start().starts_with(['=', '+', '-', '@'])), "{record:?}");
        assert_eq!(record.get(1), Some(if row.failed { "" } else { row.verdict.name() }));
        assert_eq!(record.get(8), Some(row.bytes.to_string().as_str()));
    }
    looks_right(&table);
}

/// The beginning of the table, as a spreadsheet gets it.
fn looks_right(table: &str) {
    let mut lines = table.lines();
    let header = "ticket,verdict,certainty,signature,headline,signatures,cluster,date,bytes,texts,stacks,tasks,findings,\
                  notes,milliseconds,problem,read,page,report";
    assert_eq!(lines.next(), Some(header));
    assert!(table.contains("\r\n'=HYPERLINK(") || table.contains("\r\n\"'=HYPERLINK(\"\"https://example.org/\"\""));
    assert!(table.contains("\r\n'+1  @SUM(A1)^M^J-2,"));
    assert!(table.contains("nul^@ bell^G escape^[[31m"));
}

fn assert_fits(schema: &Value, value: &Value) {
    let validator = jsonschema::options().build(schema).expect("the schema is sound");
    let errors: Vec<String> =
        validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

/// The schema with nothing allowed that it does not name.
fn strict(mut schema: Value) -> Value {
    fn close(value: &mut Value) {
        match value {
            Value::Object(map) => {
                map.values_mut().for_each(close);
                if map.get("properties").is_some_and(Value::is_object) {
                    map.insert("additionalProperties".into(), json!(false));
                }
            }
            Value::Array(items) => items.iter_mut().for_each(close),
            _ => {}
        }
    }
    close(&mut schema);
    schema
}

#[test]
fn the_summary_fits_its_schema() {
    let summary = sample::queue(COUNT);
    let written = text(|out| summary_json(&summary, out));
    let read = value(&written);
    assert_fits(&strict(schema::batch()), &read);
    assert_eq!(read, json!(summary), "layout changes no value");
    // A ticket is a line.
    let lines =
        written.lines().filter(|line| line.starts_with("  {\"id\":") && line.contains("\"milliseconds\"")).count();
    assert_eq!(lines, COUNT as usize, "{}", written.get(..3000).unwrap_or(&written));
    for bad in [json!({}), json!({"schema": "stacklore.batch/2"})] {
        let validator = jsonschema::options().build(&schema::batch()).expect("the schema is sound");
        assert!(!validator.is_valid(&bad));
    }
}

#[test]
fn a_cluster_is_what_it_is_agreed_to_be() {
    let summary = sample::queue(COUNT);
    let cluster = summary.clusters.first().expect("there are clusters");
    let read = value(&text(|out| cluster_json(cluster, out)));
    assert_fits(&strict(schema::cluster()), &read);
    let keys: Vec<&String> = read.as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["schema", "id", "wait", "distance", "tickets", "forms"]);
    assert_eq!(read["schema"], "stacklore.cluster/1");
    let (ticket, form) = (&cluster.tickets[0], &cluster.forms[0]);
    let page = format!("../../{}", ticket.page);
    assert_eq!(
        read["tickets"][0],
        json!({"id": ticket.id, "page": page, "stacks": ticket.stacks, "tasks": ticket.tasks})
    );
    assert_eq!(read["forms"][0], json!({"form": form.form, "frames": form.frames, "tickets": form.tickets}));
}

#[test]
fn the_schema_files_are_what_the_types_give() {
    for (name, made) in [("batch", schema::batch()), ("cluster", schema::cluster())] {
        let path = format!("{}/schema/{name}-1.schema.json", env!("CARGO_MANIFEST_DIR"));
        let made = format!("{}\n", serde_json::to_string_pretty(&made).expect("it is JSON"));
        if std::env::var_os("STACKLORE_WRITE_SCHEMA").is_some() {
            std::fs::write(&path, &made).expect("the file can be written");
        }
        let file = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(file == made, "{path} is out of date; run: STACKLORE_WRITE_SCHEMA=1 cargo test -p stacklore-reports");
        for word in ["View", "[`", "`None`"] {
            assert!(!made.contains(word), "{name}: {word} says nothing to those who read JSON");
        }
    }
}
