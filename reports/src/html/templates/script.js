"use strict";
(function () {
  // A link may lead into a folded part: unfold it.
  function unfold() {
    var id = decodeURIComponent(location.hash.slice(1));
    var target = id && document.getElementById(id);
    for (var at = target; at; at = at.parentElement) {
      if (at.tagName === "DETAILS") { at.open = true; }
    }
    if (target) { target.scrollIntoView({ block: "center" }); }
  }
  addEventListener("hashchange", unfold);
  unfold();

  // What is printed is unfolded.
  addEventListener("beforeprint", function () {
    document.querySelectorAll("details:not(.text):not(.stack)").forEach(function (fold) { fold.open = true; });
  });

  var search = document.getElementById("search");
  if (!search) { return; }
  var found = document.getElementById("found");
  var stacks = Array.prototype.slice.call(document.querySelectorAll(".stack"));
  var texts = null;
  search.closest("p").hidden = false;
  search.addEventListener("input", function () {
    texts = texts || stacks.map(function (stack) { return stack.textContent.toLowerCase(); });
    var words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    var shown = 0;
    stacks.forEach(function (stack, at) {
      var fits = words.every(function (word) { return texts[at].indexOf(word) >= 0; });
      stack.hidden = !fits;
      shown += fits ? 1 : 0;
    });
    found.textContent = words.length ? shown + " of " + stacks.length : "";
  });
})();
