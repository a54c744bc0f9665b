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

  // A hidden page asks for nothing: a browser opens only a few connections to one server, and people keep many tabs.
  const shown = () => new Promise((done) => {
    if (!document.hidden) return done();
    document.addEventListener("visibilitychange", () => done(shown()), { once: true });
  });

  const watch = async () => {
    for (;;) {
      await shown();
      const asking = new AbortController();
      const stop = () => document.hidden && asking.abort();
      document.addEventListener("visibilitychange", stop);
      try {
        const { number } = await (await fetch(`/api/changes?after=${seen}`, { signal: asking.signal })).json();
        if (String(number) === seen) continue;
        while (isWriting()) await pause(500);
        await bringIn();
        await pause(300);
      } catch {
        if (!asking.signal.aborted) await pause(2000);
      } finally {
        document.removeEventListener("visibilitychange", stop);
      }
    }
  };
  watch();
})();
