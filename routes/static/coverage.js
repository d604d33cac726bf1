// The weeks of the coverage page: says who answers where the reader points, and lets the arrow keys move along a week.
"use strict";

const said = document.getElementById("who-answers");

for (const week of document.querySelectorAll(".week-picture")) {
  const stretches = [...week.querySelectorAll("a")];
  const tell = (event) => {
    const stretch = event.target.closest("a");
    if (stretch) said.textContent = stretch.dataset.who;
  };
  week.addEventListener("pointerover", tell);
  week.addEventListener("focusin", tell);
  week.addEventListener("click", (event) => {
    tell(event);
    if (event.detail > 0) event.preventDefault(); // a tap reads; the Enter key leads to the table
  });
  week.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const place = stretches.indexOf(event.target.closest("a"));
    const next = stretches[place + step];
    if (!step || place < 0 || !next) return;
    event.preventDefault();
    stretches[place].setAttribute("tabindex", "-1");
    next.setAttribute("tabindex", "0");
    next.focus();
  });
}

for (const stretch of document.querySelectorAll(".week-picture a")) {
  stretch.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    const row = document.querySelector(stretch.getAttribute("href"));
    row.closest("details").open = true;
  });
}
