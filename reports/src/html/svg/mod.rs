//! The drawing of who waits for whom as inline SVG: from top to bottom, waiters above, those who must act below.
//!
//! A [`plan`] makes units of nodes (a crowd stands as a list), [`layers`] and [`order`] say which stands where,
//! [`ports`] and [`place`] give coordinates, [`route`] makes boxes, lines and labels of them, [`write`] writes these.
//! Colours come from `graph.css` only; nothing here is script, style or an identifier from a text.

mod layers;
mod order;
mod place;
mod plan;
mod ports;
mod route;
#[cfg(test)]
mod samples;
mod scene;
#[cfg(test)]
mod tests;
mod text;
mod tips;
mod write;

use crate::answer::Picture;
use layers::Layers;
use plan::{Plan, Shown};
use scene::Scene;

/// Around everything.
const MARGIN: f64 = 10.0;
/// Between two drawings that nothing joins.
const BETWEEN: f64 = 30.0;
/// Height of the line that says how many nodes are left out.
const MORE: f64 = 26.0;
/// Quoted evidence needs this width, and more height where a drawing has less than this.
const LEAST: (f64, f64) = (340.0, 240.0);

/// The rules of style that a drawing needs.
pub(crate) const STYLE: &str = include_str!("graph.css");

/// One arrow's evidence, for hover and focus.
#[derive(Clone, Debug)]
pub(crate) struct Proof {
    /// Where it stands: `line 74`.
    pub(crate) place: String,
    /// The quoted line, already shortened.
    pub(crate) text: String,
    /// Where the source text shows it: `#s0-l74`.
    pub(crate) href: String,
}

/// Draws a picture as an SVG element that needs no script; an empty string for an empty picture. `proof` gives the
/// evidence of an arrow by its number in the picture's arrows (`None`: nothing is quoted). `id` makes identifiers
/// unique where several drawings stand in one page; letters, digits and hyphens of it are used.
pub(crate) fn draw(picture: &Picture, id: &str, proof: &dyn Fn(usize) -> Option<Proof>) -> String {
    let shown = Shown::of(picture);
    let mut scene = scene(picture, &shown);
    if scene.nodes.is_empty() {
        return String::new();
    }
    scene.shift(MARGIN, MARGIN);
    scene.height += 2.0 * MARGIN + if shown.more > 0 { MORE } else { 0.0 };
    scene.width += 2.0 * MARGIN;
    let proofs: Vec<Option<Proof>> = scene.arrows.iter().map(|arrow| proof(arrow.arrow)).collect();
    if proofs.iter().any(Option::is_some) {
        scene.width = scene.width.max(LEAST.0);
        scene.height = scene.height.max(tips::height(&scene).min(LEAST.1));
    }
    write::Writer::new(picture, &scene, &proofs, shown.more).write(id)
}

/// The components of what is shown, one below the other.
fn scene(picture: &Picture, shown: &Shown) -> Scene {
    let mut scene = Scene::default();
    for (nodes, arrows) in &shown.components {
        let mut plan = Plan::of(picture, nodes, arrows);
        let mut layers = Layers::of(&mut plan);
        order::order(&mut layers);
        let ports = ports::ports(picture, &mut plan, &mut layers);
        place::columns(&mut layers, &plan, &ports);
        let bands = place::bands(&layers, &plan, &ports);
        let placed = route::Placed { picture, plan: &plan, layers: &layers, ports: &ports, bands: &bands };
        scene.append(placed.scene(), BETWEEN);
    }
    scene
}
