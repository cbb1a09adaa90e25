//! Drawings hold what they show: inside, apart, complete, harmless.

use super::plan::Shown;
use super::scene::{Area, ArrowAt, Scene};
use super::{Proof, STYLE, draw, samples, scene};
use crate::answer::Picture;
use std::fmt::Write as _;

fn proof(at: usize) -> Option<Proof> {
    let text = "[<ffffffffa030ef25>] ttm_eu_reserve_buffers+0x205/0x320 [ttm] and then some more words <of> evidence";
    (at % 4 != 3).then(|| Proof { place: format!("line {}", 10 + at), text: text.into(), href: format!("#s0-l{at}") })
}

fn drawn(picture: &Picture) -> String {
    draw(picture, "g1", &proof)
}

fn laid_out(picture: &Picture) -> Scene {
    scene(picture, &Shown::of(picture))
}

fn overlap(a: &Area, b: &Area) -> bool {
    a.x < b.right() && b.x < a.right() && a.y < b.bottom() && b.y < a.bottom()
}

#[test]
fn boxes_and_labels_stand_inside_and_apart() {
    for (name, picture) in samples::all() {
        let scene = laid_out(&picture);
        let nodes = scene.nodes.iter().map(|node| (node.area, node.lines.concat()));
        let labels = scene.labels.iter().map(|label| (label.area, label.lines.concat()));
        let all: Vec<(Area, String)> = nodes.chain(labels).collect();
        for (at, (a, what)) in all.iter().enumerate() {
            let inside = a.x >= -0.5 && a.y >= 0.0 && a.right() <= scene.width + 0.5 && a.bottom() <= scene.height;
            assert!(inside, "{name}: {what} {a:?} in {} x {}", scene.width, scene.height);
            for (b, other) in &all[at + 1..] {
                assert!(!overlap(a, b), "{name}: {what} {a:?} and {other} {b:?}");
            }
        }
    }
}

#[test]
fn lines_stay_inside_and_clear_of_the_labels_of_others() {
    for (name, picture) in samples::all() {
        let scene = laid_out(&picture);
        for arrow in &scene.arrows {
            for (x, y) in arrow.line.iter().map(|step| step.end()) {
                let inside = x >= 0.0 && y >= 0.0 && x <= scene.width && y <= scene.height;
                assert!(inside, "{name}: {x} {y} in {} x {}", scene.width, scene.height);
            }
            for pair in arrow.line.windows(2).map(|pair| (pair[0].end(), pair[1].end())) {
                let ((x, from), (to_x, to)) = pair;
                let (x, w) = (x.min(to_x), (x - to_x).abs());
                let straight = Area { x, y: from.min(to), w, h: (from - to).abs() };
                for label in scene.labels.iter().filter(|label| label.arrow != arrow.arrow) {
                    if w > 0.5 && straight.h > 0.5 {
                        continue;
                    }
                    assert!(!overlap(&straight, &label.area), "{name}: {straight:?} {label:?}");
                }
            }
        }
    }
}

#[test]
fn every_arrow_that_is_drawn_has_its_link() {
    for (name, picture) in samples::all() {
        let (svg, scene) = (drawn(&picture), laid_out(&picture));
        assert_eq!(svg.matches("class=\"edge\"").count(), scene.arrows.len(), "{name}");
        assert_eq!(svg.matches("class=\"head\"").count(), scene.arrows.len(), "{name}");
        let quoted = scene.arrows.iter().filter(|at| at.arrow % 4 != 3).count();
        assert_eq!(svg.matches("<a class=\"edge\" href=\"#s0-l").count(), quoted, "{name}");
        assert_eq!(svg.matches("class=\"tip\"").count(), quoted, "{name}");
        assert_eq!(svg.matches("<g class=\"node").count(), scene.nodes.len(), "{name}");
        if picture.nodes.len() <= 80 {
            assert_eq!(scene.arrows.len(), picture.arrows.len(), "{name}");
        }
    }
}

#[test]
fn a_drawing_is_the_same_every_time_and_no_markup_of_a_text_is_in_it() {
    for (name, picture) in samples::all() {
        let svg = drawn(&picture);
        assert_eq!(svg, drawn(&picture), "{name}");
        for bad in ["<script", "<svg onload", " onload=\"", "style=", "\u{202e}", "\x1b"] {
            assert!(!svg.contains(bad), "{name}: {bad}");
        }
        assert_eq!(svg.matches("<g").count(), svg.matches("</g>").count(), "{name}");
        assert_eq!(svg.matches("<text").count(), svg.matches("</text>").count(), "{name}");
    }
}

