// What pages do by themselves: ask for news while somebody looks, and warn before a sign-in ends. Every form works without this.
(function () {
  "use strict";
  var REFRESH = 2500;
  var WARN_BEFORE = 120;

  window.setInterval(function () {
    if (document.visibilityState === "visible" && document.getElementById("answers")) {
      document.body.dispatchEvent(new Event("refresh"));
    }
  }, REFRESH);

  var problems = document.getElementById("problems");
  if (problems) problems.focus();

  var idle = Number(document.body.dataset.idle || 0);
  var dialog = document.getElementById("stay");
  if (!idle || !dialog || !dialog.showModal) return;
  var timer;
  function begin() {
    window.clearTimeout(timer);
    timer = window.setTimeout(warn, (idle - WARN_BEFORE) * 1000);
  }
  function warn() {
    dialog.showModal();
    timer = window.setTimeout(function () { window.location.reload(); }, WARN_BEFORE * 1000 + 1000);
  }
  dialog.addEventListener("cancel", function (event) { event.preventDefault(); stay(); });
  dialog.querySelector("form").addEventListener("submit", function (event) { event.preventDefault(); stay(); });
  function stay() {
    var form = dialog.querySelector("form");
    window.fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), credentials: "same-origin", redirect: "manual" })
      .then(function (answer) {
        if (answer.status !== 204) { window.location.reload(); return; }
        dialog.close();
        begin();
      })
      .catch(function () { dialog.close(); begin(); });
  }
  begin();
})();
