// Brings in what is new without losing the reader's place; every page works without it.
"use strict";
(() => {
  let seen = document.documentElement.dataset.changes;

  const isWriting = () =>
    [...document.querySelectorAll("main textarea, main input:not([type=hidden]), main select")].some((field) =>
      field.tagName === "SELECT" ? field === document.activeElement : field.value !== field.defaultValue || field === document.activeElement);

  const bringIn = async () => {
    const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
    const before = document.querySelector("main");
    const after = page.querySelector("main");
    const known = new Map([...before.querySelectorAll("details[id]")].map((d) => [d.id, d.open]));
    for (const detail of after.querySelectorAll("details[id]")) {
      if (known.has(detail.id)) detail.open = known.get(detail.id);
    }
    before.replaceWith(document.adoptNode(after));
    seen = page.documentElement.dataset.changes;
  };

  const pause = (ms) => new Promise((done) => setTimeout(done, ms));

  const watch = async () => {
    for (;;) {
      try {
        const { number } = await (await fetch(`/api/changes?after=${seen}`)).json();
        if (String(number) === seen) continue;
        while (isWriting()) await pause(500);
        await bringIn();
        await pause(300);
      } catch {
        await pause(2000);
      }
    }
  };
  watch();
})();