/// The numbers of the attributes of an element that begins the text.
fn numbers<const N: usize>(element: &str, names: [&str; N]) -> [f64; N] {
    names.map(|name| {
        let value = element.split_once(&format!(" {name}=\"")).and_then(|(_, rest)| rest.split_once('"'));
        value.and_then(|(value, _)| value.parse().ok()).unwrap_or(f64::NAN)
    })
}

#[test]
fn evidence_stands_inside_the_drawing_and_holds_its_lines() {
    for (name, picture) in samples::all() {
        let svg = drawn(&picture);
        let [width, height] = numbers(&svg, ["width", "height"]);
        for tip in svg.split("<g class=\"tip\">").skip(1).filter_map(|tip| tip.split("</g>").next()) {
            let [x, y, w, h] = numbers(tip, ["x", "y", "width", "height"]);
            let inside = x >= 0.0 && y >= 0.0 && x + w <= width && y + h <= height;
            assert!(inside, "{name}: {x} {y} {w} {h} in {width} x {height}");
            for line in tip.split("<text").skip(1) {
                let [_, baseline] = numbers(line, ["x", "y"]);
                assert!(baseline > y + 10.0 && baseline < y + h - 3.0, "{name}: {tip}");
            }
        }
    }
}

#[test]
fn crowds_stand_as_a_list_and_a_ring_closes_up_the_side() {
    let find = |wanted: &str| samples::all().into_iter().find(|(name, _)| *name == wanted).expect("it is there").1;
    let crowd = laid_out(&find("crowd of 200"));
    let waiters = crowd.nodes.iter().filter(|at| at.lines[0].contains("java/") || at.lines[0] == "197 more");
    let lefts: Vec<f64> = waiters.map(|at| at.area.x).collect();
    assert_eq!(lefts, [lefts[0]; 4]);
    let ring = laid_out(&find("ring of 3"));
    let boxes = ring.nodes.iter().map(|at| at.area.x).fold(f64::INFINITY, f64::min);
    let beside = |at: &&ArrowAt| at.line.iter().any(|step| step.end().0 < boxes);
    assert_eq!(ring.arrows.iter().filter(beside).count(), 1);
    let own = laid_out(&find("a task waits for its own lock"));
    assert!(own.arrows.iter().all(|at| at.line.len() == 2), "two straight arrows side by side");
}

#[test]
fn what_is_left_out_is_said() {
    let (_, picture) = samples::all().into_iter().find(|(name, _)| *name == "500 unfolded").expect("it is there");
    let svg = drawn(&picture);
    assert!(svg.contains(">… 420 more</text>"));
    assert_eq!(drawn(&Picture::default()), "");
}

#[test]
fn links_lead_nowhere_else() {
    let (_, picture) = samples::all().remove(0);
    let away = |_| Some(Proof { place: "x".into(), text: "y".into(), href: "javascript:alert(1)".into() });
    assert!(!draw(&picture, "g\" onload=\"x", &away).contains("href"));
    assert!(draw(&picture, "g\"1", &away).contains("id=\"g1-t\""));
}

#[test]
fn numbers_that_do_not_fit_each_other_are_no_matter() {
    let (_, mut picture) = samples::all().remove(3);
    picture.ring.push(900);
    picture.arrows[1].to = 700;
    picture.ring.reverse();
    assert!(drawn(&picture).contains("</svg>"));
    picture.nodes.clear();
    assert_eq!(drawn(&picture), "");
}

/// To look at: all drawings on one page, under `target/`.
#[test]
#[ignore = "writes a page for looking at"]
fn page() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/graphs");
    std::fs::create_dir_all(&folder).unwrap();
    let light = "--bg:#fff;--fg:#1c1e21;--muted:#5c6370;--line:#d0d4da;--card:#f5f6f8;--bad:#b3261e;--warn:#8a5a00;\
                 --mark-bg:#fff2a8;--accent:#0b5cad";
    let dark = "--bg:#14171a;--fg:#e6e8eb;--muted:#a0a8b3;--line:#3a4048;--card:#1f2429;--bad:#ff8a80;--warn:#ffc46b;\
                --mark-bg:#5a4d00;--accent:#7ab8ff";
    for (theme, colours) in [("light", light), ("dark", dark)] {
        let head = "<!doctype html><meta charset=utf-8><meta name=viewport content='width=device-width'>";
        let mut page = format!(
            "{head}<style>:root{{{colours}}}body{{background:var(--bg);color:var(--fg);font:14px sans-serif;margin:16px}}\
             .box{{overflow-x:auto}}{STYLE}</style>"
        );
        for (at, (name, picture)) in samples::all().iter().enumerate() {
            let svg = draw(picture, &format!("g{at}"), &proof);
            let _ = write!(page, "<h3>{name}</h3><div class=box>{svg}</div>");
        }
        std::fs::write(folder.join(format!("{theme}.html")), page).unwrap();
    }
}
