const cases = [...document.querySelectorAll(".case")];
const words = new Map(cases.map((item) => [item, item.textContent.toLowerCase()]));
const search = document.getElementById("search");
const show = document.getElementById("show");
const category = document.getElementById("category");
const count = document.getElementById("count");

function filter() {
  const wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const item of cases) {
    const kind = show.value === "all" || item.dataset[show.value] === "true";
    const area = !category.value || item.dataset.category === category.value;
    item.hidden = !(kind && area && wanted.every((word) => words.get(item).includes(word)));
    shown += item.hidden ? 0 : 1;
  }
  count.textContent = `${shown} of ${cases.length} questions`;
}

function open() {
  const item = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (item && item.classList.contains("case")) {
    show.value = "all";
    search.value = category.value = "";
    filter();
    item.open = true;
    item.scrollIntoView();
  }
}

for (const field of [search, show, category]) field.addEventListener("input", filter);
addEventListener("hashchange", open);
if (!cases.some((item) => item.dataset.failed === "true")) show.value = "all";
filter();
open();
